"""A screw in a foam block, as for the pull-out of ASTM F543 annex A3: exact thread, conforming interface."""

from dataclasses import dataclass
from math import cos, pi, radians, tan

import numpy as np

from geometry.arrays import Bools, Floats, Ints
from geometry.cad.mesh import cad_tets, with_faces
from geometry.errors import GeometryError
from geometry.mesh import Mesh
from geometry.mesh_quality import QualityLimits, check_quality, quality_of
from geometry.meshing.quadratic import quadratic_mesh
from geometry.meshing.tet_mesh import TetMesh, facets_of
from geometry.parameters import check_ranges, number

FOAM, SCREW = "foam", "screw"
HEAD, INTERFACE, TOP, BOTTOM, SIDES = (
    "screw_head",
    "interface_screw",
    "block_top",
    "block_bottom",
    "block_sides",
)
FORMS = ("helical", "ring")
# Chosen: as `END_SHARE` of the program that draws; the thread stays off both ends of the hole by this.
END_SHARE = 0.1
# Chosen: bare core between two turns, as a share of the pitch; less is no gap to a mesh.
LEAST_ROOT_SHARE = 0.1


@dataclass(frozen=True, kw_only=True)
class FoamBlock:
    """A block below z = 0 and a screw in it along the z axis, its flat tip at z = -`length_mm`.

    Attributes:
        form: "helical" (right-handed, one start), or "ring" for one ring each turn.
        trailing_flank_deg: flank that faces the head and carries the pull, to the plane across the axis.
        leading_flank_deg: the other flank.
    """

    outer_diameter_mm: float = number(6.5, 2.0, 12.0, "mm", "ST5_6.5 [V 124]")
    core_diameter_mm: float = number(4.25, 1.0, 11.0, "mm", "mean core of ST5_6.5 [V 124]")
    pitch_mm: float = number(2.75, 1.0, 6.0, "mm", "ST5_6.5 [V 124]")
    length_mm: float = number(25.0, 5.0, 60.0, "mm", "engaged, 24.9-25.0 [D 124]; F543: 20 [V 114]")
    crest_mm: float = number(0.4, 0.2, 2.0, "mm", "chosen: about 0.15 of the pitch")
    trailing_flank_deg: float = number(5.0, 0.0, 45.0, "deg", "chosen: steep, it is pulled against")
    leading_flank_deg: float = number(25.0, 0.0, 45.0, "deg", "chosen")
    shank_mm: float = number(5.0, 1.0, 50.0, "mm", "chosen: core above the block, where it is pulled")
    width_mm: float = number(50.0, 20.0, 200.0, "mm", "50 mm block, evidence 7.1")
    height_mm: float = number(40.0, 10.0, 100.0, "mm", "chosen: 15 mm below the tip")
    form: str = "helical"

    def __post_init__(self) -> None:
        check_ranges(self, "foam_block")
        faults = []
        if self.form not in FORMS:
            faults.append(f"form is {self.form!r}, not one of {', '.join(FORMS)}")
        if not self.depth_mm >= 0.2:
            faults.append(f"core_diameter_mm leaves the thread {self.depth_mm:.2f} mm of depth, below 0.2 mm")
        elif not self.base_mm <= (1.0 - LEAST_ROOT_SHARE) * self.pitch_mm:
            faults.append(f"the thread is {self.base_mm:.2f} mm wide, too much for the pitch")
        if not self.length_mm + self.outer_diameter_mm <= self.height_mm:
            faults.append("less than a screw diameter of foam is under the tip: height_mm is too small")
        if not 3.0 * self.outer_diameter_mm <= self.width_mm:
            faults.append("width_mm is less than three screw diameters")
        if faults:
            raise GeometryError("; ".join(faults), where="foam_block", advice="Change the screw or the block")

    @property
    def depth_mm(self) -> float:
        """Height of the thread over the core."""
        return 0.5 * (self.outer_diameter_mm - self.core_diameter_mm)

    @property
    def trailing_mm(self) -> float:
        """Width of the trailing flank along the axis."""
        return self.depth_mm * tan(radians(self.trailing_flank_deg))

    @property
    def leading_mm(self) -> float:
        """Width of the leading flank along the axis."""
        return self.depth_mm * tan(radians(self.leading_flank_deg))

    @property
    def base_mm(self) -> float:
        """Width of the thread at the core."""
        return self.crest_mm + self.trailing_mm + self.leading_mm

    @property
    def flank_mm(self) -> float:
        """Length of the shorter flank, from crest to core."""
        return self.depth_mm / cos(radians(min(self.trailing_flank_deg, self.leading_flank_deg)))

    @property
    def turns(self) -> float:
        """Turns of the thread; whole ones if they are rings."""
        if self.form == "ring":
            return float(int(self.length_mm / self.pitch_mm + 1e-9))
        return (self.length_mm - self.base_mm) / self.pitch_mm - 2.0 * END_SHARE

    @property
    def screw_volume_mm3(self) -> float:
        """Volume of the screw with its shank: a profile swept along a helix or a circle has the same."""
        core, outer = 0.5 * self.core_diameter_mm, 0.5 * self.outer_diameter_mm
        crest = self.crest_mm * (outer**2 - core**2)
        flanks = (self.trailing_mm + self.leading_mm) * ((outer**2 + outer * core + core**2) / 3.0 - core**2)
        return pi * (core**2 * (self.length_mm + self.shank_mm) + self.turns * (crest + flanks))


def foam_block_mesh(block: FoamBlock, *, largest_edge_mm: float = 6.0, edges_per_flank: float = 2.0) -> Mesh:
    """The mesh of a foam block with its screw, bonded, past the quality gate.

    Parts: foam, screw. Faces: "screw_head", the flat end of the shank; "block_top", "block_bottom",
    "block_sides", the foam's outside; "interface_screw", the screw's surface in foam, out of the screw.

    Args:
        block: the shapes.
        largest_edge_mm: edge far from the thread.
        edges_per_flank: elements across the shorter flank.

    Raises:
        MeshError: gmsh is missing or cannot mesh, or an element is bad.
    """
    numbers = {
        "outer_diameter_mm": block.outer_diameter_mm,
        "core_diameter_mm": block.core_diameter_mm,
        "pitch_mm": block.pitch_mm,
        "crest_mm": block.crest_mm,
        "trailing_mm": block.trailing_mm,
        "leading_mm": block.leading_mm,
        "length_mm": block.length_mm,
        "shank_mm": block.shank_mm,
        "width_mm": block.width_mm,
        "height_mm": block.height_mm,
        "helical": block.form == "helical",
        "near_mm": block.flank_mm / edges_per_flank,
    }
    drawn = cad_tets("foam_block_with_screw", numbers, largest_edge_mm)
    half = 0.5 * block.width_mm

    def on_side(points_mm: Floats) -> Bools:
        return np.asarray(np.isclose(np.abs(points_mm[:, :2]).max(axis=1), half))

    # the tests choose among boundary faces: on the top they are the foam's alone
    linear = with_faces(
        drawn,
        {
            HEAD: lambda points: np.isclose(points[:, 2], block.shank_mm),
            TOP: lambda points: np.isclose(points[:, 2], 0.0, atol=1e-9),
            BOTTOM: lambda points: np.isclose(points[:, 2], -block.height_mm),
            SIDES: on_side,
        },
    )
    check_quality(quality_of(linear.vertices_mm, linear.tets), QualityLimits())
    return quadratic_mesh(linear, {**linear.faces, INTERFACE: _interface(linear)})


def _interface(mesh: TetMesh) -> Ints:
    """Triangles between screw and foam, shape (k, 3), normal out of the screw."""
    facets = facets_of(mesh.tets)
    first, second = (mesh.part[facets.owners[:, k]] for k in (0, 1))
    screw = mesh.part_names.index(SCREW)
    out = ~facets.boundary & (first == screw) & (second != screw)
    back = ~facets.boundary & (first != screw) & (second == screw)
    return np.concatenate([facets.corners[out], facets.corners[back][:, ::-1]])
