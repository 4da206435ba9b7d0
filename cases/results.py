"""What a computed case says: the nouns that tables, files and pictures are made from."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True, kw_only=True)
class Interval:
    """A number with its discretisation error.

    A conforming mesh is stiffer than the body it stands for, so the exact value lies below the computed one:
    between `low` and `high` as far as the error estimate holds.
    """

    low: float
    high: float

    def overlaps(self, other: "Interval") -> bool:
        """Whether the two cannot be told apart by these meshes."""
        return self.low <= other.high and other.low <= self.high


@dataclass(frozen=True, kw_only=True)
class PullOutCurve:
    """A screw pulled beyond the linear range, step by step.

    Attributes:
        displacement_mm: of the head, rising, one per finished step, at least one.
        force_n: that holds it there.
        damaged_mm3: bone that has lost more than half of its stiffness to the pull.
        complete: whether every step was finished; an interrupt keeps those that were.
    """

    displacement_mm: tuple[float, ...]
    force_n: tuple[float, ...]
    damaged_mm3: tuple[float, ...]
    complete: bool

    @property
    def peak_n(self) -> float:
        """The highest force."""
        return max(self.force_n)

    @property
    def peak_mm(self) -> float:
        """The displacement at the highest force."""
        return self.displacement_mm[self.force_n.index(self.peak_n)]

    @property
    def falls(self) -> bool:
        """Whether a lower force follows the highest; else the peak may lie beyond the last step."""
        return self.force_n[-1] < self.peak_n


@dataclass(frozen=True, kw_only=True)
class PullOutForces:
    """What the estimators say at which force on its head a screw is pulled out, or its bone yields.

    Attributes:
        forces_n: by row of `cases.estimators.ESTIMATORS`, calibrated where there is a constant.
        region_mm3: bone that the strain criteria count.
        shell_n: part of the thread shear that cortical bone bears; None without a thread shear.
        curve: of the pull beyond the linear range; None if the case asks for none.
    """

    forces_n: Mapping[str, float]
    region_mm3: float
    shell_n: float | None
    curve: PullOutCurve | None = None

    def row(self) -> dict[str, float]:
        """The numbers on one level, by column of a table."""
        columns = {f"failure_{name}_n": force for name, force in self.forces_n.items()}
        if self.shell_n is not None:
            columns["failure_shell_n"] = self.shell_n
        columns["failure_region_mm3"] = self.region_mm3
        if self.curve is not None:
            columns["failure_curve_peak_mm"] = self.curve.peak_mm
        return columns


@dataclass(frozen=True, kw_only=True)
class PullOutResult:
    """One screw loaded at its head, at one amount of body loss.

    Attributes:
        name: label of the screw in tables, such as "s1_pedicle".
        kind: s1_pedicle, s1_alar or s2ai.
        side: left or right.
        loss_percent: body loss asked for.
        achieved_loss_percent: body loss found on the mesh.
        loading: kind of load, a row of `cases.head_loads.LOADS`.
        force_n: its size.
        head_displacement_mm: mean displacement of the screw head along the load.
        stiffness_n_per_mm: force over that displacement.
        stiffness_error_percent: estimated discretisation error; the computed stiffness is too high by it.
        bone_strain_p98: effective strain that 98 % of the bone volume around the screw stays below.
        density_law: the law that gave the trabecular bone its stiffness.
        extrapolated_percent: share of trabecular bone outside the density law's measured range.
        clipped_percent: share of trabecular bone that the law makes softer than the floor, raised to it.
        screw_length_mm, screw_diameter_mm: as planned.
        cement_ml: cement round the screw on the mesh; 0 without any.
        elements, unknowns: size of the model.
        iterations, relative_residual: how the solver ended.
        balance_error: reactions plus load, over the load.
        mesh_hash: sha256 of nodes and tetrahedra.
        failure: estimates of the force at which it fails.
    """

    name: str
    kind: str
    side: str
    loss_percent: float
    achieved_loss_percent: float
    loading: str
    force_n: float
    head_displacement_mm: float
    stiffness_n_per_mm: float
    stiffness_error_percent: float
    bone_strain_p98: float
    density_law: str
    extrapolated_percent: float
    clipped_percent: float
    screw_length_mm: float
    screw_diameter_mm: float
    cement_ml: float
    elements: int
    unknowns: int
    iterations: int
    relative_residual: float
    balance_error: float
    mesh_hash: str
    failure: PullOutForces

    def row(self) -> dict[str, Any]:
        """Every number on one level, by column of a table."""
        flat = asdict(self)
        del flat["failure"]
        return {**flat, **self.failure.row()}

    def as_json(self) -> dict[str, Any]:
        """Every number as it is nested; what the load or the case has none of is left out."""
        return asdict(self, dict_factory=lambda pairs: {k: v for k, v in pairs if v is not None})

    def stiffness(self) -> Interval:
        """The stiffness in N/mm with its discretisation error."""
        low = self.stiffness_n_per_mm * (1.0 - self.stiffness_error_percent / 100.0)
        return Interval(low=low, high=self.stiffness_n_per_mm)


@dataclass(frozen=True, kw_only=True)
class Crossover:
    """Where one screw overtakes another as the body is lost.

    Attributes:
        challenger, incumbent: names of the two screws.
        verdict: "crossing", "no crossing" or "always ahead".
        percent: body loss at the crossing, interpolated linearly between the computed ones; None without it.
        low_percent, high_percent: between these losses the two overlap within their discretisation
            errors; None where they never do.
    """

    challenger: str
    incumbent: str
    verdict: str
    percent: float | None
    low_percent: float | None
    high_percent: float | None

    def sentence(self) -> str:
        """What it says, for a reader."""
        pair = f"{self.challenger} overtakes {self.incumbent}"
        if self.verdict == "crossing":
            text = f"{pair} at {self.percent:.0f} % body loss"
        elif self.verdict == "always ahead":
            text = f"{self.challenger} is ahead of {self.incumbent} at every computed loss"
        else:
            text = f"no crossing: {self.challenger} never overtakes {self.incumbent} at the computed losses"
        if self.low_percent is None:
            return text
        return (
            f"{text}; within the discretisation error they are alike "
            f"from {self.low_percent:.0f} to {self.high_percent:.0f} %"
        )


@dataclass(frozen=True, kw_only=True)
class Failure:
    """A case that gave no result, and why."""

    name: str
    loss_percent: float
    reason: str


@dataclass(frozen=True, kw_only=True)
class CompareResult:
    """Several screws at several losses.

    Attributes:
        name: of the study.
        loading: kind of load, the same of all.
        results: one per screw and loss, screw by screw.
        crossovers: of every alar screw over every pedicle screw.
        failures: cases that gave no result.
    """

    name: str
    loading: str
    results: tuple[PullOutResult, ...]
    crossovers: tuple[Crossover, ...]
    failures: tuple[Failure, ...]
