"""Facet resection, laminectomy and strut grafts take and leave what a surgeon would."""

import numpy as np
import pytest
from bones import SEXES, grid, piece_count, plan_of

from geometry.arrays import Floats
from geometry.errors import GeometryError
from geometry.field import Field
from geometry.lumbar.graft import Graft, GraftShape
from geometry.lumbar.level import sacral_facets
from geometry.lumbar.resection import RESECTIONS
from geometry.lumbar.spine import Lumbar, build_lumbar
from geometry.lumbar.vertebra import Vertebra
from geometry.rays import crossings_mm
from geometry.sacrum.bone import Sacrum


def facet_gap_mm(bone: Field, centre_mm: Floats, normal: Floats) -> float:
    """Distance off a facet's middle at which the process above begins."""
    return float(crossings_mm(bone, centre_mm, normal, 12.0)[0])


def volume_mm3(field: Field, bounds_mm: Floats, step_mm: float = 1.0) -> float:
    return float((field(grid(bounds_mm, step_mm)[0]) < 0.0).sum() * step_mm**3)


def drill_meets_bone(sacrum: Sacrum, bone: Vertebra, radius_mm: float) -> bool:
    """Whether a drill straight from behind to the entry of the paper on the left S1 facet cuts this bone.

    The entry is the lateral-inferior part of the inferior half of the articular surface [V 1].
    """
    facet = sacral_facets(sacrum)[0]
    entry = facet.point_mm(0.2 * facet.width_mm, 0.5, -0.25 * facet.height_mm)
    turns = np.linspace(0.0, 2.0 * np.pi, 24, endpoint=False)
    ring = radius_mm * np.stack([np.cos(turns), np.zeros(24), np.sin(turns)], axis=1)
    depths = np.arange(radius_mm, 80.0, 0.5)
    wall = entry + ring[:, None] + depths[:, None] * np.array([0.0, 1.0, 0.0])
    return bool((bone(wall.reshape(-1, 3)) < 0.0).any())


@pytest.mark.parametrize("sex", SEXES)
def test_the_facet_entry_is_free_only_after_the_inferior_process_is_resected(
    sacra: dict[str, Sacrum], spines: dict[str, Lumbar], sex: str
) -> None:
    radius_mm = 3.75  # widest screw of the paper [V 1]
    assert drill_meets_bone(sacra[sex], spines[sex].l5, radius_mm)
    resected = build_lumbar(sacra[sex], plan_of(sex, l5_facets="total")).l5
    assert not drill_meets_bone(sacra[sex], resected, radius_mm)


@pytest.mark.parametrize("laminectomy", [False, True])
@pytest.mark.parametrize("resection", RESECTIONS)
def test_what_the_operation_leaves_is_one_bone(
    sacra: dict[str, Sacrum], resection: str, laminectomy: bool
) -> None:
    plan = plan_of("male", l4=None, l5_facets=resection, l5_laminectomy=laminectomy)
    bone = build_lumbar(sacra["male"], plan).l5
    assert piece_count(bone, bone.bounds_mm) == 1


def test_more_resection_leaves_less_bone(sacra: dict[str, Sacrum]) -> None:
    bones = [
        build_lumbar(sacra["male"], plan_of("male", l4=None, l5_facets=resection)).l5
        for resection in ("none", "partial", "total")
    ]
    # the processes lie behind the canal and below the pedicles
    box = bones[0].bounds_mm * [[1.0, 0.0, 1.0], [1.0, 1.0, 0.3]]
    volumes = [volume_mm3(bone, box) for bone in bones]
    # the inferior processes of L5 have some 1 to 3 cm3 each
    assert 500.0 < volumes[0] - volumes[1] < volumes[0] - volumes[2] < 6000.0


def test_a_laminectomy_opens_the_canal_and_spares_the_facets(sacra: dict[str, Sacrum]) -> None:
    before, after = (
        build_lumbar(sacra["male"], plan_of("male", l4=None, l5_laminectomy=done)).l5
        for done in (False, True)
    )
    back = before.placement.turned(np.array([0.0, 1.0, 0.0]))
    for level in (-10.0, -5.0, 0.0):
        inside = before.placement.point_mm(np.array([0.0, 25.0, level]))
        assert len(crossings_mm(after, inside, back, 80.0)) == 0
    inside = before.placement.point_mm(np.array([0.0, 25.0, -6.0]))
    assert len(crossings_mm(before, inside, back, 80.0)) > 0
    assert "spinous_tip" not in after.landmarks
    for facet in sacral_facets(sacra["male"]):
        assert facet_gap_mm(after, facet.centre_mm, facet.axes[1]) == pytest.approx(2.0, abs=0.5)


def test_a_total_resection_takes_the_facet_cartilage_with_it(sacra: dict[str, Sacrum]) -> None:
    spine = build_lumbar(sacra["male"], plan_of("male", l5_facets="total"))
    assert [name for name, _ in spine.facet_joints] == ["facet_l4l5_left", "facet_l4l5_right"]


def test_refuses_an_unknown_resection(sacra: dict[str, Sacrum]) -> None:
    with pytest.raises(GeometryError, match="Choose one of none, partial, total"):
        build_lumbar(sacra["male"], plan_of("male", l5_facets="some"))


@pytest.mark.parametrize("bed", [0.0, 3.0])
def test_grafts_touch_both_endplates_and_not_each_other(sacra: dict[str, Sacrum], bed: float) -> None:
    plan = plan_of("male", l4=None, graft=GraftShape(bed_mm=bed, height_mm=14.0 + bed))
    spine = build_lumbar(sacra["male"], plan)
    assert spine.l5s1 is None
    left, right = spine.grafts
    points, _ = grid(left.bounds_mm, 0.5)
    inside = points[left(points) < 0.0]
    assert right(inside).min() > 5.0
    for bone in (sacra["male"], spine.l5):
        assert (bone(inside) < 0.0).sum() > 50
    # bed or not, the block is its three edges less the rounding
    volume = left.shape.length_mm * left.shape.width_mm * left.shape.height_mm
    assert len(inside) * 0.5**3 == pytest.approx(volume, rel=0.06)
    np.testing.assert_allclose(right(inside * [-1.0, 1.0, 1.0]), left(inside), atol=1e-9)


def test_a_graft_too_short_for_the_space_is_refused_with_the_height_that_fits(
    spines: dict[str, Lumbar],
) -> None:
    lower, upper = spines["male"].l5s1.lower, spines["male"].l5.lower  # type: ignore[union-attr]  # present
    with pytest.raises(GeometryError, match=r"height_mm is 9 mm; .* with 1\d\.\d to 2\d\.\d mm"):
        Graft(GraftShape(height_mm=9.0), "left", lower, upper)
    with pytest.raises(GeometryError, match="Choose left or right"):
        Graft(GraftShape(), "middle", lower, upper)
