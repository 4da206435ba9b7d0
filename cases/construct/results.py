"""What a computed construct says: the nouns that its table, files and pictures are made from."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True, kw_only=True)
class CarriedLoad:
    """What passes through planes across a screw, a rod or a graft.

    Attributes:
        along_mm: where: on a screw from its entry towards the tip, negative outside the bone; on a rod from
            its upper end; on a graft at its middle.
        axial_n: tension is positive.
        shear_n, bending_n_m: their sizes, whatever their direction.
        torsion_n_m: about the axis.
    """

    along_mm: tuple[float, ...]
    axial_n: tuple[float, ...]
    shear_n: tuple[float, ...]
    bending_n_m: tuple[float, ...]
    torsion_n_m: tuple[float, ...]

    @property
    def most_bent_n_m(self) -> float:
        """The largest bending moment."""
        return max(self.bending_n_m)


@dataclass(frozen=True, kw_only=True)
class InterfaceMotion:
    """How the faces of a screw or a graft and of the bone around it move on each other.

    Attributes:
        touching_percent: of the faces, where they press.
        opening_um, slip_um: what 95 % of the faces stay below.
    """

    touching_percent: float
    opening_um: float
    slip_um: float


@dataclass(frozen=True, kw_only=True)
class DirectionResult:
    """A construct loaded in one direction.

    Attributes:
        direction: row of `cases.construct.directions.DIRECTIONS`.
        load, load_unit: its size, in N m or N.
        stiffness: load over the motion it works on, of the loaded endplate against what is held, in
            `stiffness_unit`.
        stiffness_unit: N m/deg or N/mm.
        stiffness_error_percent: estimated discretisation error; the computed stiffness is too high by it.
        motions: of neighbours and over all, such as "l5_on_sacrum", about or along the load's axis: each
            body as it moves on the whole.
        motion_unit: deg or mm.
        nutation_deg: turn of the sacrum on the ilia about the axis to the left, forwards positive.
        von_mises_mpa: of each implant and graft, by percentile such as "p95".
        bone_strain_p98: effective strain that 98 % of the bone round each screw stays below.
        carried: loads in each screw, rod and graft, by part.
        graft_share_percent: of the load that goes through the grafts (`cases.construct.graft_load`).
        interfaces: motions of faces that may part, by part; none where all is bonded.
        iterations, relative_residual, balance_error: how the solve ended.
    """

    direction: str
    load: float
    load_unit: str
    stiffness: float
    stiffness_unit: str
    stiffness_error_percent: float
    motions: Mapping[str, float]
    motion_unit: str
    nutation_deg: float
    von_mises_mpa: Mapping[str, Mapping[str, float]]
    bone_strain_p98: Mapping[str, float]
    carried: Mapping[str, CarriedLoad]
    graft_share_percent: float
    interfaces: Mapping[str, InterfaceMotion]
    iterations: int
    relative_residual: float
    balance_error: float


@dataclass(frozen=True, kw_only=True)
class ModelResult:
    """One model of a construct, loaded in all directions.

    Attributes:
        model: "instrumented", "destabilised" or "intact".
        linear: everything pushes as it pulls, so a moment stands for its opposite too.
        directions: one per direction of the case.
        findings: what a surgeon should know, in words.
        elements, unknowns: size of the model.
        extrapolated_percent, clipped_percent: shares of trabecular bone outside the density law's measured
            range, and raised to its floor.
        mesh_hash: sha256 of nodes and tetrahedra.
    """

    model: str
    linear: bool
    directions: tuple[DirectionResult, ...]
    findings: tuple[str, ...]
    elements: int
    unknowns: int
    extrapolated_percent: float
    clipped_percent: float
    mesh_hash: str

    def direction(self, name: str) -> DirectionResult:
        """The row of that direction."""
        return next(row for row in self.directions if row.direction == name)

    def as_json(self) -> dict[str, Any]:
        """Everything as plain values."""
        return asdict(self)


@dataclass(frozen=True, kw_only=True)
class ConstructResult:
    """A construct and what it is compared with.

    Attributes:
        name: of the case.
        computed: the model of the case.
        reference: a second model; None if the case asks for none.
    """

    name: str
    computed: ModelResult
    reference: ModelResult | None

    def remaining_percent(self, direction: str) -> dict[str, float]:
        """Each motion in percent of the reference's, where both go the same way; empty without one."""
        if self.reference is None:
            return {}
        here, there = self.computed.direction(direction), self.reference.direction(direction)
        return {
            name: 100.0 * motion / there.motions[name]
            for name, motion in here.motions.items()
            if motion * there.motions[name] > 0.0
        }

    def as_json(self) -> dict[str, Any]:
        """Everything as plain values."""
        directions = [row.direction for row in self.computed.directions]
        return {
            "name": self.name,
            "computed": self.computed.as_json(),
            "reference": None if self.reference is None else self.reference.as_json(),
            "remaining_percent": {name: self.remaining_percent(name) for name in directions},
        }
