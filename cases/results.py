"""What a computed case says: the nouns that tables, files and pictures are made from."""

from dataclasses import dataclass


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
class PullOutResult:
    """One screw pulled along its axis, at one amount of body loss.

    Attributes:
        name: label of the screw in tables, such as "s1_pedicle".
        kind: s1_pedicle, s1_alar or s2ai.
        side: left or right.
        loss_percent: body loss asked for.
        achieved_loss_percent: body loss found on the mesh.
        force_n: the pull.
        head_displacement_mm: mean displacement of the screw head along the pull.
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
    """

    name: str
    kind: str
    side: str
    loss_percent: float
    achieved_loss_percent: float
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
        results: one per screw and loss, screw by screw.
        crossovers: of every alar screw over every pedicle screw.
        failures: cases that gave no result.
    """

    name: str
    results: tuple[PullOutResult, ...]
    crossovers: tuple[Crossover, ...]
    failures: tuple[Failure, ...]
