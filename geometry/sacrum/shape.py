"""The numbers that shape a sacrum, with ranges and sources, and the male and female defaults."""

from dataclasses import dataclass, fields

from geometry.errors import GeometryError
from geometry.parameters import check_ranges, number


@dataclass(frozen=True, kw_only=True)
class SacrumShape:
    """A sacrum in 30 numbers; the defaults are `MALE`.

    Edges are rounded, so that a finished bone measures a little less than its numbers: breadth by 3.5 mm.
    What is measured on it lies within one standard deviation of the published means
    (`geometry.morphometry`). [V n] and the like are addresses in the literature data sheet.
    """

    length_mm: float = number(
        119.0, 95.0, 130.0, "mm", "curved length of the body axis; [V 12] 113.4 M ventral"
    )
    kyphosis_deg: float = number(
        57.0, 35.0, 90.0, "deg", "turn of the body axis S1 to S5, chosen; [V 31] M > F"
    )
    table_tilt_deg: float = number(
        13.0, 2.0, 20.0, "deg", "S1 axis behind the endplate normal; STA 92 [D 30]"
    )
    endplate_width_mm: float = number(50.0, 42.0, 58.0, "mm", "S1 endplate transverse; 45-56 M [R-M]")
    endplate_depth_mm: float = number(31.8, 27.0, 38.0, "mm", "S1 endplate sagittal; 31.9 M [V 15]")
    s1_lower_depth_mm: float = number(19.0, 15.0, 25.0, "mm", "S1 inferior sagittal; 20.1 M, 17.7 F [V 15]")
    promontory_mm: float = number(
        2.2, 0.0, 3.5, "mm", "hollow of the S1 ventral face under the promontory, chosen"
    )
    breadth_mm: float = number(
        102.5, 92.0, 128.0, "mm", "between auricular surfaces; 99.5-101.5 M [V 11, 12]"
    )
    ala_slope_deg: float = number(
        10.0, 5.0, 35.0, "deg", "lateral fall of the ala top, chosen; [V 22] 35 max"
    )
    ala_drop_mm: float = number(6.8, 1.0, 10.0, "mm", "ala below endplate at its root; 11 in front [V 22]")
    ala_pitch_deg: float = number(
        18.0, 8.0, 35.0, "deg", "forward fall of the ala top, chosen; narrowest section 45 (25-65) [V 24]"
    )
    ala_front_mm: float = number(
        9.6, 4.0, 12.0, "mm", "ala root in front of the S1 axis; front of S1 12 further [V 22]"
    )
    auricular_height_mm: float = number(
        60.0, 46.0, 66.0, "mm", "auricular surface; 56.2 F [V 13], M by root of area [D 18]"
    )
    auricular_limb_mm: float = number(
        19.0, 15.0, 22.0, "mm", "width of its limbs, chosen for 1138 M, 993 F mm2 [V 18]"
    )
    auricular_wedge_deg: float = number(22.0, 8.0, 30.0, "deg", "auricular faces converge dorsally, chosen")
    canal_width_mm: float = number(31.0, 26.0, 36.0, "mm", "S1 canal transverse; 28-32 [R-L]")
    canal_depth_mm: float = number(15.0, 11.0, 19.0, "mm", "S1 canal sagittal; 14-16 [R-L]")
    lamina_mm: float = number(5.0, 3.5, 7.0, "mm", "lamina thickness; > 4 [V 23]")
    ventral_foramen_mm: float = number(12.6, 9.5, 16.0, "mm", "S1 ventral foramen; 12.97 x 12.23 [V 8]")
    ventral_foramen_x_mm: float = number(
        22.0, 18.0, 25.0, "mm", "its centre from the midline, chosen; [V 28]"
    )
    dorsal_foramen_mm: float = number(8.1, 5.5, 10.5, "mm", "S1 dorsal foramen width; 8.5 [V 26], 7.66 [V 8]")
    dorsal_foramen_x_mm: float = number(24.1, 19.0, 26.0, "mm", "its centre from the midline; 24.1 M [V 26]")
    facet_x_mm: float = number(24.5, 21.0, 29.0, "mm", "facet centre from the midline; 20-25 [M 17]")
    facet_angle_deg: float = number(45.0, 30.0, 60.0, "deg", "facet to the sagittal plane; 45-55 [R-L]")
    facet_z_mm: float = number(-2.0, -6.0, 3.0, "mm", "facet centre above the endplate, chosen")
    facet_height_mm: float = number(17.0, 14.0, 21.0, "mm", "articular facet, chosen")
    facet_width_mm: float = number(15.5, 13.0, 18.5, "mm", "articular facet, chosen")
    crest_mm: float = number(7.5, 4.0, 11.0, "mm", "median crest above the lamina at S1, chosen")
    endplate_concavity_mm: float = number(0.7, 0.0, 2.0, "mm", "0.7 mean [V 32]")

    dysmorphism: float = number(
        0.0, 0.0, 1.0, "1", "upper-segment dysmorphism: 0 none, 1 full; forms chosen, see DYSMORPHIC"
    )

    def __post_init__(self) -> None:
        check_ranges(self, "anatomy.sacrum")

    def refuse_other_midline(self, right: "SacrumShape") -> None:
        """Refuse a right side whose numbers differ from the left's where both sides are one bone."""
        differing = [
            entry.name
            for entry in fields(self)
            if entry.name not in SIDED_NUMBERS and getattr(self, entry.name) != getattr(right, entry.name)
        ]
        if differing:
            raise GeometryError(
                f"{', '.join(differing)} differ between left and right, but belong to the midline",
                where="anatomy.sacrum_right",
                advice=f"Only these may differ: {', '.join(SIDED_NUMBERS)}",
            )


# What may differ between left and right; the rest is the midline's.
SIDED_NUMBERS = (
    "breadth_mm",
    "ala_slope_deg",
    "ala_pitch_deg",
    "ala_drop_mm",
    "ala_front_mm",
    "auricular_height_mm",
    "auricular_limb_mm",
    "auricular_wedge_deg",
    "ventral_foramen_mm",
    "ventral_foramen_x_mm",
    "dorsal_foramen_mm",
    "dorsal_foramen_x_mm",
    "facet_x_mm",
    "facet_angle_deg",
    "facet_z_mm",
    "facet_height_mm",
    "facet_width_mm",
    "dysmorphism",
)


MALE = SacrumShape()
# [V 11, 12, 15, 26]: shorter, wider, shallower endplate; less curved [V 31]; alae flatter, so that a path 21
# degrees lateral still meets the L5 root 38 +- 4 mm deep in front of the ala [V 46]
FEMALE = SacrumShape(
    length_mm=108.5,
    kyphosis_deg=54.0,
    endplate_width_mm=46.5,
    endplate_depth_mm=30.5,
    s1_lower_depth_mm=17.0,
    breadth_mm=107.0,
    ala_slope_deg=10.0,
    ala_front_mm=9.8,
    auricular_height_mm=56.0,
    auricular_limb_mm=17.5,
    ala_drop_mm=7.4,
    lamina_mm=5.9,
    canal_width_mm=30.0,
    canal_depth_mm=15.5,
    ventral_foramen_x_mm=21.5,
    dorsal_foramen_mm=7.9,
    dorsal_foramen_x_mm=23.8,
    facet_x_mm=24.0,
    facet_height_mm=16.0,
    facet_width_mm=14.5,
    crest_mm=6.5,
)
SACRUM_SHAPES = {"male": MALE, "female": FEMALE}
