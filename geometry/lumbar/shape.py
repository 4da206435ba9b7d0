"""The numbers that shape a lumbar vertebra, with ranges and sources, and the defaults of L5 and L4.

[V n], [M n], [R-M] are marks of the literature data sheet. Two more sources were read:
[CT L5] L5 on CT by sex, Int J Spine Surg, table 6 (ijssurgery.com/highwire/markup/11003), mean +- SD;
[L5 dry] fifty dry L5, doi 10.1016/j.tria.2025.100392.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from math import atan2, degrees

from geometry.parameters import check_ranges, number


@dataclass(frozen=True, kw_only=True)
class VertebraShape:
    """A lumbar vertebra in 25 numbers; the defaults are `L5_MALE`.

    Lengths are those of the sharp-edged solid; finished rims are rounded and measure 0.5 to 2 mm less
    (`geometry.lumbar.measures` measures the finished bone).
    """

    anterior_height_mm: float = number(30.7, 23.0, 35.0, "mm", "30.7 +- 1.9 M, 29.6 +- 1.8 F [CT L5]")
    posterior_height_mm: float = number(26.8, 20.0, 32.0, "mm", "26.8 +- 1.9 M, 25.5 +- 1.6 F [CT L5]")
    upper_width_mm: float = number(52.0, 42.0, 60.0, "mm", "chosen: a little below the lower endplate's")
    upper_depth_mm: float = number(36.5, 29.0, 42.0, "mm", "37.1 +- 3.2 M, 33.3 +- 2.6 F [CT L5]")
    lower_width_mm: float = number(53.7, 42.0, 60.0, "mm", "53.7, one large man [M 17]")
    lower_depth_mm: float = number(
        35.5, 28.0, 42.0, "mm", "34.0 [M 17]; 36.7 +- 3.2 M, 32.8 +- 3.0 F [CT L5]"
    )
    waist: float = number(0.10, 0.0, 0.18, "1", "narrowing of the body between its rims, chosen [R-M]")
    upper_concavity_mm: float = number(0.8, 0.0, 3.0, "mm", "0.7 mean of caudal endplates [V 32], chosen")
    lower_concavity_mm: float = number(1.2, 0.0, 3.0, "mm", "cranial endplates are deeper [R-M], chosen")
    canal_width_mm: float = number(28.5, 20.0, 34.0, "mm", "28.5 +- 3.2 M, 27.6 +- 2.9 F [CT L5]")
    canal_depth_mm: float = number(15.9, 12.0, 21.0, "mm", "15.9 +- 2.2 M, 15.1 +- 1.9 F [CT L5]")
    pedicle_width_mm: float = number(16.6, 8.0, 22.0, "mm", "16.6 +- 2.3 M, 15.1 +- 1.8 F [CT L5]")
    pedicle_height_mm: float = number(13.1, 10.0, 19.0, "mm", "13.1 +- 1.4 M, 12.5 +- 1.0 F [CT L5]")
    pedicle_convergence_deg: float = number(27.0, 5.0, 35.0, "deg", "L5 25-30, L4 about 15 [R-M]")
    lamina_mm: float = number(6.5, 5.0, 9.0, "mm", "lamina thickness, chosen: 6 to 7 [R-M]")
    lamina_height_mm: float = number(18.0, 14.0, 26.0, "mm", "L5 short and broad, chosen [R-M]")
    spinous_reach_mm: float = number(24.0, 15.0, 36.0, "mm", "canal roof to spinous tip, chosen [R-M]")
    spinous_height_mm: float = number(15.0, 10.0, 24.0, "mm", "L5 small and round, chosen [R-M]")
    transverse_span_mm: float = number(94.0, 70.0, 105.0, "mm", "over both tips, chosen: L5 90 to 95 [R-M]")
    transverse_base_mm: float = number(6.8, 4.0, 9.0, "mm", "base radius: L5 pyramidal, chosen [R-M]")
    facet_x_mm: float = number(23.0, 18.0, 28.0, "mm", "superior facet from the midline, chosen [R-M]")
    facet_z_mm: float = number(-2.0, -6.0, 3.0, "mm", "superior facet above the endplate's centre, chosen")
    facet_angle_deg: float = number(42.0, 20.0, 60.0, "deg", "superior facet to the sagittal plane [R-M]")
    facet_height_mm: float = number(16.5, 13.0, 19.0, "mm", "articular facet, chosen as the sacrum's")
    facet_width_mm: float = number(15.0, 12.5, 18.0, "mm", "articular facet, chosen as the sacrum's")

    def __post_init__(self) -> None:
        check_ranges(self, "anatomy.lumbar")

    @property
    def height_mm(self) -> float:
        """Height of the body between the centres of its endplates."""
        return 0.5 * (self.anterior_height_mm + self.posterior_height_mm)

    @property
    def wedge_deg(self) -> float:
        """Angle between the endplates, open to the front."""
        return degrees(
            2.0
            * atan2(
                0.5 * (self.anterior_height_mm - self.posterior_height_mm),
                0.5 * (self.upper_depth_mm + self.lower_depth_mm),
            )
        )


L5_MALE = VertebraShape()
L5_FEMALE = VertebraShape(
    anterior_height_mm=29.6,
    posterior_height_mm=25.5,
    upper_width_mm=47.5,
    upper_depth_mm=33.3,
    lower_width_mm=48.5,
    lower_depth_mm=32.8,
    canal_width_mm=27.6,
    canal_depth_mm=15.1,
    pedicle_width_mm=15.1,
    pedicle_height_mm=12.5,
    lamina_mm=6.0,
    lamina_height_mm=17.0,
    spinous_reach_mm=22.0,
    spinous_height_mm=14.0,
    transverse_span_mm=88.0,
    transverse_base_mm=6.4,
    facet_x_mm=22.0,
    facet_height_mm=15.5,
    facet_width_mm=14.0,
)
# L4 against L5 [R-M], chosen: body hardly wedged, canal narrower and deeper, pedicle slender and nearly
# sagittal, tall lamina, long square spinous process, thin transverse process, facets more sagittal
L4_MALE = VertebraShape(
    anterior_height_mm=29.8,
    posterior_height_mm=28.2,
    upper_width_mm=50.0,
    upper_depth_mm=36.0,
    lower_width_mm=52.0,
    lower_depth_mm=36.5,
    canal_width_mm=25.0,
    canal_depth_mm=16.5,
    pedicle_width_mm=13.0,
    pedicle_height_mm=14.5,
    pedicle_convergence_deg=15.0,
    lamina_height_mm=22.0,
    spinous_reach_mm=30.0,
    spinous_height_mm=21.0,
    transverse_span_mm=86.0,
    transverse_base_mm=5.2,
    facet_x_mm=20.5,
    facet_angle_deg=36.0,
)
L4_FEMALE = VertebraShape(
    anterior_height_mm=28.6,
    posterior_height_mm=27.0,
    upper_width_mm=45.5,
    upper_depth_mm=32.8,
    lower_width_mm=47.0,
    lower_depth_mm=33.2,
    canal_width_mm=24.0,
    canal_depth_mm=15.8,
    pedicle_width_mm=11.5,
    pedicle_height_mm=13.8,
    pedicle_convergence_deg=15.0,
    lamina_mm=6.0,
    lamina_height_mm=20.5,
    spinous_reach_mm=27.0,
    spinous_height_mm=19.0,
    transverse_span_mm=80.0,
    transverse_base_mm=5.0,
    facet_x_mm=19.8,
    facet_angle_deg=36.0,
    facet_height_mm=15.5,
    facet_width_mm=14.0,
)
L5_SHAPES: Mapping[str, VertebraShape] = {"male": L5_MALE, "female": L5_FEMALE}
L4_SHAPES: Mapping[str, VertebraShape] = {"male": L4_MALE, "female": L4_FEMALE}
