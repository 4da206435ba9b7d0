"""Constructs and the intact spine: motions, loads of screws and rods, beside what was measured on others.

Whose spines they were is not known: all is computed in the mean man at T-score -2. Motions are secants at
10 N m, as a test that starts in the middle of its neutral zone would find them.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from cases.construct.results import DirectionResult, ModelResult
from cases.construct.run import compute_model
from cases.schema_construct import INTACT, NONE, SLIDING, ConstructCase
from cases.store import provenance, write_case, write_json
from cases.studies.sweep_case import Scalar
from cases.studies.validation.target import Row, Rows, Target, number_of
from materials.ligaments import LIGAMENT_LAWS, LINEAR

# Edges of the library's construct, and the coarsest that keep heads and bones apart in all of these.
USUAL_SCALE, COARSEST = 1.6, 2.0
FLEXION, EXTENSION, BENDING, ROTATION = "flexion", "extension", "bending_left", "rotation_left"
# Both ways together, as tests tell them.
SAGITTAL = "flexion_extension"
WAYS = {FLEXION: "flexion", BENDING: "bending", ROTATION: "rotation"}
S1 = "s1_pedicle"
# The row of a linear model that stands for both ways.
PAIRED = {
    FLEXION: SAGITTAL,
    EXTENSION: SAGITTAL,
    BENDING: "lateral_bending",
    ROTATION: "axial_rotation",
}
# Of every secant: within 30 % of the measured motion.
WITHIN = 0.3


@dataclass(frozen=True, kw_only=True)
class SpineTarget:
    """A number of one model, or its ratio to one of another.

    Attributes:
        target: what was measured.
        model: name of the case in `spine_cases`.
        by: what it was computed with, where several models are held against one test.
        column: of its row.
        over: the case and the column that it is divided by; None where the number itself is held.
    """

    target: Target
    model: str
    column: str
    over: tuple[str, str] | None = None
    by: str = ""


def spine_cases(scale: float = 1.0) -> dict[str, ConstructCase]:
    """Every model that a target needs, by name; element edges times the scale, up to `COARSEST`."""
    edges = {"scale": min(USUAL_SCALE * scale, COARSEST)}

    def case(name: str, *presets: str, **keys: object) -> ConstructCase:
        screws = [{"preset": preset} for preset in presets or (S1,)]
        given = {"schema": 1, "name": name, "kind": "construct", "reference": NONE, "mesh": edges}
        return ConstructCase.model_validate({**given, "screws": screws, **keys})

    # the sacrum held as a testing machine grips it; ligaments to the ilia were cut with them
    gripped = {"fixation": "distal_sacrum"}
    sliding = {**gripped, "facet_joints": SLIDING}
    cut = {"pelvic": {"iliolumbar_n_per_mm": 1.0}}
    strut = {"operation": {"l5_facets": "none", "graft": {}}, "soft_tissue": cut}
    strut["loading"] = {**gripped, "compression_n": 550.0}
    return {
        **{
            f"segment, {law}": case(
                f"segment-{law}",
                model=INTACT,
                loading=sliding if law == LINEAR else gripped,
                soft_tissue={**cut, "ligaments": law},
            )
            for law in LIGAMENT_LAWS
        },
        "intact": case("intact", model=INTACT, loading={"stance_n": 600.0}),
        "S2AI": case("s2ai", "s2ai"),
        "iliac": case("iliac", "iliac"),
        "S1": case("s1"),
        "S1 and S2AI": case("s1-s2ai", S1, "s2ai"),
        "strut": case("strut", **strut),
    }


def spine_numbers(case: ConstructCase, folder: Path) -> dict[str, Scalar]:
    """The row of a model."""
    result = compute_model(case, case.model).result
    write_json(folder / "result.json", result.as_json())
    write_case(folder / "case.yaml", case)
    write_json(folder / "provenance.json", provenance(case, mesh_hashes=[result.mesh_hash]))
    return numbers_of(result)


def numbers_of(result: ModelResult) -> dict[str, Scalar]:
    """What targets are held against, by direction."""
    row: dict[str, Scalar] = {}
    for found in result.directions:
        name = found.direction
        row |= {f"{name} {motion}": abs(value) for motion, value in found.motions.items()}
        row[f"{name} stiffness"] = found.stiffness
        row[f"{name} nutation"] = abs(found.nutation_deg)
        for part in (f"screw_{S1}_left", "rod_left"):
            if part in found.carried:
                row |= _carried(name, part, found)
    both = f"{FLEXION} l5_on_sacrum", f"{EXTENSION} l5_on_sacrum"
    if not result.linear:
        row[f"{SAGITTAL} l5_on_sacrum"] = sum(float(row[way] or 0.0) for way in both)
    return row


def _carried(name: str, part: str, found: DirectionResult) -> dict[str, Scalar]:
    return {
        f"{name} {part} stress": found.von_mises_mpa[part]["p95"],
        f"{name} {part} bending": found.carried[part].most_bent_n_m,
    }


def _secants() -> Iterator[SpineTarget]:
    """Motions of L5 on a gripped sacrum, Yamamoto 1989."""
    for way, told, measured in (
        (FLEXION, "flexion", 10.0),
        (EXTENSION, "extension", 7.8),
        (BENDING, "bending to one side", 5.5),
        (ROTATION, "rotation to one side", 1.4),
    ):
        target = Target(
            name=f"intact L5-S1, {told}",
            measured=f"{measured:g} deg at 10 N m",
            value=measured,
            low=(1.0 - WITHIN) * measured,
            high=(1.0 + WITHIN) * measured,
            unit="deg",
            source="Yamamoto 1989 (evidence 6.3 [V 104])",
        )
        for law in LIGAMENT_LAWS:
            turned = PAIRED[way] if law == LINEAR else way
            yield SpineTarget(
                target=target, model=f"segment, {law}", column=f"{turned} l5_on_sacrum", by=f"{law} ligaments"
            )


def _left_by_screws() -> Iterator[SpineTarget]:
    """The share of the intact motion that bilateral screws leave, in lumbar segments."""
    for way, measured, low, high in (
        (SAGITTAL, "0.18 and 0.19 (lumbar)", 0.18, 0.19),
        (BENDING, "0.27 (lumbar)", 0.27, 0.27),
        (ROTATION, "0.41 and 0.52 (lumbar)", 0.41, 0.52),
    ):
        target = Target(
            name=f"left by S2AI and L5 screws, {WAYS.get(way, 'flexion and extension')}",
            measured=measured,
            value=0.5 * (low + high),
            low=(1.0 - WITHIN) * low,
            high=(1.0 + WITHIN) * high,
            unit="1",
            source="evidence 6.3 [V 102, 103]",
            remark="pedicle screws of a lumbar segment; 30 % about what two laboratories found (chosen)",
        )
        column = f"{way} l5_on_sacrum"
        yield SpineTarget(target=target, model="S2AI", column=column, over=("intact", column))


def _beside_iliac() -> Iterator[SpineTarget]:
    """S2AI over iliac screws in stiffness, Hoernschemeyer 2017."""
    for way, told in WAYS.items():
        target = Target(
            name=f"S2AI over iliac screws, {told}",
            measured="at least 1, no significant difference",
            value=1.0,
            low=0.9,
            high=1.5,
            unit="1",
            source="Hoernschemeyer 2017 (evidence 6.3 [V 98])",
            remark="band chosen: no spread was seen",
        )
        column = f"{way} stiffness"
        yield SpineTarget(target=target, model="S2AI", column=column, over=("iliac", column))


def _directions_only() -> Iterator[SpineTarget]:
    """What S2AI screws beside S1 screws do to S1 screw and rod, and what bends an S1 screw most."""

    def asked(name: str, source: str, rises: bool) -> Target:
        low, high = (1.0, 10.0) if rises else (0.0, 1.0)
        measured = "above 1" if rises else "below 1"
        return Target(name=name, measured=measured, value=1.0, low=low, high=high, unit="1", source=source)

    sutterlin, fleischer = "Sutterlin 2014 (evidence 6.3 [V 99])", "Fleischer 2011 (evidence 6.3 [V 100])"
    for part, called in ((f"screw_{S1}_left", "S1 screw"), ("rod_left", "rod")):
        for way, told in WAYS.items():
            column = f"{way} {part} stress"
            rises = called == "rod" and way == FLEXION
            target = asked(f"{called} stress by adding S2AI, {told}", sutterlin, rises)
            yield SpineTarget(target=target, model="S1 and S2AI", column=column, over=("S1", column))
    flexion = f"{FLEXION} screw_{S1}_left bending"
    for way, rises in ((ROTATION, True), (BENDING, False)):
        target = asked(f"moment of the S1 screw, {WAYS[way]} over flexion", fleischer, rises)
        column = f"{way} screw_{S1}_left bending"
        yield SpineTarget(target=target, model="S1", column=column, over=("S1", flexion))


SPINE_TARGETS: tuple[SpineTarget, ...] = (
    *_secants(),
    SpineTarget(
        model="intact",
        column="stance nutation",
        target=Target(
            name="nutation of the sacrum, 600 N",
            measured="1.38 deg (a model)",
            value=1.38,
            low=(1.0 - WITHIN) * 1.38,
            high=(1.0 + WITHIN) * 1.38,
            unit="deg",
            source="Bruna-Rosso 2016 (evidence 5 [V 85])",
        ),
    ),
    SpineTarget(
        model="intact",
        column="stance sacrum_on_ilia",
        target=Target(
            name="sacrum on ilia, 600 N on both joints",
            measured="0.76 (medial) to 2.74 (anterior) at 294 N on one",
            value=1.75,
            low=0.76,
            high=2.74,
            unit="mm",
            source="Miller 1987 (evidence 5 [V 84])",
        ),
    ),
    *_left_by_screws(),
    SpineTarget(
        model="strut",
        column="compression stiffness",
        target=Target(
            name="L5-S1, screws and interbody, compression",
            measured="371.2 +- 237.5 N/mm",
            value=371.2,
            low=133.7,
            high=608.7,
            unit="N/mm",
            source="Drazin 2015 (evidence 6.3 [V 101])",
            remark="bonded struts for cages; one standard deviation",
        ),
    ),
    *_beside_iliac(),
    *_directions_only(),
)


def spine_rows(rows: Rows) -> Iterator[Row]:
    """Every target beside what was computed for it."""
    for one in SPINE_TARGETS:
        value, reason = number_of(rows, one.model, one.column)
        if value is not None and one.over is not None:
            below, reason = number_of(rows, *one.over)
            value = None if below is None else value / below
        yield Row(target=one.target, by=one.by, computed=value, reason=reason)
