"""The equations of a model in inner numbering: what every solver solves and every answer is held against."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from scipy.sparse import csr_array, dia_array, kron

from fem.bonds import Bonds, bonds_of
from fem.connections.connection import OneSidedSprings, Springs, SwitchedSprings
from fem.discretisation import Discretisation
from fem.model import Model
from fem.pressure import PressureField, nearly_incompressible, pressure_field
from fem.product import nodal_forces
from fem.switched import Switched, switched_springs
from fem.terms import ElementTerms, element_terms
from geometry.arrays import Bools, Floats, Ints
from geometry.errors import ModelError


@dataclass(frozen=True, kw_only=True)
class System:
    """K u = f over admissible displacements: zero where held, and such that ties and rigid faces hold.

    All vectors are of inner nodes, shape (n, 3), or eight at once, shape (n, 3, 8).

    Attributes:
        model: whose equations they are.
        terms: of the elements.
        held: which displacements are zero, shape (n, 3).
        springs: stiffness of springs that always act in N/mm, shape (3n, 3n); None without any.
        switched: springs that act in some load cases only; None without any.
        bonds: ties and rigid faces; None without any.
        pressure: of nearly incompressible elements, whose terms are of shear alone; None without any.
    """

    model: Model
    terms: ElementTerms
    held: Bools
    springs: csr_array | None
    switched: Switched | None
    bonds: Bonds | None
    pressure: PressureField | None

    @property
    def discretisation(self) -> Discretisation:
        """Of the mesh of the model."""
        return self.model.discretisation

    def of_cases(self, cases: Sequence[int]) -> "System":
        """The equations of these load cases alone, by their places: one, or one for each lane. They differ
        in switched springs only, so without those it is the same."""
        return self if self.switched is None else replace(self, switched=self.switched.of_cases(cases))

    def load_n(self, case: int) -> Floats:
        """The nodal forces of a load case with what slack adds to them, shape (n, 3)."""
        load = self.discretisation.forces_to_inner(self.model.load_cases[case].nodal_force_n)
        return load if self.switched is None else load + self.switched.slack_forces_n(case)

    @property
    def joined(self) -> tuple[str, ...]:
        """Names of all connections."""
        return tuple(connection.name for connection in self.model.connections)

    @cached_property
    def held_rows(self) -> Ints:
        """Component c of inner node i that is held, as 3 i + c, ascending."""
        return np.flatnonzero(self.held)

    def forces_n(self, displacement_mm: Floats, out: Floats | None = None) -> Floats:
        """K u in N; in `out` if given."""
        forces = self.shear_forces_n(displacement_mm, out)
        return forces if self.pressure is None else forces + self.pressure.forces_n(displacement_mm)

    def shear_forces_n(self, displacement_mm: Floats, out: Floats | None = None) -> Floats:
        """K u in N without what the pressure adds; in `out` if given."""
        forces = nodal_forces(self.discretisation, self.terms, displacement_mm, out)
        if self.springs is not None:
            flat = displacement_mm.reshape(self.springs.shape[0], -1)
            forces += (self.springs @ flat).reshape(forces.shape)
        if self.switched is not None:
            self.switched.add_forces(displacement_mm, forces)
        return forces

    def admissible(self, vector: Floats) -> Floats:
        """The nearest admissible vector, in place of the one given; of a force, what admissible displacements
        feel of it."""
        vector.reshape(self.held.size, -1)[self.held_rows] = 0.0
        if self.bonds is not None:
            self.bonds.project(vector)
        return vector

    def felt(self, force_n: Floats, name: str) -> Floats:
        """What admissible displacements feel of a load case, shape (n, 3); refuses one they do not feel."""
        size = float(np.linalg.norm(force_n))
        felt = self.admissible(force_n)
        if not float(np.linalg.norm(felt)) > 1e-12 * size:
            raise ModelError(f"load {name!r} acts on nothing that is free to move", where=name)
        return felt

    def reactions_n(self, unbalanced_n: Floats) -> Floats:
        """Forces of the supports on the inner nodes, shape (n, 3), from K u - f of a solution."""
        reactions = np.where(self.held, unbalanced_n, 0.0)
        if self.bonds is not None:
            reactions = np.where(self.held, reactions - self.bonds.carried_n(unbalanced_n), 0.0)
        return reactions


def system_of(model: Model) -> System:
    """The equations of a model."""
    d = model.discretisation
    held = d.to_inner(model.held)
    springs = [c for c in model.connections if isinstance(c, Springs)]
    switched = [c for c in model.connections if isinstance(c, SwitchedSprings)]
    unsettled = [c.name for c in model.connections if isinstance(c, OneSidedSprings)]
    if unsettled:
        raise ModelError(
            f"connections {', '.join(unsettled)} act one way only, so the model is not linear",
            where=unsettled[0],
            advice="Solve it with fem.contact.solve_one_sided",
        )
    stiffness, acting = None, None
    spread = spread_interpolation(d) if springs or switched else None
    if spread is not None and springs:
        stiffness = csr_array((spread.shape[1], spread.shape[1]))
        for group in springs:
            rows = group.rows @ spread
            weights = dia_array((group.stiffness_n_per_mm[None], [0]), shape=(rows.shape[0],) * 2)
            stiffness = stiffness + rows.T @ (weights @ rows)
        stiffness = csr_array(stiffness)
    if spread is not None and switched:
        acting = switched_springs(switched, spread)
    return System(
        model=model,
        terms=element_terms(d, model.elastic, nearly_incompressible(model.elastic)),
        held=held,
        springs=stiffness,
        switched=acting,
        bonds=bonds_of(model, held),
        pressure=pressure_field(d, model.elastic),
    )


def spread_interpolation(discretisation: Discretisation) -> csr_array:
    """The interpolation of each of three components, shape (3 mesh nodes, 3n)."""
    return csr_array(kron(discretisation.interpolation, np.eye(3), format="csr"))
