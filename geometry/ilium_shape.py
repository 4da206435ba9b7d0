"""The numbers that shape an ilium, and the map of the sheet it is drawn on."""

from dataclasses import dataclass

from geometry.parameters import check_ranges, number


@dataclass(frozen=True, kw_only=True)
class IliumShape:
    """The iliac part of an innominate bone; defaults are a man's.

    Landmarks stand relative to the sacrum's auricular face, so the ilium follows any sacrum.
    """

    size: float = number(1.0, 0.85, 1.15, "1", "scale of the wing about the joint, chosen")
    flare_deg: float = number(0.0, -10.0, 10.0, "deg", "turn of the wing outwards about the joint, chosen")
    corridor_mm: float = number(
        19.0, 14.0, 26.0, "mm", "sciatic buttress thickness; 13.2 free corridor [V 52]"
    )
    fossa_mm: float = number(
        5.0, 3.5, 9.0, "mm", "thinnest wing; thinner in life, thick enough to mesh, chosen"
    )
    crest_mm: float = number(13.0, 8.0, 18.0, "mm", "iliac crest thickness, chosen")

    def __post_init__(self) -> None:
        check_ranges(self, "anatomy.ilium")


MALE_ILIUM = IliumShape()
# women: smaller, flatter wing, thinner buttress; narrowest ilium 12 (6-18) both sexes [V 50]
FEMALE_ILIUM = IliumShape(size=0.94, flare_deg=3.0, corridor_mm=17.5, crest_mm=12.0)
ILIUM_SHAPES = {"male": MALE_ILIUM, "female": FEMALE_ILIUM}

# The sheet: name, place (x, y, z mm from the auricular centre of the default sacrum, anatomical frame) and
# half-thickness as a number or a multiple of a shape number. Places follow an adult pelvis of sacral slope
# 40: PSIS-AIIS 125 (118 +- 13 [V 50]), ASIS-PSIS 141, AIIS 35-40 lateral of an S2 entry [V 50-53].
Place = tuple[str, tuple[float, float, float], float, str]
SHEET: tuple[Place, ...] = (
    # outline, in order round the bone
    ("psis", (-7.0, 42.0, -12.0), 0.62, "crest"),
    ("psis_low", (-7.0, 36.0, -24.0), 0.55, "crest"),
    ("piis", (-6.0, 22.0, -38.0), 0.50, "crest"),
    ("notch_back", (0.0, 8.0, -36.0), 0.34, "corridor"),
    ("notch", (8.0, -6.0, -31.0), 0.42, "corridor"),
    ("notch_front", (18.0, -20.0, -36.0), 0.48, "corridor"),
    ("roof_back", (27.0, -33.0, -44.0), 0.60, "corridor"),
    ("roof", (38.0, -62.0, -34.0), 0.72, "corridor"),
    ("roof_front", (43.0, -78.0, -20.0), 0.55, "corridor"),
    ("aiis", (46.0, -76.0, 4.0), 0.48, "corridor"),
    ("interspinous", (54.0, -67.0, 21.0), 0.40, "crest"),
    ("asis", (68.0, -66.0, 40.0), 0.46, "crest"),
    ("crest_front", (79.0, -38.0, 53.0), 0.44, "crest"),
    ("tubercle", (83.0, -12.0, 58.0), 0.62, "crest"),
    ("crest_top", (73.0, 18.0, 64.0), 0.42, "crest"),
    ("crest_back", (50.0, 38.0, 46.0), 0.45, "crest"),
    ("crest_low", (24.0, 48.0, 18.0), 0.52, "crest"),
    # within
    ("joint_upper", (6.5, 2.0, 10.0), 0.56, "corridor"),
    ("joint", (5.5, 4.0, -8.0), 0.52, "corridor"),
    ("tuberosity", (4.0, 24.0, 4.0), 0.54, "corridor"),
    ("joint_lower", (1.0, 13.0, -26.0), 0.42, "corridor"),
    ("buttress", (14.0, -15.0, -4.0), 0.50, "corridor"),
    ("buttress_front", (29.0, -42.0, -6.0), 0.52, "corridor"),
    ("s2ai_target", (43.0, -66.0, -4.0), 0.52, "corridor"),
    ("fossa", (45.0, -18.0, 30.0), 0.5, "fossa"),
    ("fossa_back", (36.0, 14.0, 34.0), 0.62, "fossa"),
    ("fossa_front", (52.0, -44.0, 26.0), 0.72, "fossa"),
    ("line", (24.0, -16.0, 12.0), 0.32, "corridor"),
)
OUTLINE_COUNT = 17
