"""All surfaces that a mesh is cut along, in one row: their places are the bits of `Lattice.on`."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from geometry.arrays import Ints
from geometry.field import Field
from geometry.meshing.body import Body, Cap, HalfSpace
from geometry.meshing.sampled import SampledField

# The left half of a symmetric mesh ends here, in faces of that name.
MIDPLANE = Cap(name="midplane", field=HalfSpace(point_mm=np.zeros(3), normal=np.array([-1.0, 0.0, 0.0])))


@dataclass(frozen=True, kw_only=True)
class Surfaces:
    """The midplane, if the mesh ends there, then the surfaces of each body, its field before its caps.

    Attributes:
        fields: cheap far away where that is possible.
        exact: the same surfaces, always exact.
        first: place of the first surface of each body, shape (n_bodies,).
        sharp: places of the surfaces that end bodies sharply, midplane and caps, shape (k,).
        owner: index of the body that each sharp surface ends, -1 for the midplane, shape (k,).
        voids: places of the surfaces of voids, shape (v,).
        names: of the boundary faces on the sharp surfaces.
    """

    fields: Sequence[Field]
    exact: Sequence[Field]
    first: Ints
    sharp: Ints
    owner: Ints
    voids: Ints
    names: Sequence[str]


def surfaces_of(bodies: Sequence[Body], sampled: Sequence[SampledField], *, halved: bool) -> Surfaces:
    """The surfaces of these bodies and of the midplane if the mesh is halved."""
    ends = [MIDPLANE] if halved else []
    fields: list[Field] = [end.field for end in ends]
    exact = list(fields)
    sharp, owner, names = [0] * len(ends), [-1] * len(ends), [end.name for end in ends]
    first, voids = [], []
    for index, (body, field) in enumerate(zip(bodies, sampled, strict=True)):
        first.append(len(fields))
        exact += body.surfaces
        if not body.solid:
            voids.append(first[-1])
        # sampled where the body has no caps: its samples are then those of this very surface
        fields += body.surfaces if body.caps else [field]
        for number, cap in enumerate(body.caps):
            sharp.append(first[-1] + 1 + number)
            owner.append(index)
            names.append(cap.name)
    return Surfaces(
        fields=fields,
        exact=exact,
        first=np.array(first),
        sharp=np.array(sharp, dtype=np.int64),
        owner=np.array(owner, dtype=np.int64),
        voids=np.array(voids, dtype=np.int64),
        names=names,
    )
