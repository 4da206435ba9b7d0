"""Mean bones, bones drawn at random, and whether a body is whole, for the tests of shapes and screws."""

import dataclasses
from functools import cache
from typing import Any

import numpy as np
from scipy import ndimage

from geometry.anatomy import Anatomy, build_anatomy
from geometry.arrays import Floats
from geometry.field import Field
from geometry.lumbar.spine import Lumbar, LumbarPlan, build_lumbar, mean_lumbar
from geometry.pelvis.ilium_shape import ILIUM_SHAPES
from geometry.sacrum.bone import Sacrum
from geometry.sacrum.shape import SACRUM_SHAPES

SEXES = tuple(SACRUM_SHAPES)


@cache
def mean_anatomy(sex: str) -> Anatomy:
    """The mean bones of "male" or "female", built once for all tests: an ilium takes seconds."""
    return build_anatomy(SACRUM_SHAPES[sex], ILIUM_SHAPES[sex])


@cache
def mean_sacrum(sex: str) -> Sacrum:
    return Sacrum(SACRUM_SHAPES[sex])


@cache
def mean_spine(sex: str) -> Lumbar:
    """The mean L5 and L4 on the mean sacrum."""
    return build_lumbar(mean_sacrum(sex), mean_lumbar(sex))


def plan_of(sex: str, **changes: Any) -> LumbarPlan:
    """The mean L5 and L4 of that sex with other numbers."""
    return dataclasses.replace(mean_lumbar(sex), **changes)


def drawn(kind: type, rng: np.random.Generator) -> Any:
    """A shape with every number drawn evenly from its declared range."""
    numbers = {f.name: rng.uniform(f.metadata["low"], f.metadata["high"]) for f in dataclasses.fields(kind)}
    return kind(**numbers)


def grid(bounds_mm: Floats, step_mm: float) -> tuple[Floats, tuple[int, ...]]:
    """Points of a grid in a box, shape (n, 3), and how many there are along each axis."""
    axes = [np.arange(bounds_mm[0, k], bounds_mm[1, k] + step_mm, step_mm) for k in range(3)]
    points = np.stack(np.meshgrid(*axes, indexing="ij"), axis=-1)
    return points.reshape(-1, 3), points.shape[:3]


def piece_count(field: Field, bounds_mm: Floats, step_mm: float = 1.5) -> int:
    """Separate pieces of the body in its box; refuses a body that touches the box."""
    points, shape = grid(bounds_mm, step_mm)
    inside = (field(points) < 0.0).reshape(shape)
    faces = [inside[0], inside[-1], inside[:, 0], inside[:, -1], inside[:, :, 0], inside[:, :, -1]]
    assert not any(face.any() for face in faces)
    return int(ndimage.label(inside)[1])
