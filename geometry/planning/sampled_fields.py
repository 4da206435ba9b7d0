"""What a screw must mind, sampled once on a lattice: thousands of paths then cost a look-up per point."""

from typing import NamedTuple

import numpy as np

from geometry.anatomy import Anatomy
from geometry.arrays import Floats, frozen_copy
from geometry.compiled import compiled
from geometry.field import Field
from geometry.planning.wall import BELOW_ENDPLATE_MM
from geometry.screws.kind import ILIUM, SACRUM, passable, screw_kind

# Layers of the samples.
BONE, CANAL, FORAMINA = range(3)
# Spacing (chosen): fields are smooth over some millimetres, so that reading between samples is true to 0.1 mm
# in the median; an iliac path needs three times the room and has more bone around it.
SACRAL_STEP_MM, ILIAC_STEP_MM = 1.0, 1.5
# Further from a surface than this, means between samples twice as far apart do (chosen: nothing is decided
# there, and it saves half of the time).
EXACT_MM = 4.0


class SampledFields(NamedTuple):
    """Fields on a lattice over the part of the bones that paths may run through.

    Attributes:
        corner_mm: the first sample, shape (3,).
        step_mm: spacing.
        layers: the field a screw of the kind must stay in, canal and foramina, shape (i, j, k, 3).
        outline: field of the S1 body just below the endplate, shape (i, j).
    """

    corner_mm: Floats
    step_mm: float
    layers: Floats
    outline: Floats


def sampled_fields(anatomy: Anatomy, kind: str, corners_mm: Floats, coarser: float = 1.0) -> SampledFields:
    """The fields of a kind of screw in the box of these points, shape (n, 3), as far as there is bone."""
    passes = screw_kind(kind).passes
    bones = [bounds for name, bounds in _bounds(anatomy) if name in passes]
    low = np.maximum(corners_mm.min(axis=0), np.min([bounds[0] for bounds in bones], axis=0))
    high = np.minimum(corners_mm.max(axis=0), np.max([bounds[1] for bounds in bones], axis=0))
    step = coarser * (ILIAC_STEP_MM if ILIUM in passes else SACRAL_STEP_MM)
    # an odd number of samples each way: every second one is a sample of the rough pass
    counts = [2 * int(np.ceil(max(high[k] - low[k], 0.0) / (2.0 * step))) + 3 for k in range(3)]
    axes = [low[k] - step + step * np.arange(counts[k]) for k in range(3)]
    points = np.stack(np.meshgrid(*axes, indexing="ij"), axis=-1)

    def passed(points_mm: Floats) -> Floats:
        return passable(anatomy, kind, points_mm)

    fields = (passed, anatomy.sacrum.canal, anatomy.sacrum.foramina)
    under = points[:, :, 0].reshape(-1, 3) * [1.0, 1.0, 0.0] - [0.0, 0.0, BELOW_ENDPLATE_MM]
    return SampledFields(
        corner_mm=frozen_copy([axis[0] for axis in axes]),
        step_mm=step,
        layers=frozen_copy(np.stack([_sampled(field, points) for field in fields], axis=-1)),
        outline=frozen_copy(anatomy.sacrum.bodies(under).reshape(points.shape[:2])),
    )


def _sampled(field: Field, points_mm: Floats) -> Floats:
    """A field at lattice points (i, j, k, 3), exact within `EXACT_MM` of its surface, shape (i, j, k)."""
    rough = points_mm[::2, ::2, ::2]
    values = field(rough.reshape(-1, 3)).reshape(rough.shape[:3])
    for axis in range(3):
        values = _halved(values, axis)
    near = np.abs(values) < EXACT_MM
    values[near] = field(points_mm[near])
    return values


def _halved(values: Floats, axis: int) -> Floats:
    """The samples with their means between them along one axis."""
    first = np.moveaxis(values, axis, 0)
    finer = np.empty((2 * len(first) - 1, *first.shape[1:]))
    finer[::2] = first
    finer[1::2] = 0.5 * (first[1:] + first[:-1])
    return np.moveaxis(finer, 0, axis)


@compiled
def layer_at(x: float, y: float, z: float, fields: SampledFields, which: int) -> float:
    """One layer at a point, trilinear; beyond the lattice as at its border."""
    corner, step, layers = fields.corner_mm, fields.step_mm, fields.layers
    u = min(max((x - corner[0]) / step, 0.0), layers.shape[0] - 1.000001)
    v = min(max((y - corner[1]) / step, 0.0), layers.shape[1] - 1.000001)
    w = min(max((z - corner[2]) / step, 0.0), layers.shape[2] - 1.000001)
    i, j, k = int(u), int(v), int(w)
    u, v, w = u - i, v - j, w - k
    near = (layers[i, j, k, which] * (1.0 - w) + layers[i, j, k + 1, which] * w) * (1.0 - v) + (
        layers[i, j + 1, k, which] * (1.0 - w) + layers[i, j + 1, k + 1, which] * w
    ) * v
    i += 1
    far = (layers[i, j, k, which] * (1.0 - w) + layers[i, j, k + 1, which] * w) * (1.0 - v) + (
        layers[i, j + 1, k, which] * (1.0 - w) + layers[i, j + 1, k + 1, which] * w
    ) * v
    value: float = near * (1.0 - u) + far * u
    return value


def _bounds(anatomy: Anatomy) -> tuple[tuple[str, Floats], ...]:
    return (SACRUM, anatomy.sacrum.bounds_mm), (ILIUM, anatomy.ilium.bounds_mm)
