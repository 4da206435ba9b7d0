"""The anatomy section of a case: which sacrum, how it stands, which shape it has."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from pydantic import Field

from cases.schema_surface import SacrumSurface
from cases.section import BrokenRule, Section, choice, overrides_of, quantity
from geometry.pelvis.ilium_shape import ILIUM_SHAPES, IliumShape
from geometry.sacrum.shape import SACRUM_SHAPES, SIDED_NUMBERS, SacrumShape


def _mean(shapes: Mapping[str, Any]) -> Callable[[str], str]:
    """What a number is in the means of both sexes, in words."""

    def told(name: str) -> str:
        means = {sex: f"{getattr(shape, name):g}" for sex, shape in shapes.items()}
        if len(set(means.values())) == 1:
            return next(iter(means.values()))
        return ", ".join(f"{mean} {sex}" for sex, mean in means.items())

    return told


if TYPE_CHECKING:
    SacrumNumbers = Section
    RightSacrumNumbers = Section
    IliumNumbers = Section
else:
    IliumNumbers = overrides_of(
        IliumShape,
        name="IliumNumbers",
        about="Numbers that replace those of the mean.",
        left_out=_mean(ILIUM_SHAPES),
    )
    SacrumNumbers = overrides_of(
        SacrumShape,
        name="SacrumNumbers",
        about="Numbers that replace those of the mean.",
        left_out=_mean(SACRUM_SHAPES),
    )
    RightSacrumNumbers = overrides_of(
        SacrumShape,
        name="RightSacrumNumbers",
        about="Numbers of the right side; those of the midline are the left side's.",
        only=SIDED_NUMBERS,
        left_out=lambda _: "that of the left side",
    )


class Anatomy(Section):
    """The sacrum, the ilium and the joint between them."""

    sex: str = choice(
        "male", SACRUM_SHAPES, about="whose mean shape to start from", source="evidence 1.1, two means"
    )
    sacral_slope_deg: float = quantity(
        39.5,
        10.0,
        70.0,
        unit="deg",
        about="angle of the S1 endplate to the horizontal, standing",
        source="709 adults, 39.5 +- 7.75 (evidence 1.1)",
    )
    joint_gap_mm: float = quantity(
        2.5,
        1.0,
        4.0,
        unit="mm",
        about="thickness of the sacroiliac cartilage, both sides together",
        source="sacral 1-3 and iliac 0.5-1.5 mm, recalled (evidence 5)",
    )
    sacrum: SacrumNumbers = Field(
        default_factory=SacrumNumbers, description="numbers that replace those of the mean shape"
    )

    sacrum_right: RightSacrumNumbers = Field(
        default_factory=RightSacrumNumbers,
        description="numbers of the right side that differ from the left; none by default: alike",
    )
    sacrum_surface: SacrumSurface | None = Field(
        default=None, description="a closed surface of a real sacrum, in place of the drawn one"
    )
    ilium: IliumNumbers = Field(
        default_factory=IliumNumbers, description="numbers that replace those of the mean shape"
    )

    @classmethod
    def broken_rules(cls, given: Mapping[str, object]) -> list[BrokenRule]:
        """A surface has a shape of its own."""
        broken = []
        for key in ("sacrum", "sacrum_right"):
            if given.get(key) and given.get("sacrum_surface"):
                remedy = (
                    "delete one of the two; of a surface, sex decides the ilium and the outline of the joint"
                )
                problem = "numbers for a drawn sacrum beside the surface of a real one"
                broken.append(BrokenRule(path=(key,), problem=problem, remedy=remedy))
        return broken

    def sacrum_shapes(self) -> tuple[SacrumShape, SacrumShape]:
        """The left and the right side of that sex with the numbers of this case.

        Raises:
            GeometryError: numbers that do not fit together.
        """
        left = replace(SACRUM_SHAPES[self.sex], **self.sacrum.given())
        return left, replace(left, **self.sacrum_right.given())

    def ilium_shape(self) -> IliumShape:
        """The ilium of that sex with the numbers of this case."""
        return replace(ILIUM_SHAPES[self.sex], **self.ilium.given())
