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
        19.0, 15.0, 26.0, "mm", "sciatic buttress thickness; 13.2 free corridor [V 52]"
    )
    fossa_mm: float = number(
        5.0, 3.5, 9.0, "mm", "thinnest wing; thinner in life, thick enough to mesh, chosen"
    )
    crest_mm: float = number(13.0, 8.0, 18.0, "mm", "iliac crest thickness, chosen")

    def __post_init__(self) -> None:
        check_ranges(self, "anatomy.ilium")


MALE_ILIUM = IliumShape()
# women: smaller, flatter wing, thinner buttress; narrowest ilium 12 (6-18) both sexes [V 50]
FEMALE_ILIUM = IliumShape(size=0.94, flare_deg=3.0, corridor_mm=18.5, crest_mm=12.0)
ILIUM_SHAPES = {"male": MALE_ILIUM, "female": FEMALE_ILIUM}

# Places on the sheet's mid-surface: name, place (x, y, z mm from the auricular centre, anatomical frame),
# and half-thickness as a share of one of the three thicknesses. The first `OUTLINE_COUNT` go round the rim.
# They were laid out after an adult pelvis of sacral slope 40: PSIS to AIIS about 125 (118 +- 13 [V 50]), an
# S2 entry looks at the AIIS 36 to 42 lateral and 28 to 39 caudal to the axial plane [V 50-53].
SHEET: tuple[tuple[str, tuple[float, float, float], float, str], ...] = (
    ("psis", (-10.0, 43.0, -12.0), 0.62, "crest"),
    ("psis_low", (-10.0, 37.0, -24.0), 0.55, "crest"),
    ("piis", (-8.0, 22.0, -39.0), 0.50, "crest"),
    ("notch_back", (-2.0, 7.0, -38.0), 0.36, "corridor"),
    ("notch", (7.0, -7.0, -33.0), 0.44, "corridor"),
    ("notch_front", (17.0, -21.0, -37.0), 0.50, "corridor"),
    ("roof_back", (25.0, -34.0, -45.0), 0.60, "corridor"),
    ("roof", (35.0, -62.0, -35.0), 0.72, "corridor"),
    ("roof_front", (40.0, -78.0, -21.0), 0.55, "corridor"),
    ("aiis", (48.0, -77.0, 3.0), 0.48, "corridor"),
    ("interspinous", (53.0, -67.0, 21.0), 0.42, "crest"),
    ("asis", (68.0, -66.0, 40.0), 0.46, "crest"),
    ("crest_front", (79.0, -38.0, 53.0), 0.44, "crest"),
    ("tubercle", (83.0, -12.0, 58.0), 0.62, "crest"),
    ("crest_top", (73.0, 18.0, 64.0), 0.42, "crest"),
    ("crest_back", (50.0, 38.0, 46.0), 0.45, "crest"),
    ("crest_low", (22.0, 48.0, 18.0), 0.55, "crest"),
    ("buttress", (7.0, -13.0, -6.0), 0.57, "corridor"),
    ("buttress_front", (25.0, -40.0, -6.0), 0.52, "corridor"),
    ("s2ai_target", (43.0, -64.0, -4.0), 0.52, "corridor"),
    ("fossa", (45.0, -18.0, 30.0), 0.50, "fossa"),
    ("fossa_back", (36.0, 14.0, 34.0), 0.62, "fossa"),
    ("fossa_front", (52.0, -44.0, 26.0), 0.72, "fossa"),
    ("line", (24.0, -16.0, 12.0), 0.34, "corridor"),
)
OUTLINE_COUNT = 17

# Places that face the sacrum: share of its axis, depth behind it, how far the sheet's medial face would
# reach into the gap (negative: stays that much further off), half-thickness as a share of the corridor's.
# The joint's own are pressed into the gap, so that the medial face takes the sacrum's form there; the
# tuberosity behind keeps room for the interosseous ligaments.
FACING: tuple[tuple[str, tuple[float, float], float, float], ...] = (
    ("joint_top", (0.10, 6.0), 5.0, 0.46),
    ("joint", (0.24, 7.0), 5.0, 0.50),
    ("joint_low", (0.40, 7.0), 5.0, 0.48),
    ("joint_end", (0.52, 6.0), 5.0, 0.44),
    ("tuberosity", (0.10, 24.0), -1.0, 0.50),
    ("tuberosity_low", (0.32, 22.0), -1.0, 0.50),
)
