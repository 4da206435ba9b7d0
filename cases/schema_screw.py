"""The screw section of a case: a shipped preset, or a kind with its numbers."""

from collections.abc import Mapping
from dataclasses import replace

from pydantic import Field

from cases.schema_cement import ScrewCement
from cases.section import BrokenRule, Section, choice, quantity
from geometry.frame import ANGLE_REFERENCES
from geometry.screws import DESIGNS, ENTRIES, PRESETS, ScrewPreset
from materials.tables import METALS

SIDES = ("left", "right")
KINDS = tuple(dict.fromkeys(preset.kind for preset in PRESETS.values()))
ANGLES = ("lateral_deg", "caudal_deg")
# What a kind needs that a preset would bring, besides an entry by name or as a point.
KIND_NEEDS = ("diameter_mm", "length_mm", "lateral_deg", "caudal_deg")


class PlannedScrew(Section):
    """A sacral screw on either side. Numbers given beside a preset replace the preset's own."""

    preset: str | None = choice(
        None,
        PRESETS,
        about="a shipped screw with its entry, angles, length and diameter (or give kind)",
        source="tables in geometry/screws",
    )
    kind: str | None = choice(
        None, KINDS, about="the family of screw, when no preset is named", source="tables in geometry/screws"
    )
    entry: str | None = choice(
        None, ENTRIES, about="the landmark where the thread meets bone", source="tables in geometry/screws"
    )
    entry_mm: tuple[float, float, float] | None = quantity(
        None,
        -150.0,
        150.0,
        unit="mm",
        about="a point where the axis meets bone, as [x, y, z], in place of entry; always given on the left "
        "(x > 0), side: right mirrors it; origin at the centre of the S1 endplate, x left, y back, z cranial",
        source="free choice",
        example=(28.0, 34.0, -10.0),
    )
    diameter_mm: float | None = quantity(
        None,
        4.0,
        11.0,
        unit="mm",
        about="outer diameter of the thread",
        source="7.0-7.5 in the paper (evidence 0.1)",
        example=7.0,
    )
    length_mm: float | None = quantity(
        None,
        20.0,
        140.0,
        unit="mm",
        about="length from entry to tip",
        source="alar 35-45, S1 pedicle 45, S2AI 60-129 (evidence 2)",
        example=45.0,
    )
    lateral_deg: float | None = quantity(
        None,
        -60.0,
        80.0,
        unit="deg",
        about="angle away from the sagittal plane; negative points to the midline",
        source="evidence 2",
        example=30.0,
    )
    caudal_deg: float | None = quantity(
        None,
        -60.0,
        80.0,
        unit="deg",
        about="angle downwards from the plane of angle_reference",
        source="evidence 2",
        example=45.0,
    )
    angle_reference: str | None = choice(
        None,
        ANGLE_REFERENCES,
        about="the plane that angles are read from; needed with every angle, because papers differ by the "
        "sacral slope, about 40 deg",
        source="no default on purpose (evidence 2.0)",
    )
    design: str | None = choice(
        None,
        DESIGNS,
        about="core, thread, tip and bore, meshed as they are (some 5 times the elements); decides the "
        "diameter; none is the smooth cylinder of the outer diameter",
        source="tables in geometry/screws/designs.py",
    )
    metal: str = choice("titanium", METALS, about="metal of the screw", source="evidence 5")

    @classmethod
    def broken_rules(cls, given: Mapping[str, object]) -> list[BrokenRule]:
        """A preset or a kind, one entry, a kind with all its numbers, angles with their reference."""
        set_keys = {key for key, value in given.items() if value is not None}
        broken = _origin(set_keys) + _entry(set_keys, given)
        angles = [key for key in ANGLES if key in set_keys]
        if len(angles) == 1 and "preset" in set_keys:
            broken.append(
                BrokenRule(
                    path=(angles[0],),
                    problem="given without the other angle; the preset's own may have another reference",
                    remedy=f"give {' and '.join(ANGLES)} together",
                )
            )
        if angles and "angle_reference" not in set_keys:
            broken.append(
                BrokenRule(
                    path=(angles[0],),
                    problem="given without angle_reference; the two planes differ by the sacral slope",
                    remedy="add angle_reference: s1_endplate, or angle_reference: global_axial",
                )
            )
        if {"design", "diameter_mm"} <= set_keys:
            broken.append(
                BrokenRule(
                    path=("diameter_mm",),
                    problem="given beside a design, which has a diameter of its own",
                    remedy="delete one of the two",
                )
            )
        if "angle_reference" in set_keys and not angles:
            broken.append(
                BrokenRule(
                    path=("angle_reference",),
                    problem="given without an angle; a preset states its own reference",
                    remedy="give lateral_deg and caudal_deg too, or choose a preset of this reading",
                )
            )
        return broken

    def planned(self) -> ScrewPreset:
        """The preset with the numbers of this case in place of its own."""
        changed = self.given()
        if self.design is not None:
            changed["diameter_mm"] = DESIGNS[self.design].diameter_mm
        if self.entry is not None or self.entry_mm is not None:
            changed["entry"] = self.entry or ""
            changed["entry_mm"] = self.entry_mm
        if self.preset is None:
            source = "case"
            return ScrewPreset(
                kind=str(self.kind), angle_reference=str(self.angle_reference), source=source, **changed
            )
        preset = PRESETS[self.preset]
        if self.angle_reference is None:
            return replace(preset, **changed)
        # angles of one's own are taken as they are, also where the preset aims at a landmark
        return replace(preset, **changed, angle_reference=self.angle_reference, aim="angles")

    def title(self) -> str:
        """What to call it in tables: the preset, or the kind."""
        return self.preset or str(self.kind)


class Screw(PlannedScrew):
    """One sacral screw."""

    side: str = choice("left", SIDES, about="side of the patient", source="chosen")
    cement: ScrewCement | None = Field(
        default=None, description="bone cement round the far end; none by default, {} takes every default"
    )


def _origin(set_keys: set[str]) -> list[BrokenRule]:
    """What is wrong with the choice between preset and kind."""
    if {"preset", "kind"} <= set_keys:
        return [
            BrokenRule(
                path=("kind",),
                problem="given beside preset, which has a kind of its own",
                remedy="delete kind to change single numbers of the preset, or preset to give them all",
            )
        ]
    if "kind" in set_keys:
        lacking = [key for key in KIND_NEEDS if key not in set_keys]
        if not {"entry", "entry_mm"} & set_keys:
            lacking.insert(0, "entry")
        if lacking:
            return [
                BrokenRule(
                    path=("kind",),
                    problem=f"given without {', '.join(lacking)}",
                    remedy="give these numbers too, or name a preset that has them",
                )
            ]
        return []
    if "preset" not in set_keys:
        return [
            BrokenRule(
                path=("preset",),
                problem=f"missing, and no kind is given; the presets are {', '.join(PRESETS)}",
                remedy="add preset: s1_pedicle",
            )
        ]
    return []


def _entry(set_keys: set[str], given: Mapping[str, object]) -> list[BrokenRule]:
    """What is wrong with where the screw enters."""
    if {"entry", "entry_mm"} <= set_keys:
        return [
            BrokenRule(
                path=("entry_mm",),
                problem="given beside entry; a screw enters at one place",
                remedy="delete entry to use the point, or entry_mm to use the landmark",
            )
        ]
    point = given.get("entry_mm")
    on_the_right = (
        isinstance(point, list | tuple) and point and isinstance(point[0], int | float) and point[0] <= 0
    )
    if on_the_right:
        return [
            BrokenRule(
                path=("entry_mm",),
                problem="on the right of the patient; screws are planned on the left and mirrored",
                remedy="write x without its minus, and side: right for a right screw",
            )
        ]
    return []
