"""The bones of one patient, put together."""

from dataclasses import dataclass

from geometry.parameters import check_ranges, number
from geometry.pelvis.ilium import Ilium
from geometry.pelvis.ilium_shape import IliumShape
from geometry.pelvis.joint import SacroiliacJoint
from geometry.sacrum.bone import Sacrum
from geometry.sacrum.promise import SacrumBody
from geometry.sacrum.shape import SacrumShape


@dataclass(frozen=True, kw_only=True, eq=False)
class Anatomy:
    """Sacrum, left ilium and the joint between, in the anatomical frame (x left, y back, z up).

    Attributes:
        sacrum: both sides.
        ilium: the left one; the right one is the mirror image of what fits the mirrored sacrum.
        joint: cartilage of the left sacroiliac joint.
        sacral_slope_deg: S1 endplate to the horizontal of the standing patient.
    """

    sacrum: SacrumBody
    ilium: Ilium
    joint: SacroiliacJoint
    sacral_slope_deg: float = number(39.5, 10.0, 70.0, "deg", "39.5 +- 7.75, 709 adults [V 29] [D 29]")

    def __post_init__(self) -> None:
        check_ranges(self, "anatomy")


def build_anatomy(
    sacrum_shape: SacrumShape,
    ilium_shape: IliumShape,
    gap_mm: float = 2.5,
    sacral_slope_deg: float = 39.5,
    right_shape: SacrumShape | None = None,
) -> Anatomy:
    """The anatomy of these shapes, with the ilium fitted to the sacrum at the joint gap.

    Args:
        sacrum_shape: of the sacrum, or of its left side if `right_shape` is given.
        ilium_shape: of the left ilium.
        gap_mm: of the joint.
        sacral_slope_deg: S1 endplate to the horizontal.
        right_shape: of the right side of the sacrum where it differs.

    Raises:
        GeometryError: the gap or the slope is outside its range, or the sides do not share their midline.
    """
    return anatomy_round(Sacrum(sacrum_shape, right_shape), ilium_shape, gap_mm, sacral_slope_deg)


def anatomy_round(
    sacrum: SacrumBody,
    ilium_shape: IliumShape,
    gap_mm: float = 2.5,
    sacral_slope_deg: float = 39.5,
) -> Anatomy:
    """The anatomy round any sacrum, drawn or imported; raises as `build_anatomy`."""
    ilium = Ilium(sacrum, ilium_shape, gap_mm)
    joint = SacroiliacJoint(sacrum=sacrum, ilium=ilium, gap_mm=gap_mm)
    return Anatomy(sacrum=sacrum, ilium=ilium, joint=joint, sacral_slope_deg=sacral_slope_deg)
