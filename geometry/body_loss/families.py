"""The ways in which a vertebral body is lost: each a function that rises from where bone goes first.

All are chosen after what surgeons describe; no paper measured the shapes. Each returns its level, shape (n,).
"""

from collections.abc import Callable, Mapping

import numpy as np

from geometry.arrays import Floats
from geometry.body_loss.body import BodyPlaces

Level = Callable[[BodyPlaces], Floats]

# Chosen: the wedge turns about an axis this share of the endplate's depth behind its back.
HINGE = 0.3
# Chosen: how much of the front's way goes down for each share of the way forward.
POSTERIOR_FALL = 0.7


def _flat(at: BodyPlaces) -> Floats:
    """A front that moves down from the endplate, as wide as the body."""
    return at.down


def _endplate_wedge(at: BodyPlaces) -> Floats:
    """A plane through an axis behind the endplate that turns down in front: the wedge of a kyphosis."""
    # rises with the angle, as its tangent; held below so that the axis itself is far from lost
    return np.asarray(at.down / np.maximum(1.0 + HINGE - at.back, 0.5 * HINGE))


def _anterior(at: BodyPlaces) -> Floats:
    """A front that moves back from the anterior wall, as under the ligament in tuberculosis."""
    return at.back_here


def _anterior_superior(at: BodyPlaces) -> Floats:
    """A quarter ellipsoid that grows from the promontory back and down."""
    back, down = np.maximum(at.back, 0.0), np.maximum(at.down, 0.0)
    return np.asarray(np.sqrt(at.across**2 + back**2 + down**2))


def _posterior_superior(at: BodyPlaces) -> Floats:
    """A slanted plane that moves forward and down from the back of the endplate, between the pedicles."""
    return np.asarray(POSTERIOR_FALL * at.down - at.back)


def _bowl(at: BodyPlaces) -> Floats:
    """A bowl that grows from the middle of the endplate and keeps its distance to the tapering wall."""
    down = np.clip(at.down, 0.0, 1.0)
    return np.asarray(np.sqrt(at.across_here**2 + at.back_here**2 + down**2))


def _cavity(at: BodyPlaces) -> Floats:
    """An abscess in the middle of the body, closed until it is as large as the body."""
    return np.asarray(np.sqrt(at.across_here**2 + at.back_here**2 + (2.0 * at.down - 1.0) ** 2))


FAMILIES: Mapping[str, Level] = {
    "flat": _flat,
    "endplate_wedge": _endplate_wedge,
    "anterior": _anterior,
    "anterior_superior": _anterior_superior,
    "posterior_superior": _posterior_superior,
    "bowl": _bowl,
    "cavity": _cavity,
}
