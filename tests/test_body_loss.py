"""Body loss: nested, exact in volume, and nothing thin is left standing."""

import numpy as np
import pytest

from geometry.body_loss import FAMILIES, BodyLoss
from geometry.errors import GeometryError
from geometry.sacrum.bone import Sacrum
from geometry.sacrum.shape import FEMALE, MALE

SACRUM = Sacrum(MALE)
# off the quadrature grid of the class, so that the volume is checked by other points
RNG = np.random.default_rng(5)
CLOUD = RNG.uniform([-30.0, -22.0, -40.0], [30.0, 30.0, 4.0], (100_000, 3))


@pytest.fixture(scope="module", params=FAMILIES)
def loss(request: pytest.FixtureRequest) -> BodyLoss:
    return BodyLoss(SACRUM, request.param)


def lost(loss: BodyLoss, points_mm: np.ndarray, fraction: float) -> np.ndarray:
    return (loss.region(points_mm) < 0.0) & (loss.level(points_mm) < loss.threshold(fraction))


@pytest.mark.parametrize("fraction", [0.1, 0.25, 0.5, 0.75, 0.9])
def test_the_lost_share_is_the_asked_share(loss: BodyLoss, fraction: float) -> None:
    bone = CLOUD[SACRUM(CLOUD) < 0.0]
    bone = bone[loss.region(bone) < 0.0]
    share = lost(loss, bone, fraction).mean()
    # a random cloud of n points knows a share to 2 sqrt(f (1 - f) / n), here 0.9 % at most; the class 0.5 %
    noise = 2.0 * np.sqrt(fraction * (1.0 - fraction) / len(bone))
    assert share == pytest.approx(fraction, abs=0.005 + noise)


def test_loss_is_nested(loss: BodyLoss) -> None:
    before = np.zeros(len(CLOUD), dtype=bool)
    for fraction in np.linspace(0.0, 1.0, 6):
        after = lost(loss, CLOUD, fraction)
        assert not (before & ~after).any()
        before = after


def test_nothing_is_lost_at_zero(loss: BodyLoss) -> None:
    assert not lost(loss, CLOUD, 0.0).any()


def test_no_shell_of_the_body_stands_at_one(loss: BodyLoss) -> None:
    bone = CLOUD[SACRUM(CLOUD) < 0.0]
    arc, depth = SACRUM.curve_coordinates(bone)
    front = (depth < 0.0) & (np.abs(bone[:, 0]) < 0.6 * SACRUM.body_half_width_mm(arc))
    inside_s1 = arc < SACRUM.junction_arcs_mm[0]
    ahead_of_ala = SACRUM.lateral_mass(bone) > 0.0
    # endplate, promontory and anterior wall of S1 between the alae
    body_front = bone[front & inside_s1 & ahead_of_ala]
    assert len(body_front) > 1000
    assert lost(loss, body_front, 1.0).all()
    # the rim of the endplate as well
    rim = bone[(bone[:, 2] > -1.0) & (SACRUM.bodies(bone) < 0.5) & (depth < 8.0)]
    assert lost(loss, rim, 1.0).all()


def test_alae_arch_canal_wall_and_s2_stay_at_one(loss: BodyLoss) -> None:
    bone = CLOUD[SACRUM(CLOUD) < 0.0]
    gone = lost(loss, bone, 1.0)
    arc, depth = SACRUM.curve_coordinates(bone)
    assert not gone[arc > SACRUM.junction_arcs_mm[0]].any()
    assert not gone[depth > SACRUM.body_half_depth_mm(arc) - 2.9].any()
    assert not gone[(SACRUM.bodies(bone) > 0.0) & (SACRUM.lateral_mass(bone) < 0.0)].any()


@pytest.mark.parametrize("family", FAMILIES)
def test_left_and_right_are_halves(family: str) -> None:
    whole, left, right = (BodyLoss(SACRUM, family, side) for side in ("both", "left", "right"))
    assert left.volume_mm3 == right.volume_mm3 == 0.5 * whole.volume_mm3
    assert (CLOUD[lost(left, CLOUD, 1.0), 0] > 0.0).all()
    assert (CLOUD[lost(right, CLOUD, 1.0), 0] < 0.0).all()


def test_flat_loss_moves_down_from_the_endplate() -> None:
    loss = BodyLoss(Sacrum(FEMALE), "flat")
    heights = [loss.threshold(fraction) for fraction in (0.2, 0.4, 0.6, 0.8)]
    # the body tapers: equal shares of it are ever thicker slices
    assert (np.diff(heights, 2) > 0.0).all()


def test_refuses_what_it_does_not_know() -> None:
    with pytest.raises(GeometryError, match="Choose one of flat, anterior_superior, bowl"):
        BodyLoss(SACRUM, "cheese")
    with pytest.raises(GeometryError, match="Choose one of both, left, right"):
        BodyLoss(SACRUM, "flat", "top")
    with pytest.raises(GeometryError, match=r"loss fraction is 1\.5, outside 0 to 1"):
        BodyLoss(SACRUM, "flat").threshold(1.5)
