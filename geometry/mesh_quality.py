"""How well shaped the elements of a mesh are, and a gate that refuses a bad mesh."""

from dataclasses import dataclass

import numpy as np

from geometry.arrays import Floats, Ints
from geometry.errors import BadMeshError
from geometry.mesh import Mesh

# Pairs of faces (by the vertex opposite) that meet in an edge.
_FACE_PAIRS = ((0, 1), (0, 2), (0, 3), (1, 2), (1, 3), (2, 3))


@dataclass(frozen=True, kw_only=True)
class Quality:
    """Shape of the elements of one mesh.

    Attributes:
        n_elements: number of tetrahedra.
        n_nodes: number of nodes or vertices.
        min_dihedral_deg: smallest angle between two faces of an element; 70.5 in a regular one.
        p1_dihedral_deg: one element in a hundred has a smaller least angle.
        max_dihedral_deg: largest angle between two faces of an element.
        min_radius_ratio: smallest of 3 x inradius over circumradius; 1 in a regular element, 0 in a flat one.
        p1_radius_ratio: one element in a hundred is below.
        min_volume_mm3: smallest signed volume; negative means inverted.
        worst_mm: centre of the element with the smallest angle.
    """

    n_elements: int
    n_nodes: int
    min_dihedral_deg: float
    p1_dihedral_deg: float
    max_dihedral_deg: float
    min_radius_ratio: float
    p1_radius_ratio: float
    min_volume_mm3: float
    worst_mm: tuple[float, float, float]


@dataclass(frozen=True, kw_only=True)
class QualityLimits:
    """What the gate asks for: flat elements lose accuracy and conditioning, inverted ones are never solved.

    Chosen: the worst of a hundred thousand elements may be poor, the hundredth worst may not.
    """

    min_dihedral_deg: float = 8.0
    p1_dihedral_deg: float = 25.0
    min_radius_ratio: float = 0.05


def shape_measures(corners_mm: Floats) -> tuple[Floats, Floats, Floats, Floats]:
    """Smallest and largest dihedral angle in degrees, radius ratio and volume in mm3; each shape (m,).

    Args:
        corners_mm: vertices of each tetrahedron, shape (m, 4, 3).
    """
    a, b, c = (corners_mm[:, k] - corners_mm[:, 0] for k in (1, 2, 3))
    # outward for a positive element: the face opposite vertex k
    normals = np.stack([np.cross(b - a, c - a), np.cross(c, b), np.cross(a, c), np.cross(b, a)], axis=1)
    volume = np.einsum("ij,ij->i", np.cross(a, b), c) / 6.0
    double_area = np.linalg.norm(normals, axis=2)
    unit = normals / np.maximum(double_area, 1e-300)[:, :, None]
    cosines = np.stack([-np.einsum("ij,ij->i", unit[:, i], unit[:, j]) for i, j in _FACE_PAIRS], axis=1)
    angles = np.degrees(np.arccos(np.clip(cosines, -1.0, 1.0)))
    inradius = 6.0 * volume / double_area.sum(axis=1)
    p, q, r = (
        np.linalg.norm(x, axis=1) * np.linalg.norm(y, axis=1) for x, y in ((a, c - b), (b, c - a), (c, b - a))
    )
    # circumradius from the products of opposite edges (Crelle)
    heron = np.maximum((p + q + r) * (p + q - r) * (p - q + r) * (-p + q + r), 0.0)
    circumradius = np.sqrt(heron) / (24.0 * np.maximum(np.abs(volume), 1e-300))
    ratio = 3.0 * inradius / np.maximum(circumradius, 1e-300)
    return angles.min(axis=1), angles.max(axis=1), ratio, volume


def quality_of(vertices_mm: Floats, tets: Ints) -> Quality:
    """Quality of tetrahedra, shape (m, 4) or (m, 10) of which the four vertices count."""
    corners = vertices_mm[tets[:, :4]]
    smallest, largest, ratio, volume = shape_measures(corners)
    worst = corners[int(smallest.argmin())].mean(axis=0)
    return Quality(
        n_elements=len(tets),
        n_nodes=len(vertices_mm),
        min_dihedral_deg=float(smallest.min()),
        p1_dihedral_deg=float(np.percentile(smallest, 1.0)),
        max_dihedral_deg=float(largest.max()),
        min_radius_ratio=float(ratio.min()),
        p1_radius_ratio=float(np.percentile(ratio, 1.0)),
        min_volume_mm3=float(volume.min()),
        worst_mm=(float(worst[0]), float(worst[1]), float(worst[2])),
    )


def quality(mesh: Mesh) -> Quality:
    """Quality of a mesh."""
    return quality_of(mesh.nodes_mm, mesh.tets)


def check_quality(measured: Quality, limits: QualityLimits) -> None:
    """Refuse a mesh with an element that is inverted or worse than the limits; says where it is."""
    x, y, z = measured.worst_mm
    where = f"worst element at ({x:.1f}, {y:.1f}, {z:.1f}) mm"
    advice = "Use a smaller element size, or move the screw away from the bone edge"
    if not measured.min_volume_mm3 > 0.0:
        raise BadMeshError(
            f"inverted element, volume {measured.min_volume_mm3:.2e} mm3; {where}", advice=advice
        )
    for name, value, limit in (
        ("smallest dihedral angle", measured.min_dihedral_deg, limits.min_dihedral_deg),
        ("hundredth dihedral angle", measured.p1_dihedral_deg, limits.p1_dihedral_deg),
        ("smallest radius ratio", measured.min_radius_ratio, limits.min_radius_ratio),
    ):
        if not value >= limit:
            raise BadMeshError(f"{name} is {value:.3g}, below {limit:g}; {where}", advice=advice)


def part_volumes(mesh: Mesh) -> dict[str, float]:
    """Volume in mm3 of each part of the mesh, by name."""
    totals = np.bincount(mesh.part, weights=mesh.volumes_mm3(), minlength=len(mesh.part_names))
    return {name: float(total) for name, total in zip(mesh.part_names, totals, strict=True)}
