"""Which points touch: linear solves, each with the points that touched in the last, until none changes.

The energy with springs that push and do not pull is convex and smooth, and quadratic as long as no point
opens or closes. Each round goes to the lowest point of the quadratic at hand and, along the way there, stops
where the true energy is lowest (Newton's method with an exact line search; for such an energy it ends after
finitely many rounds, and none can come back to where it was). See Christensen, Klarbring, Pang & Stromberg
1998 (doi 10.1002/(SICI)1097-0207(19980515)42:1<145::AID-NME358>3.0.CO;2-L) for Newton's method in contact.
"""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from fem.connections.connection import Connection, Springs
from fem.contact.faces import Contact
from fem.contact.points import ContactPoints
from fem.contact.state import ContactSolution
from fem.model import Model
from fem.solvers import Preconditioner, SolverSettings, preconditioner, solve
from geometry.errors import GateError, ModelError, SolveError

# Chosen: forces of points that pull or do not push, over the load. Far below any discretisation error, far
# above the residual of a linear solve.
_SETTLED = 1e-6
# Chosen: problems of this kind take 4 to 12.
_MOST_ROUNDS = 40
# Chosen: more than this share of the load in the keys is more than they may change.
_KEYS_CARRY = 0.01
# Chosen: 100 to 10 000 are as good.
_STIFFER = 1e3
_USUAL = SolverSettings()


def contact_connections(contacts: Sequence[Contact]) -> tuple[Connection, ...]:
    """What contacts add to the connections of a model and of its discretisation: all points closed."""
    return tuple(c for contact in contacts for c in (contact.closed, contact.keys))


def solve_contact(
    model: Model,
    case: str,
    contacts: Sequence[Contact],
    *,
    settings: SolverSettings = _USUAL,
    start: ContactSolution | None = None,
    most_rounds: int = _MOST_ROUNDS,
) -> ContactSolution:
    """The solution of one load case with faces that press but do not pull.

    Args:
        model: with `contact_connections` of the contacts among its connections.
        case: one of its load cases; each has touching points of its own.
        contacts: all of them.
        settings: of the linear solves.
        start: of a similar load on the same model: its points and displacements are the first guess.
        most_rounds: linear solves before giving up.

    Raises:
        SolveError: points have not settled.
        GateError: keys carry more than 1 % of the load: nothing else holds what slides or lifts off.
    """
    load = model.load_cases[model.case_index(case)]
    others = _others(model, contacts)
    size = float(np.linalg.norm(load.nodal_force_n, axis=1).sum())
    points = ContactPoints(contacts=tuple(contacts))
    closed = tuple(c.clearance_mm <= 0.0 if start is None else start.of(c.name).closed for c in contacts)
    guess = None if start is None else start.solution.displacement_mm
    place = points.at_rest
    unsettled = np.inf
    for rounds in range(1, most_rounds + 1):
        linear = replace(
            model, load_cases=(points.loaded(load, closed),), connections=(*others, *points.springs(closed))
        )
        solution = solve(linear, settings=settings, start=guess, prepared=_preconditioner(linear, contacts))
        displacement = solution.displacement_mm[0]
        target = points.place(displacement, closed, float(np.vdot(load.nodal_force_n, displacement)))
        unsettled = points.unsettled_n(target) / size
        if unsettled <= _SETTLED:
            found = ContactSolution(
                solution=solution,
                touching=points.touching(displacement, size),
                rounds=rounds,
                unsettled=unsettled,
            )
            _require_little_in_keys(found)
            return found
        place = points.lowest_between(place, target)
        closed = points.split(place.opening_mm < 0.0)
        guess = solution.displacement_mm
    raise SolveError(
        f"load {case!r}: after {most_rounds} rounds points of the contact still open and close;"
        f" {unsettled:.1e} of the load is out of place, above {_SETTLED:.0e}",
        where=case,
        advice="Allow more rounds, or a softer contact",
    )


def _preconditioner(linear: Model, contacts: Sequence[Contact]) -> Preconditioner:
    """That of the model with stiffer keys: a part that slides on keys alone moves so far in it that float32
    could not tell their forces from rounding. What they hold takes conjugate gradients a few steps more."""
    keys = {contact.keys_name for contact in contacts}
    return preconditioner(
        replace(
            linear,
            connections=tuple(
                c.scaled(_STIFFER) if isinstance(c, Springs) and c.name in keys else c
                for c in linear.connections
            ),
        )
    )


def _others(model: Model, contacts: Sequence[Contact]) -> tuple[Connection, ...]:
    """The connections of a model but for those of the contacts; refuses contacts that it does not have."""
    mine = [c.name for c in contact_connections(contacts)]
    missing = sorted(set(mine) - {c.name for c in model.connections})
    if missing or not mine:
        raise ModelError(
            f"the model lacks the contact connections {', '.join(missing) or 'of any contact'}",
            where="contact",
            advice="Add contact_connections(contacts) to those of the model and of its discretisation",
        )
    return tuple(c for c in model.connections if c.name not in mine)


def _require_little_in_keys(found: ContactSolution) -> None:
    """Refuses a solution in which keys hold what nothing else does."""
    for touching in found.touching:
        if not touching.key_share <= _KEYS_CARRY:
            raise GateError(
                f"load {found.solution.model.load_cases[0].name!r}: the keys of contact"
                f" {touching.contact.name!r} carry {100.0 * touching.key_share:.2g} % of the load, above"
                f" {100.0 * _KEYS_CARRY:g} %: without friction nothing else holds what slides or lifts off",
                where=touching.contact.name,
                advice="Bond the interface, or join the parts by something else",
            )
