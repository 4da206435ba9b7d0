"""Pressure as an unknown of its own where a material is nearly incompressible.

Plain displacement elements lock there, and conjugate gradients stall: the bulk modulus outgrows the shear
modulus a thousandfold. In such elements the pressure p = -lambda div u is a continuous linear field of its
own (Taylor & Hood 1973, doi 10.1016/0045-7930(73)90027-3; stable with quadratic displacements, Boffi 1997,
doi 10.1137/S0036142994270193), one field for each part, since it jumps between parts. Eliminating it leaves
the stiffness A + B' C^-1 B of displacements alone: A of shear, B the divergence, C the compliance of bulk.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.sparse import coo_array, csc_array, csr_array
from scipy.sparse.linalg import splu

from fem.discretisation import Discretisation
from fem.elastic import ElasticField
from geometry.arrays import Bools, Floats, Ints
from geometry.errors import ModelError
from geometry.tetrahedron import TET_EDGES

# Chosen: up to here plain elements lose less than 0.1 % (thick ring), and conjugate gradients, with two and a
# half times the iterations of 0.3, still beat the mixed form, which needs six times as many at any ratio.
NEARLY_INCOMPRESSIBLE = 0.48


@dataclass(frozen=True, kw_only=True)
class PressureField:
    """The pressure of nearly incompressible elements and how it is coupled to displacements.

    Attributes:
        elements: that have it, mesh numbering, shape (k,).
        corners: pressure unknown at each of their vertices, shape (k, 4).
        divergence: B in mm2: integrals of shape function times divergence, shape (pressures, 3n), inner
            nodes.
        compliance: C in mm3/MPa: integrals of two shape functions over lambda, shape (pressures, pressures).
        factor: of the compliance.
        resisting: factor of the same over lambda and over 2 mu together: about what is left of the equations
            when the displacements are eliminated.
    """

    elements: Ints
    corners: Ints
    divergence: csr_array
    compliance: csr_array
    factor: Any
    resisting: Any

    def pressure_mpa(self, displacement_mm: Floats) -> Floats:
        """The pressure of displacements of inner nodes, shape (n, 3); shape (pressures,)."""
        return np.asarray(-self.factor.solve(self.divergence @ displacement_mm.ravel()))

    def at_points(self, displacement_mm: Floats, barycentric: Floats) -> Floats:
        """Pressures in MPa at points of each element that has one, shape (k, q), from displacements of inner
        nodes, shape (n, 3), and barycentric coordinates, shape (q, 4)."""
        return np.asarray(self.pressure_mpa(displacement_mm)[self.corners] @ barycentric.T)

    def forces_n(self, displacement_mm: Floats) -> Floats:
        """B' C^-1 B u in N, of the shape of u: (n, 3), or (n, 3, 8)."""
        flat = displacement_mm.reshape(self.divergence.shape[1], -1)
        forces = self.divergence.T @ self.factor.solve(self.divergence @ flat)
        return np.asarray(forces).reshape(displacement_mm.shape)


def nearly_incompressible(elastic: ElasticField) -> Bools:
    """Which elements have a pressure of their own, shape (m,)."""
    return np.asarray(elastic.poisson > NEARLY_INCOMPRESSIBLE)


def pressure_field(discretisation: Discretisation, elastic: ElasticField) -> PressureField | None:
    """The pressure of a material on a mesh; None where no element is nearly incompressible.

    Raises:
        ModelError: linear elements, which have no stable pressure.
    """
    mixed = nearly_incompressible(elastic)
    if not mixed.any():
        return None
    if discretisation.order == 1:
        raise ModelError(
            f"Poisson's ratio above {NEARLY_INCOMPRESSIBLE:g} locks linear elements",
            where="elastic",
            advice="Use quadratic ones",
        )
    if mixed[discretisation.element_order[discretisation.curved]].any():
        raise ModelError(
            f"a curved element has Poisson's ratio above {NEARLY_INCOMPRESSIBLE:g}",
            where="elastic",
            advice="Export that part with straight sides",
        )
    mesh = discretisation.mesh
    inner = np.flatnonzero(mixed[discretisation.element_order])
    elements = discretisation.element_order[inner]
    keys = mesh.part[elements, None] * len(mesh.nodes_mm) + mesh.tets[elements, :4]
    distinct, back = np.unique(keys, return_inverse=True)
    corners = back.reshape(-1, 4)
    volumes = discretisation.volumes_mm3[inner]
    coupling = (np.ones((4, 4)) + np.eye(4)) / 20.0
    nodal = np.einsum("m,vi,maic->mvac", volumes, coupling, _gradients(discretisation.gradients[inner]))
    columns = 3 * discretisation.tets[inner][:, :, None].astype(np.int64) + np.arange(3)
    nu = elastic.poisson[elements]
    first = elastic.mean_young_mpa[elements] * nu / ((1.0 + nu) * (1.0 - 2.0 * nu))
    twice_shear = elastic.mean_young_mpa[elements] / (1.0 + nu)

    def weighed(per_element: Floats) -> csr_array:
        values = (volumes * per_element)[:, None, None] * coupling
        places = [np.broadcast_to(c, values.shape).ravel() for c in (corners[:, :, None], corners[:, None])]
        return csr_array(coo_array((values.ravel(), tuple(places)), shape=(len(distinct),) * 2))

    compliance = weighed(1.0 / first)
    divergence = coo_array(
        (
            nodal.ravel(),
            (
                np.broadcast_to(corners[:, :, None, None], nodal.shape).ravel(),
                np.broadcast_to(columns[:, None], nodal.shape).ravel(),
            ),
        ),
        shape=(len(distinct), discretisation.unknowns),
    )
    return PressureField(
        elements=elements,
        corners=corners,
        divergence=csr_array(divergence),
        compliance=compliance,
        factor=splu(csc_array(compliance)),
        resisting=splu(csc_array(weighed(1.0 / first + 1.0 / twice_shear))),
    )


def _gradients(gradients: Floats) -> Floats:
    """Gradients of the ten shape functions at the four vertices, shape (k, 10, 4, 3), where they are linear
    between."""
    result = np.empty((len(gradients), 10, 4, 3))
    for vertex in range(4):
        result[:, vertex] = -gradients[:, vertex, None]
        result[:, vertex, vertex] *= -3.0
    result[:, 4:] = 0.0
    for edge, (one, other) in enumerate(TET_EDGES):
        result[:, 4 + edge, one] = 4.0 * gradients[:, other]
        result[:, 4 + edge, other] = 4.0 * gradients[:, one]
    return result
