"""The regions of a sacrum, drawn in the coordinates of its curved axis."""

from dataclasses import dataclass

import numpy as np

from geometry.arrays import Floats
from geometry.sacrum.promise import SacrumBody
from materials.regions.alar_void import FROM_SHARE, alar_void
from materials.regions.blend import step

# The lateral ala begins at this share of the way from the body to its edge (chosen). The upper ala ends where
# the alar void begins: it is the upper third of an ala whose top stands 11 mm below the endplate [V 22].
LATERAL_SHARE = 0.6
# The S1 pedicle bridges the back corner of the body and the articular process, in an axial cut this far to
# all sides (chosen: 22 mm wide and 13 to 20 mm high with its shell, evidence 1.1).
PEDICLE_MM = 9.0
# Lamina and articular processes begin so far behind the bodies (chosen: inside the canal), and the ala joins
# a body outside this share of its half-width (chosen).
BEHIND_MM, BESIDE_SHARE = 5.0, 0.75
# The shell's regions change over this length (chosen: a few times its thickness).
SHELL_BLEND_MM = 1.5
# How deep the endplate's rim and the promontory reach below the endplate, and the promontory's breadth in
# front of this share of the endplate's depth (chosen).
RIM_MM, PROMONTORY_MM, PROMONTORY_SHARE = 3.0, 8.0, 0.7


@dataclass(frozen=True, kw_only=True)
class SacralRegions:
    """A sacrum as a `materials.regions.bone.RegionalBone`.

    Attributes:
        field: the sacrum, drawn or imported.
    """

    field: SacrumBody

    @property
    def bounds_mm(self) -> Floats:
        """Lower and upper corner of a box around it, shape (2, 3)."""
        return self.field.bounds_mm

    def density_weights(self, points_mm: Floats) -> dict[str, Floats]:
        """How much each region counts at each point; each weight has shape (n,), they sum to one."""
        sacrum = self.field
        arc, depth = sacrum.curve_coordinates(points_mm)
        side = np.abs(points_mm[:, 0])
        half_width, half_depth = sacrum.body_half_width_mm(arc), sacrum.body_half_depth_mm(arc)
        s1_end, s2_end = sacrum.junction_arcs_mm[:2]

        below_s1, below_s2 = step(arc - s1_end), step(arc - s2_end)
        level = {"s1": 1.0 - below_s1, "s2": below_s1 * (1.0 - below_s2), "lower": below_s1 * below_s2}

        radius = ((side / half_width) ** 2.5 + (np.abs(depth) / half_depth) ** 2.5) ** 0.4
        outside = step((radius - 1.0) * half_depth)
        # lamina and articular processes; the lateral mass beside them is ala up to its dorsal surface
        arch = step(depth - half_depth - BEHIND_MM) * (1.0 - step(side - 1.05 * half_width))
        # beside the body begins ala; in front of it, and of the canal, it keeps its density up to the wall
        wing = outside * (1.0 - arch) * step(side - BESIDE_SHARE * half_width)
        behind = outside * arch
        body = 1.0 - wing - behind

        away = np.hypot(depth - half_depth, side - 0.9 * half_width)
        pedicle = (1.0 - step(away - PEDICLE_MM)) * level["s1"]
        beyond = side - half_width - LATERAL_SHARE * (sacrum.ala_half_width_mm(arc) - half_width)
        upper = 1.0 - step(arc - FROM_SHARE * s1_end)
        upper_lateral = 1.0 - (1.0 - upper) * (1.0 - step(beyond))

        outside_pedicle = 1.0 - pedicle
        s1_wing = wing * level["s1"] * outside_pedicle
        return {
            "s1_body": body * level["s1"],
            "s1_pedicle": pedicle * (wing + behind),
            "s1_ala_upper_lateral": s1_wing * upper_lateral,
            "s1_ala_central": s1_wing * (1.0 - upper_lateral),
            "s2_body": body * level["s2"],
            "s2_ala": wing * level["s2"] * outside_pedicle,
            "lower_body": body * level["lower"],
            "lower_ala": wing * level["lower"] * outside_pedicle,
            "posterior": behind * outside_pedicle,
        }

    def shell_weights(self, points_mm: Floats) -> dict[str, Floats]:
        """How much each region of the shell counts at each point: shape (n,) each, together one."""
        sacrum = self.field
        arc, depth = sacrum.curve_coordinates(points_mm)
        side, below = np.abs(points_mm[:, 0]), -points_mm[:, 2]
        half_width, half_depth = sacrum.body_half_width_mm(arc), sacrum.body_half_depth_mm(arc)

        # how much farther away than the nearest wall the walls of canal and foramina are
        inner = np.minimum(sacrum.canal(points_mm), sacrum.foramina(points_mm)) + sacrum(points_mm)
        canal = 1.0 - _turn(inner - SHELL_BLEND_MM)
        beyond = side - half_width - LATERAL_SHARE * (sacrum.ala_half_width_mm(arc) - half_width)
        auricular = _turn(-sacrum.auricular(points_mm)) * _turn(beyond)

        over = 1.0 - _turn(side - half_width)
        promontory = (
            over * _turn(-depth - PROMONTORY_SHARE * half_depth) * (1.0 - _turn(below - PROMONTORY_MM))
        )
        over *= 1.0 - _turn(depth - half_depth)
        endplate = over * (1.0 - _turn(below - RIM_MM))

        left, weights = np.ones(len(points_mm)), {}
        for region, weight in (
            ("canal", canal),
            ("auricular", auricular),
            ("promontory", promontory),
            ("endplate", endplate),
            ("dorsal", _turn(depth - half_depth)),
        ):
            weights[region] = left * weight
            left = left - weights[region]
        return {**weights, "anterior": left}

    def void_share(self, points_mm: Floats) -> Floats:
        """Share of each point in the alar void, shape (n,)."""
        return alar_void(self.field, points_mm)


def _turn(distance_mm: Floats) -> Floats:
    return step(distance_mm, SHELL_BLEND_MM)
