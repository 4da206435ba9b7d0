"""The numbers that shape an ilium."""

from dataclasses import dataclass

from geometry.parameters import check_ranges, number


@dataclass(frozen=True, kw_only=True)
class IliumShape:
    """The iliac part of an innominate bone; defaults are a man's.

    Landmarks stand relative to the sacrum's auricular face and to the S2AI path through it, so the ilium
    follows any sacrum.
    """

    size: float = number(1.0, 0.85, 1.15, "1", "scale of the bone about the joint, chosen")
    flare_deg: float = number(0.0, -10.0, 10.0, "deg", "turn of the wing outwards about the joint, chosen")
    corridor_mm: float = number(
        13.2, 10.4, 17.0, "mm", "cylinder that fits above the notch; 13.2 +- 1.4 [V 52], 6-18 [V 50]"
    )
    fossa_mm: float = number(
        5.0, 4.0, 9.0, "mm", "thinnest wing; thinner in life, thick enough to mesh, chosen"
    )
    crest_mm: float = number(13.0, 8.0, 18.0, "mm", "iliac crest thickness, chosen")
    acetabulum_mm: float = number(52.0, 44.0, 60.0, "mm", "diameter of the acetabular roof, chosen")

    def __post_init__(self) -> None:
        check_ranges(self, "anatomy.ilium")


MALE_ILIUM = IliumShape()
# women: smaller, flatter wing, smaller hip; the corridor is published for both sexes together [V 50, 52]
FEMALE_ILIUM = IliumShape(size=0.94, flare_deg=3.0, crest_mm=12.0, acetabulum_mm=47.0)
ILIUM_SHAPES = {"male": MALE_ILIUM, "female": FEMALE_ILIUM}
