"""The numbers that shape a sacrum, with ranges and sources, and the male and female defaults."""

from dataclasses import dataclass

from geometry.parameters import check_ranges, number


@dataclass(frozen=True, kw_only=True)
class SacrumShape:
    """A sacrum in 23 numbers; the defaults are `MALE`.

    Edges are rounded, so that a finished bone measures a little less than its numbers: breadth by 3.5 mm.
    What is measured on it lies within one standard deviation of the published means
    (tests/test_sacrum_morphometry.py). [V n] and the like are addresses in the literature data sheet.
    """

    length_mm: float = number(
        114.0, 95.0, 130.0, "mm", "curved length of the body axis; [V 12] 113.4 M ventral"
    )
    kyphosis_deg: float = number(
        62.0, 35.0, 90.0, "deg", "turn of the body axis S1 to S5, chosen; [V 31] M > F"
    )
    table_tilt_deg: float = number(
        10.0, 2.0, 20.0, "deg", "S1 axis behind the endplate normal; STA 92 [D 30]"
    )
    endplate_width_mm: float = number(50.0, 42.0, 58.0, "mm", "S1 endplate transverse; 45-56 M [R-M]")
    endplate_depth_mm: float = number(32.5, 27.0, 38.0, "mm", "S1 endplate sagittal; 31.9 M [V 15]")
    breadth_mm: float = number(
        103.5, 92.0, 128.0, "mm", "between auricular surfaces; 99.5-101.5 M [V 11, 12]"
    )
    ala_slope_deg: float = number(
        15.0, 5.0, 35.0, "deg", "lateral fall of the ala top, chosen; [V 22] 35 max"
    )
    ala_drop_mm: float = number(5.0, 1.0, 9.0, "mm", "ala below endplate at its root; 11 in front [V 22]")
    auricular_wedge_deg: float = number(22.0, 8.0, 30.0, "deg", "auricular faces converge dorsally, chosen")
    canal_width_mm: float = number(31.0, 26.0, 36.0, "mm", "S1 canal transverse; 28-32 [R-L]")
    canal_depth_mm: float = number(15.0, 11.0, 19.0, "mm", "S1 canal sagittal; 14-16 [R-L]")
    lamina_mm: float = number(5.0, 3.5, 7.0, "mm", "lamina thickness; > 4 [V 23]")
    ventral_foramen_mm: float = number(12.6, 9.5, 16.0, "mm", "S1 ventral foramen; 12.97 x 12.23 [V 8]")
    ventral_foramen_x_mm: float = number(
        22.0, 18.0, 25.0, "mm", "its centre from the midline, chosen; [V 28]"
    )
    dorsal_foramen_mm: float = number(8.5, 5.5, 10.5, "mm", "S1 dorsal foramen width; 8.5 [V 26], 7.66 [V 8]")
    dorsal_foramen_x_mm: float = number(24.1, 19.0, 26.0, "mm", "its centre from the midline; 24.1 M [V 26]")
    facet_x_mm: float = number(24.5, 21.0, 29.0, "mm", "facet centre from the midline; 20-25 [M 17]")
    facet_angle_deg: float = number(45.0, 30.0, 60.0, "deg", "facet to the sagittal plane; 45-55 [R-L]")
    facet_z_mm: float = number(-2.0, -6.0, 3.0, "mm", "facet centre above the endplate, chosen")
    facet_height_mm: float = number(17.0, 14.0, 21.0, "mm", "articular facet, chosen")
    facet_width_mm: float = number(15.5, 13.0, 18.5, "mm", "articular facet, chosen")
    crest_mm: float = number(7.5, 4.0, 11.0, "mm", "median crest above the lamina at S1, chosen")
    endplate_concavity_mm: float = number(0.7, 0.0, 2.0, "mm", "0.7 mean [V 32]")

    def __post_init__(self) -> None:
        check_ranges(self, "anatomy.sacrum")


MALE = SacrumShape()
# [V 11, 12, 15, 26]: shorter, wider, shallower endplate; less curved [V 31]
FEMALE = SacrumShape(
    length_mm=103.0,
    kyphosis_deg=56.0,
    endplate_width_mm=46.5,
    endplate_depth_mm=30.5,
    breadth_mm=105.0,
    canal_width_mm=30.0,
    ventral_foramen_x_mm=21.5,
    dorsal_foramen_x_mm=23.4,
    facet_x_mm=24.0,
    facet_height_mm=16.0,
    facet_width_mm=14.5,
    crest_mm=6.5,
)
SACRUM_SHAPES = {"male": MALE, "female": FEMALE}
