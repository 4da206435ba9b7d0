"""Axial force, shears, bending moments and torsion that pass through planes across a beam-like part.

The resultant at a station is the sum of the internal forces K u of the part's own elements over its nodes
beyond the plane: nodes are cut, elements are not. Inside an element such forces cancel, so only elements
that the plane passes through count, and the sum is exactly what acts from outside on those nodes: loads,
supports, springs, ties, and whatever neighbours are bonded or pressed to them. So equilibrium holds to the
solver's tolerance on any mesh, without recovering a stress; integrating recovered stresses over the cut is
wrong by their error, which is largest where a stiff part meets a soft one.

What this means for a part embedded in another: the change from one station to the next is the force that the
neighbour hands over at the nodes between them. It comes in lumps the size of an element, so stations closer
together than that show steps; the neighbour's own share of the section is not counted.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from fem.pressure import nearly_incompressible, pressure_field
from fem.product import nodal_forces
from fem.solution import Solution
from fem.terms import ElementTerms, element_terms
from geometry.arrays import Bools, Floats, Ints, frozen_copy
from geometry.errors import ModelError

# Chosen: a node so near to a plane, in sizes of the part, lies on it and so is not beyond.
_ON_PLANE = 1e-9


@dataclass(frozen=True, kw_only=True)
class Stations:
    """Planes across a part, in the order in which their results come.

    Attributes:
        points_mm: where the axis of the part meets each plane, about which moments are taken, shape (s, 3).
        axes: unit normals; what lies on their positive side is beyond, shape (s, 3).
        first: unit vectors in the planes, from which shears and bending are counted; the second direction is
            axis x first; shape (s, 3).
    """

    points_mm: Floats
    axes: Floats
    first: Floats

    def __post_init__(self) -> None:
        for name in ("points_mm", "axes", "first"):
            values = getattr(self, name)
            if values.ndim != 2 or values.shape != (len(self.points_mm), 3) or not np.isfinite(values).all():
                raise ModelError(
                    f"{name} of stations has shape {values.shape}, expected (s, 3) of numbers",
                    where="stations",
                )
            object.__setattr__(self, name, frozen_copy(values))
        gram = np.stack([(a * b).sum(axis=1) for a, b in ((self.axes,) * 2, (self.first,) * 2)])
        if not (np.abs(gram - 1.0) < 1e-9).all() or not (np.abs(self._slant) < 1e-9).all():
            raise ModelError(
                "axes and first directions of stations must be unit vectors at right angles",
                where="stations",
            )

    @property
    def second(self) -> Floats:
        """The other direction in each plane, shape (s, 3)."""
        return np.cross(self.axes, self.first)

    @property
    def _slant(self) -> Floats:
        return np.asarray((self.axes * self.first).sum(axis=1))


def straight_stations(start_mm: Floats, end_mm: Floats, distances_mm: Floats, towards: Floats) -> Stations:
    """Stations across the line from start to end, both (3,), at distances (s,) from its start; the first
    direction is `towards`, shape (3,), less its part along the line."""
    axis = np.asarray(end_mm, dtype=np.float64) - start_mm
    length = float(np.linalg.norm(axis))
    if not length > 0.0:
        raise ModelError("the axis of a part starts where it ends", where="stations")
    axis = axis / length
    first = towards - axis * float(axis @ towards)
    size = float(np.linalg.norm(first))
    if not size > 1e-6 * float(np.linalg.norm(towards)):
        raise ModelError("the first direction of stations lies along their axis", where="stations")
    distances = np.atleast_1d(np.asarray(distances_mm, dtype=np.float64))
    shape = (len(distances), 3)
    return Stations(
        points_mm=start_mm + distances[:, None] * axis,
        axes=np.broadcast_to(axis, shape),
        first=np.broadcast_to(first / size, shape),
    )


@dataclass(frozen=True, kw_only=True)
class SectionForces:
    """What the piece beyond each station does to the piece before it.

    Attributes:
        stations: where.
        axial_n: positive in tension, shape (s,).
        shear_n: along the first and the second direction, shape (s, 2).
        torsion_nmm: about the axis, shape (s,).
        bending_nmm: about the first and the second direction, through the point of the station, shape (s, 2).
    """

    stations: Stations
    axial_n: Floats
    shear_n: Floats
    torsion_nmm: Floats
    bending_nmm: Floats

    @property
    def bending_size_nmm(self) -> Floats:
        """The bending moment whatever its direction, shape (s,)."""
        return np.asarray(np.linalg.norm(self.bending_nmm, axis=1), dtype=np.float64)

    @property
    def shear_size_n(self) -> Floats:
        """The shear whatever its direction, shape (s,)."""
        return np.asarray(np.linalg.norm(self.shear_n, axis=1), dtype=np.float64)


def section_forces(solution: Solution, case: str, parts: Sequence[str], stations: Stations) -> SectionForces:
    """Forces and moments that pass through planes across named parts taken together, in one load case.

    A plane must cut the parts once: of a rod bent so far that it crosses a plane twice, both crossings add.

    Raises:
        ModelError: an unknown part or load case, or a station off the parts.
    """
    d = solution.model.discretisation
    chosen = np.isin(d.mesh.part, [d.mesh.part_index(name) for name in parts])
    forces = _own_forces_n(solution, case, chosen)
    places = d.mesh.nodes_mm[d.node_order]
    own = np.unique(d.tets[chosen[d.element_order]])
    places, forces = places[own], forces[own]
    arms = places[None] - stations.points_mm[:, None]
    along = np.einsum("snd,sd->sn", arms, stations.axes)
    size = float(np.ptp(places, axis=0).max())
    _require_across(along, parts, _ON_PLANE * size)
    beyond = (along > _ON_PLANE * size).astype(np.float64)
    force = beyond @ forces
    moment = np.einsum("sn,snd->sd", beyond, np.cross(arms, forces[None]))

    def component(vector: Floats, direction: Floats) -> Floats:
        return np.asarray((vector * direction).sum(axis=1), dtype=np.float64)

    across = (stations.first, stations.second)
    return SectionForces(
        stations=stations,
        axial_n=component(force, stations.axes),
        shear_n=np.column_stack([component(force, direction) for direction in across]),
        torsion_nmm=component(moment, stations.axes),
        bending_nmm=np.column_stack([component(moment, direction) for direction in across]),
    )


def _require_across(along: Floats, parts: Sequence[str], reach_mm: float) -> None:
    """Refuses stations beside the parts, from distances (s, n) of their nodes beyond each plane."""
    off = np.flatnonzero((along.min(axis=1) > reach_mm) | (along.max(axis=1) < -reach_mm))
    if len(off):
        miss = np.abs(along[off[0]]).min()
        raise ModelError(
            f"station {off[0]} lies {miss:.3g} mm off {', '.join(parts)}",
            where="stations",
            advice="Give stations between the ends of the part",
        )


def _own_forces_n(solution: Solution, case: str, chosen: Bools) -> Floats:
    """Internal forces of the chosen elements, shape (m,), mesh order, on the inner nodes, shape (n, 3)."""
    d, elastic = solution.model.discretisation, solution.model.elastic
    displacement = d.to_inner(solution.displacement_of(case))
    terms = element_terms(d, elastic, nearly_incompressible(elastic))
    forces = nodal_forces(d, _only(terms, chosen[d.element_order], d.curved), displacement)
    pressure = pressure_field(d, elastic)
    if pressure is not None:
        mine = np.zeros(pressure.compliance.shape[0], bool)
        mine[pressure.corners[chosen[pressure.elements]]] = True
        held = np.where(mine, pressure.pressure_mpa(displacement), 0.0)
        forces -= np.reshape(pressure.divergence.T @ held, forces.shape)
    return forces


def _only(terms: ElementTerms, chosen: Bools, curved: Ints) -> ElementTerms:
    """The terms of chosen elements, shape (m,), inner order; nothing of the others."""
    kept = np.where(chosen, 1.0, 0.0)[:, None]
    grain, bent = terms.grain, terms.curved
    return replace(
        terms,
        moments=terms.moments * kept,
        grain=None if grain is None else grain._replace(moments=grain.moments * kept),
        curved=None
        if bent is None
        else replace(
            bent, straight_moments=bent.straight_moments * kept, young_mpa=bent.young_mpa * kept[curved]
        ),
    )
