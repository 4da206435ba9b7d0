"""Which one-sided springs act: linear solves, each with those that acted in the last, until none changes.

The energy with springs that pull and do not push is convex and smooth, and quadratic as long as none goes
slack or taut. Each round goes to the lowest point of the quadratic at hand and, along the way there, stops
where the true energy is lowest (Newton's method with an exact line search; for such an energy it ends after
finitely many rounds, and none can come back to where it was). See Christensen, Klarbring, Pang & Stromberg
1998 (doi 10.1002/(SICI)1097-0207(19980515)42:1<145::AID-NME358>3.0.CO;2-L) for Newton's method in contact.

Load cases have states of their own but are solved together: they differ in a few springs, so they share every
product and every cycle of one multigrid hierarchy.
"""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from fem.connections.connection import Connection, OneSidedSprings, Springs, SwitchedSprings
from fem.contact.faces import Contact
from fem.contact.laws import JoinedLaws
from fem.contact.state import OneSidedSolution, touching
from fem.model import Model
from fem.solution import Solution
from fem.solvers import Preconditioner, SolverSettings, preconditioner, solve
from geometry.arrays import Bools, Floats, Ints
from geometry.errors import GateError, ModelError, SolveError

# Chosen: forces of springs that push or do not pull, over the load. Far below any discretisation error, far
# above the residual of a linear solve.
_SETTLED = 1e-6
# Chosen: residuals of the first, the second and all further rounds until states have settled; the last solve
# takes them to that of the settings. Smaller ones cost a quarter more and save no round.
_ON_THE_WAY = (1e-2, 1e-2, 1e-3)
# Chosen: problems of this kind take 4 to 12.
_MOST_ROUNDS = 40
# Chosen: more than this share of the load in the keys is more than they may change.
_KEYS_CARRY = 0.01
# Chosen: the hierarchy follows the states in the first rounds, in which they change most, and whenever the
# last solve took more iterations than a new one costs.
_PREPARED_ROUNDS, _SLOW = 2, 60
# Chosen: 100 to 10 000 are as good.
_STIFFER = 1e3
_USUAL = SolverSettings()


def contact_connections(contacts: Sequence[Contact]) -> tuple[Springs | OneSidedSprings, ...]:
    """What contacts add to the connections of a model and of its discretisation."""
    return tuple(c for contact in contacts for c in (contact.pressing, contact.keys))


def solve_one_sided(
    model: Model,
    *,
    contacts: Sequence[Contact] = (),
    settings: SolverSettings = _USUAL,
    start: Floats | None = None,
    most_rounds: int = _MOST_ROUNDS,
) -> OneSidedSolution:
    """The solution of all load cases of a model with one-sided springs among its connections.

    Args:
        model: each load case gets a state of its own.
        contacts: those whose `contact_connections` the model has.
        settings: of the linear solves.
        start: displacements of similar loads on the same mesh, mm, shape (cases, n, 3): a first guess, and
            what acts in it.
        most_rounds: linear solves before giving up.

    Raises:
        SolveError: springs have not settled.
        GateError: keys carry more than 1 % of a load: nothing else holds what slides or lifts off.
        ModelError: no one-sided springs, or contacts that the model does not have.
    """
    laws = _laws(model, contacts)
    keys = {contact.keys_name for contact in contacts}
    count = len(model.load_cases)
    sizes = np.array([np.linalg.norm(load.nodal_force_n, axis=1).sum() for load in model.load_cases])
    moved = np.zeros((count, len(model.discretisation.mesh.nodes_mm), 3)) if start is None else start.copy()
    states = np.stack([laws.beyond_mm(u) >= 0.0 for u in moved])
    places = [laws.at_rest] * count
    unsettled, prepared, slow, final = np.full(count, np.inf), None, False, False
    for rounds in range(1, most_rounds + 1):
        left = np.flatnonzero(unsettled > _SETTLED)
        # on the way only what has not settled is solved, and not to the last digit
        final = final or not len(left)
        cases = left if len(left) else np.arange(count)
        linear = _linear(model, laws, states, cases)
        if prepared is None or rounds <= _PREPARED_ROUNDS or slow:
            prepared = _preconditioner(linear, keys)
        on_the_way = 0.0 if final else _ON_THE_WAY[min(rounds, len(_ON_THE_WAY)) - 1]
        solution = solve(
            linear,
            settings=replace(settings, relative_tolerance=max(settings.relative_tolerance, on_the_way)),
            start=moved[cases],
            prepared=prepared,
        )
        slow = int(solution.iterations.max()) > _SLOW
        moved[cases] = solution.displacement_mm
        for case, u in zip(cases, solution.displacement_mm, strict=True):
            work = float(np.vdot(model.load_cases[case].nodal_force_n, u))
            target = laws.place(u, states[case], work)
            unsettled[case] = laws.unsettled_n(target) / sizes[case]
            if unsettled[case] > _SETTLED:
                places[case] = laws.lowest_between(places[case], target)
                states[case] = places[case].beyond_mm > 0.0
        if final and len(cases) == count and (unsettled <= _SETTLED).all():
            return _found(solution, laws.switched(states), contacts, sizes, rounds, unsettled)
    worst = int(unsettled.argmax())
    raise SolveError(
        f"load {model.load_cases[worst].name!r}: after {most_rounds} rounds one-sided springs still go slack"
        f" and taut; {unsettled[worst]:.1e} of the load is out of place, above {_SETTLED:.0e}",
        where=model.load_cases[worst].name,
        advice="Allow more rounds, or a softer contact",
    )


def _linear(model: Model, laws: JoinedLaws, states: Bools, cases: Ints) -> Model:
    """The model under some of its load cases, by their places, with the springs that act in each."""
    others = [c for c in model.connections if not isinstance(c, OneSidedSprings)]
    return replace(
        model,
        load_cases=tuple(model.load_cases[case] for case in cases),
        connections=(*others, *laws.switched(states[cases])),
    )


def _laws(model: Model, contacts: Sequence[Contact]) -> JoinedLaws:
    """The one-sided springs of a model; refuses contacts that it does not have."""
    theirs = {c.name: c for c in model.connections if isinstance(c, Springs | OneSidedSprings)}
    missing = [c.name for c in contact_connections(contacts) if not _alike(c, theirs.get(c.name))]
    if missing:
        raise ModelError(
            f"the model lacks the contact connections {', '.join(missing)}",
            where="contact",
            advice="Add contact_connections(contacts) to those of the model and of its discretisation",
        )
    laws = tuple(c for c in model.connections if isinstance(c, OneSidedSprings))
    if not laws:
        raise ModelError(
            "the model has no one-sided springs",
            where="connections",
            advice="Solve it with fem.solvers.solve",
        )
    return JoinedLaws(laws=laws)


def _alike(one: Springs | OneSidedSprings, other: Connection | None) -> bool:
    """Whether both are the same kind of springs with the same numbers."""
    if isinstance(one, OneSidedSprings):
        return (
            isinstance(other, OneSidedSprings)
            and np.array_equal(one.slack_mm, other.slack_mm)
            and _alike(one.always(), other.always())
        )
    return isinstance(other, Springs) and np.array_equal(one.stiffness_n_per_mm, other.stiffness_n_per_mm)


def _preconditioner(linear: Model, keys: set[str]) -> Preconditioner:
    """That of the model with stiffer keys: a part that slides on keys alone moves so far in it that float32
    could not tell their forces from rounding. What they hold takes conjugate gradients a few steps more."""
    return preconditioner(
        replace(
            linear,
            connections=tuple(
                c.scaled(_STIFFER) if isinstance(c, Springs) and c.name in keys else c
                for c in linear.connections
            ),
        )
    )


def _found(
    solution: Solution,
    states: tuple[SwitchedSprings, ...],
    contacts: Sequence[Contact],
    sizes: Floats,
    rounds: int,
    unsettled: Floats,
) -> OneSidedSolution:
    """The settled solution; refuses one in which keys hold what nothing else does."""
    found = OneSidedSolution(
        solution=solution,
        states=states,
        touching=tuple(
            tuple(touching(contact, u, size) for contact in contacts)
            for u, size in zip(solution.displacement_mm, sizes, strict=True)
        ),
        rounds=rounds,
        unsettled=unsettled,
    )
    for load, row in zip(solution.model.load_cases, found.touching, strict=True):
        for one in row:
            if not one.key_share <= _KEYS_CARRY:
                raise GateError(
                    f"load {load.name!r}: the keys of contact {one.contact.name!r} carry"
                    f" {100.0 * one.key_share:.2g} % of the load, above {100.0 * _KEYS_CARRY:g} %: without"
                    " friction nothing else holds what slides or lifts off",
                    where=one.contact.name,
                    advice="Bond the interface, or join the parts by something else",
                )
    return found
