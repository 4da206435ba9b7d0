"""Body loss: nested, exact in volume, nothing thin is left standing; S1 and a lumbar body alike."""

from dataclasses import fields, replace

import numpy as np
import pytest

from geometry.arrays import Bools, Floats
from geometry.body_loss import FAMILIES, SIDES, BodyLoss, LossBody, LossVoid, S1Body, VertebralBody
from geometry.errors import GeometryError
from geometry.implicit import rounded_box
from geometry.sacrum.bone import Sacrum
from geometry.sacrum.shape import FEMALE, MALE, SACRUM_SHAPES, SacrumShape

SACRUM = Sacrum(MALE)
RNG = np.random.default_rng(5)
CLOUD = RNG.uniform([-30.0, -22.0, -40.0], [30.0, 30.0, 4.0], (50_000, 3))
PERCENT = (1.0, 10.0, 25.0, 33.3, 50.0, 75.0, 90.0, 99.0)


def random_shape(seed: int) -> SacrumShape:
    """A sacrum drawn from the middle half of every range."""
    rng = np.random.default_rng(seed)
    numbers = {}
    for entry in fields(SacrumShape):
        low, high = entry.metadata["low"], entry.metadata["high"]
        numbers[entry.name] = low + (high - low) * rng.uniform(0.25, 0.75)
    return replace(MALE, **numbers)


def box_vertebra() -> VertebralBody:
    """Stands for L5: 50 x 34 x 28 mm, endplates that converge backwards, a block for an arch."""
    centre, half = np.array([0.0, -4.0, 26.0]), np.array([25.0, 17.0, 14.0])
    behind = np.array([0.0, 28.0, 28.0])
    tilt = np.radians(6.0)

    def column(points: Floats) -> Floats:
        return rounded_box(points, centre, half, 3.0)

    def arch(points: Floats) -> Floats:
        return rounded_box(points, behind, np.array([20.0, 17.0, 9.0]), 3.0)

    def canal(points: Floats) -> Floats:
        return rounded_box(points, centre + np.array([0.0, 25.0, 0.0]), np.array([14.0, 8.0, 40.0]), 3.0)

    return VertebralBody(
        part="l5",
        vertebra=lambda points: np.minimum(column(points), arch(points)),
        column=column,
        canal=canal,
        superior_mm=centre + np.array([0.0, 0.0, half[2]]),
        inferior_mm=centre - np.array([0.0, 0.0, half[2]]),
        superior_normal=np.array([0.0, np.sin(tilt), np.cos(tilt)]),
        inferior_normal=np.array([0.0, np.sin(tilt), -np.cos(tilt)]),
        width_mm=2.0 * half[0],
        depth_mm=2.0 * half[1],
    )


BODIES: dict[str, LossBody] = {
    **{sex: S1Body(Sacrum(shape)) for sex, shape in SACRUM_SHAPES.items()},
    **{f"random {seed}": S1Body(Sacrum(random_shape(seed))) for seed in (1, 2, 3)},
    "l5": box_vertebra(),
}


@pytest.fixture(scope="module", params=FAMILIES)
def loss(request: pytest.FixtureRequest) -> BodyLoss:
    return BodyLoss(S1Body(SACRUM), request.param)


def lost(loss: BodyLoss, points_mm: Floats, fraction: float) -> Bools:
    return (loss.region(points_mm) < 0.0) & (loss.level(points_mm) < loss.threshold(fraction))


@pytest.fixture(scope="module", params=BODIES)
def measured(request: pytest.FixtureRequest) -> tuple[LossBody, Floats]:
    """A body, and points in its bone that may be lost: one at random in each cell of 0.6 mm."""
    body, rng = BODIES[request.param], np.random.default_rng(7)
    low, high = body.bounds_mm
    cells = np.stack(np.meshgrid(*(np.arange(low[k], high[k], 0.6) for k in range(3)), indexing="ij"), -1)
    points = cells.reshape(-1, 3) + 0.6 * rng.random((cells.size // 3, 3))
    points = points[body.region(points) < 0.0]
    return body, points[body.bone(points) < 0.0]


@pytest.mark.parametrize("side", SIDES)
@pytest.mark.parametrize("family", FAMILIES)
def test_the_lost_share_is_the_asked_share(measured: tuple[LossBody, Floats], family: str, side: str) -> None:
    body, bone = measured
    loss = BodyLoss(body, family, side)
    bone = bone[{"both": bone[:, 0] > -np.inf, "left": bone[:, 0] > 0.0, "right": bone[:, 0] < 0.0}[side]]
    assert len(bone) * 0.6**3 == pytest.approx(loss.volume_mm3, rel=0.005)
    level = loss.level(bone)
    shares = [float((level < loss.threshold(percent / 100.0)).mean()) for percent in PERCENT]
    # issue 4 asks for 0.5 % of the body; 0.1 % or so of it is noise of the points
    np.testing.assert_allclose(100.0 * np.array(shares), PERCENT, rtol=0.0, atol=0.3)


def test_loss_is_nested(loss: BodyLoss) -> None:
    inside, level = loss.region(CLOUD) < 0.0, loss.level(CLOUD)
    before = np.zeros(len(CLOUD), dtype=bool)
    for fraction in [0.0, *np.sort(RNG.random(30)), 1.0]:
        after = inside & (level < loss.threshold(fraction))
        assert not (before & ~after).any()
        before = after


def test_nothing_is_lost_at_zero(loss: BodyLoss) -> None:
    assert not lost(loss, CLOUD, 0.0).any()


@pytest.mark.parametrize("sex", SACRUM_SHAPES)
def test_what_may_be_lost_is_nearly_the_s1_body(sex: str) -> None:
    loss = BodyLoss(S1Body(Sacrum(SACRUM_SHAPES[sex])), "flat")
    # the wall to the canal, 3 mm of about 30, stays; the bone at the rims of the body goes
    assert 0.95 < loss.volume_mm3 / loss.body_volume_mm3 < 1.0


def test_no_shell_of_the_body_stands_at_one(loss: BodyLoss) -> None:
    bone = CLOUD[SACRUM(CLOUD) < 0.0]
    arc, depth = SACRUM.curve_coordinates(bone)
    front = (depth < 0.0) & (np.abs(bone[:, 0]) < 0.6 * SACRUM.body_half_width_mm(arc))
    inside_s1 = arc < SACRUM.junction_arcs_mm[0]
    ahead_of_ala = SACRUM.lateral_mass(bone) > 0.0
    # endplate, promontory and anterior wall of S1 between the alae
    body_front = bone[front & inside_s1 & ahead_of_ala]
    assert len(body_front) > 500
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


def test_the_arch_and_the_canal_wall_of_a_vertebra_stay() -> None:
    body = box_vertebra()
    loss = BodyLoss(body, "flat")
    cloud = RNG.uniform(body.bounds_mm[0], body.bounds_mm[1] + [0.0, 40.0, 0.0], (20_000, 3))
    bone = cloud[body.bone(cloud) < 0.0]
    gone = lost(loss, bone, 1.0)
    # all in front of the pedicles goes, nothing of the arch behind the body, nothing within 3 mm of the canal
    assert gone[bone[:, 1] < 0.0].all()
    assert not gone[body.body(bone) > 0.0][bone[body.body(bone) > 0.0, 1] > 13.0].any()
    assert (body.canal(bone[gone]) > 3.0).all()


@pytest.mark.parametrize("family", FAMILIES)
def test_left_and_right_are_halves(family: str) -> None:
    whole, left, right = (BodyLoss(S1Body(SACRUM), family, side) for side in SIDES)
    assert left.volume_mm3 == right.volume_mm3 == 0.5 * whole.volume_mm3
    assert left.body_volume_mm3 == right.body_volume_mm3 == 0.5 * whole.body_volume_mm3
    assert (CLOUD[lost(left, CLOUD, 1.0), 0] > 0.0).all()
    assert (CLOUD[lost(right, CLOUD, 1.0), 0] < 0.0).all()


def test_flat_loss_moves_down_from_the_endplate() -> None:
    loss = BodyLoss(S1Body(Sacrum(FEMALE)), "flat")
    heights = [loss.threshold(fraction) for fraction in (0.2, 0.4, 0.6, 0.8)]
    # the body tapers: equal shares of it are ever thicker slices
    assert (np.diff(heights, 2) > 0.0).all()


@pytest.mark.parametrize(
    ("family", "first", "last"),
    [
        # points in the body: (left, back, up) of the centre of the superior endplate
        ("flat", (0, 0, -2), (0, 0, -22)),
        ("endplate_wedge", (0, -13, -2), (0, 10, -12)),
        ("anterior", (0, -13, -12), (0, 9, -12)),
        ("anterior_superior", (0, -13, -2), (0, 6, -20)),
        ("posterior_superior", (0, 10, -2), (0, -8, -16)),
        ("bowl", (0, 0, -2), (0, 0, -22)),
        ("cavity", (0, 2, -13), (0, 0, -1)),
    ],
)
def test_each_family_begins_where_its_name_says(
    family: str, first: tuple[float, ...], last: tuple[float, ...]
) -> None:
    loss = BodyLoss(S1Body(SACRUM), family)
    points = np.array([first, last], dtype=float)
    assert (loss.region(points) < 0.0).all()
    assert lost(loss, points, 0.3).tolist() == [True, False]


def test_an_abscess_is_closed_and_in_the_middle() -> None:
    loss = BodyLoss(S1Body(SACRUM), "cavity")
    gone = CLOUD[lost(loss, CLOUD, 0.15)]
    # closed: cortex and a few millimetres of bone stand all round it
    assert SACRUM(gone).max() < -3.0
    assert np.abs(gone[:, 0].mean()) < 0.3


@pytest.mark.parametrize("fraction", [0.3, 0.6, 1.0])
def test_a_void_is_what_is_lost(loss: BodyLoss, fraction: float) -> None:
    void = LossVoid(loss=loss, fraction=fraction)
    assert ((void(CLOUD) < 0.0) == lost(loss, CLOUD, fraction)).all()


@pytest.mark.parametrize("fraction", [0.2, 0.5, 0.8])
def test_the_front_of_a_void_is_a_distance(loss: BodyLoss, fraction: float) -> None:
    void = LossVoid(loss=loss, fraction=fraction)
    near = CLOUD[(np.abs(void.front(CLOUD)) < 0.5) & (loss.region(CLOUD) < 0.0)]
    assert len(near) > 100
    step = 0.05 * np.eye(3)
    rises = [(void.front(near + axis) - void.front(near - axis)) / 0.1 for axis in step]
    # near one, as the mesher needs; a wedge is stretched at its hinge
    slope = np.linalg.norm(rises, axis=0)
    assert np.percentile(slope, 2.0) > 0.7
    assert np.percentile(slope, 98.0) < 1.4


def test_refuses_what_it_does_not_know() -> None:
    body = S1Body(SACRUM)
    with pytest.raises(GeometryError, match="Choose one of flat, endplate_wedge, anterior"):
        BodyLoss(body, "cheese")
    with pytest.raises(GeometryError, match="Choose one of both, left, right"):
        BodyLoss(body, "flat", "top")
    with pytest.raises(GeometryError, match=r"loss fraction is 1\.5, outside 0 to 1"):
        BodyLoss(body, "flat").threshold(1.5)
