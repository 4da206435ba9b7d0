"""Body loss on a mesh: how much of each element is lost."""

from dataclasses import dataclass

import numpy as np

from geometry.arrays import Bools, Floats
from geometry.body_loss import BodyLoss
from geometry.mesh import Mesh


@dataclass(frozen=True, kw_only=True)
class LossField:
    """One family of body loss, laid on one mesh.

    An element that the front passes through is lost by its share of volume: half of it lost, half of its
    stiffness left. A jump of modulus by five orders of magnitude inside an element asks for more than a
    quadratic displacement can follow, and costs the solver four times the iterations. Shares grow with the
    loss, so less bone is never stiffer.

    Attributes:
        region_mm: signed distance to the region that may be lost, at the vertices of each element, shape
            (m, 4); infinite where nothing can be lost.
        level: body-loss level at the vertices, shape (m, 4).
    """

    region_mm: Floats
    level: Floats

    def lost_share(self, threshold: float, barycentric: Floats) -> Floats:
        """Share of each element lost below a level, shape (m,), counted at barycentric points (s, 4)."""
        share = np.zeros(len(self.level))
        touched = np.flatnonzero((self.level < threshold).any(axis=1) & self.may_be_lost())
        inside = self.region_mm[touched] @ barycentric.T < 0.0
        below = self.level[touched] @ barycentric.T < threshold
        share[touched] = (inside & below).mean(axis=1)
        return share

    def may_be_lost(self) -> Bools:
        """The elements that reach into the region, shape (m,)."""
        return np.asarray((self.region_mm < 0.0).any(axis=1))


def map_loss(mesh: Mesh, loss: BodyLoss) -> LossField:
    """The family of body loss on the bone whose body it is; other bones and implants lose nothing."""
    count = len(mesh.tets)
    region, level = np.full((count, 4), np.inf), np.full((count, 4), np.inf)
    elements = np.flatnonzero(mesh.part == mesh.part_index(loss.body.part))
    vertices, at = np.unique(mesh.tets[elements, :4], return_inverse=True)
    points = mesh.nodes_mm[vertices]
    region[elements] = loss.region(points)[at].reshape(-1, 4)
    level[elements] = loss.level(points)[at].reshape(-1, 4)
    return LossField(region_mm=region, level=level)
