"""What a result is uncertain by: keys of a case with their ranges, and how far a screw strays."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from pydantic import BaseModel

from cases.build import plan_case
from cases.estimators import ESTIMATORS
from cases.faults import UsageError
from cases.head_loads import LOADS
from cases.schema import Case
from cases.schema_bone import MEASURED_IN_A_SCAN, Bone
from cases.schema_screw import Screw
from geometry.anatomy import Anatomy
from geometry.errors import GeometryError
from geometry.planning.breach import acceptable
from geometry.screws.plan import plan_screw

Value = float | str
ModelT = TypeVar("ModelT", bound=BaseModel)

# Strays of the screw are no keys of a case: they are added to the plan.
STRAYS = ("screw.lateral_deg", "screw.caudal_deg", "screw.length_mm")
# Shares of a stray that are tried, from all of it down: the screw of a surgeon stays in bone too.
HELD_BACK = (1.0, 0.8, 0.6, 0.4, 0.2, 0.0)


@dataclass(frozen=True, kw_only=True)
class UncertainInput:
    """One thing that is not known exactly; all values between its ends are alike.

    Attributes:
        key: of the case; of a stray, the number that it is added to.
        values: the two ends of a range, or two choices and more.
        source: where the range is from.
    """

    key: str
    values: tuple[Value, ...]
    source: str

    @property
    def is_choice(self) -> bool:
        """Whether there is nothing between the values."""
        return isinstance(self.values[0], str)

    @property
    def is_stray(self) -> bool:
        """Whether its values are added to the plan of the screw."""
        return self.key in STRAYS

    def at(self, share: float) -> Value:
        """The value at a share from 0 to 1 of the range, or the choice there."""
        if self.is_choice:
            return self.values[min(int(share * len(self.values)), len(self.values) - 1)]
        low, high = (float(value) for value in self.values)
        return low + share * (high - low)


@dataclass(frozen=True, kw_only=True)
class Strayed:
    """A case with uncertain values in place of its own.

    Attributes:
        case: complete; a run of it gives the same numbers.
        held_back: the stray of the screw was cut short to stay in bone.
    """

    case: Case
    held_back: bool


def inputs_of(case: Case) -> tuple[UncertainInput, ...]:
    """What the result of a case is uncertain by."""
    stray = "plans are uncertain by 5 degrees and 5 mm (evidence 10)"
    return (
        *_densities(case.bone),
        UncertainInput(
            key="bone.density_law",
            values=("keller1994_vertebra", "crawford2003", "morgan2003"),
            source="the low, the default and the high law (evidence 4.2)",
        ),
        UncertainInput(
            key="bone.cortex.thickness_scale",
            values=(0.6, 1.7),
            source="regional ranges over their defaults (evidence 1.2, assumed)",
        ),
        UncertainInput(
            key="bone.cortex.young_mpa",
            values=(8_040.0, 17_000.0),
            source="osteoporotic 8.04 to pelvic 17 GPa (evidence 4.3 [V 74, 75])",
        ),
        *_foam_constants(case.loading.kind),
        *(UncertainInput(key=key, values=(-5.0, 5.0), source=stray) for key in STRAYS),
    )


def _foam_constants(loading: str) -> tuple[UncertainInput, ...]:
    """What the constants of the estimators are uncertain by; nothing where none has one."""
    if not any(ESTIMATORS[name].calibration.tests for name in LOADS[loading].estimators):
        return ()
    scale = UncertainInput(
        key="failure.foam_constant_scale",
        values=(0.85, 1.15),
        source="15 %, within which the foam tests must be met (evidence 7.5)",
    )
    return (scale,)


def _densities(bone: Bone) -> tuple[UncertainInput, ...]:
    """What the density of the bone is uncertain by; of a scan with a phantom, nothing that is known."""
    if bone.ct is not None:
        slope = bone.ct.calibration.slope
        if slope is None:
            return ()
        line = UncertainInput(
            key="bone.ct.calibration.slope",
            values=(max(0.9 * slope, 0.4), min(1.1 * slope, 1.6)),
            source="chosen: 10 %, a line is scanner specific (evidence 3.1 [D 61])",
        )
        return (line,)
    ratio = UncertainInput(
        key="bone.ala_to_body_ratio",
        values=(0.37, 0.78),
        source="R as published, 0.37 to 0.78 (evidence 3.2 [D 5-7])",
    )
    if bone.t_score is not None:
        density = UncertainInput(
            key="bone.t_score",
            values=(max(bone.t_score - 1.0, -5.0), min(bone.t_score + 1.0, 2.0)),
            source="chosen: one T-score; QCT and DXA of one cohort differ by 1.6 (evidence 3.3 [V 64])",
        )
    else:
        measured = float(bone.s1_body_mg_cm3 or 0.0)
        density = UncertainInput(
            key="bone.s1_body_mg_cm3",
            values=(max(0.85 * measured, 20.0), min(1.15 * measured, 500.0)),
            source="chosen: 15 % of the measured density",
        )
    return (ratio, density)


def asked_inputs(case: Case, words: Sequence[str]) -> tuple[UncertainInput, ...]:
    """The inputs that a user names, with a range of their own or the usual one; all the usual ones if none.

    Args:
        case: decides the usual ranges.
        words: such as "bone.t_score", "bone.t_score=-3:-1" or "bone.density_law=morgan2003,crawford2003".

    Raises:
        UsageError: a key without values that is none of the usual ones, values that make no range, a key
            that a scan takes the place of, or the kind of load.
    """
    usual = {one.key: one for one in inputs_of(case)}
    if not words:
        return tuple(usual.values())
    asked = tuple(_asked(usual, word) for word in words)
    for one in asked:
        if one.key == "loading.kind":
            raise UsageError(
                "--input 'loading.kind' changes what is asked, not the bone",
                advice=f"Run it once with each --set loading.kind={', '.join(LOADS)}",
            )
        if case.bone.ct is not None and one.key.removeprefix("bone.").split(".")[0] in MEASURED_IN_A_SCAN:
            raise UsageError(
                f"--input {one.key!r} is measured in the scan of the case", advice="Leave it out"
            )
    return asked


def _asked(usual: Mapping[str, UncertainInput], word: str) -> UncertainInput:
    """One input as a user names it."""
    key, equals, text = word.partition("=")
    if not equals:
        if key not in usual:
            raise UsageError(
                f"--input {word!r} has no usual range",
                advice=f"Add one, as {key}=LOW:HIGH, or name {', '.join(usual)}",
            )
        return usual[key]
    parts = tuple(part.strip() for part in text.split(":" if ":" in text else ","))
    values: tuple[Value, ...] = parts
    if ":" in text:
        try:
            values = tuple(float(part) for part in parts)
        except ValueError:
            values = ()
    if len(values) < 2 or len(set(values)) < len(values) or (":" in text and len(values) != 2):
        raise UsageError(f"--input {word!r} makes no range", advice="Write --input bone.t_score=-3:-1")
    return UncertainInput(key=key, values=values, source="command line")


def own_value(case: Case, key: str) -> Value | None:
    """The value of a key in the case; 0 of a stray, None of a key that is left out."""
    if key in STRAYS:
        return 0.0
    value: object = case
    for part in key.split("."):
        value = getattr(value, part, None)
    return value if isinstance(value, str | float) else None


def strayed(case: Case, values: Mapping[str, Value]) -> Strayed:
    """The case with these values; a screw that would leave bone strays less far, until it fits.

    Raises:
        GeometryError: the plan of the case itself does not fit.
    """
    for key, value in values.items():
        if key not in STRAYS:
            case = with_value(case, key.split("."), value)
    turns = [float(values.get(key, 0.0)) for key in STRAYS]
    if not any(turns):
        return Strayed(case=case, held_back=False)
    plan = plan_case(case)
    trajectory = plan.screw.trajectory
    bicortical = case.screw.planned().exit == "bicortical"
    for share in HELD_BACK:
        lateral, caudal, longer = (share * turn for turn in turns)
        keys: dict[str, object] = {
            "lateral_deg": trajectory.lateral_deg + lateral,
            "caudal_deg": trajectory.caudal_deg + caudal,
            "angle_reference": "s1_endplate",
        }
        if not bicortical:
            # a bicortical screw ends at the cortex ahead
            keys["length_mm"] = trajectory.length_mm + longer
        screw = case.screw.model_copy(update=keys)
        if share == 0.0 or _fits(plan.anatomy, screw):
            return Strayed(case=case.model_copy(update={"screw": screw}), held_back=share < 1.0)
    raise AssertionError("the last share is taken as it is")


def _fits(anatomy: Anatomy, screw: Screw) -> bool:
    """Whether the screw can be planned and stays in bone."""
    preset = screw.planned()
    try:
        return acceptable(anatomy, plan_screw(anatomy, preset), preset.exit)
    except GeometryError:
        return False


def with_value(model: ModelT, path: Sequence[str], value: Value) -> ModelT:
    """The section with the value at a path of keys in place of its own."""
    if len(path) > 1:
        return model.model_copy(update={path[0]: with_value(getattr(model, path[0]), path[1:], value)})
    return model.model_copy(update={path[0]: value})
