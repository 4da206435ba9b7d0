"""L5, L4, discs and facet joints: whole, symmetrical, in contact where they should be, apart elsewhere."""

import dataclasses

import numpy as np
import pytest
from bones import SEXES, drawn, grid, piece_count, plan_of

from geometry.arrays import Floats
from geometry.errors import GeometryError
from geometry.field import Field
from geometry.lumbar.disc import L5S1_DISCS, DiscShape
from geometry.lumbar.level import sacral_endplate, sacral_facets
from geometry.lumbar.shape import VertebraShape
from geometry.lumbar.spine import Lumbar, LumbarPlan, build_lumbar, lumbar_on
from geometry.lumbar.vertebra import Vertebra
from geometry.pelvis.ilium import Ilium
from geometry.pelvis.ilium_shape import ILIUM_SHAPES
from geometry.rays import crossings_mm
from geometry.sacrum.bone import Sacrum
from geometry.sacrum.shape import MALE, SacrumShape

LEVELS = ("l5", "l4")
# What a random spine may be refused for.
REFUSALS = ("least height at its rim", "would cut it off")


def vertebra(spine: Lumbar, level: str) -> Vertebra:
    bone = getattr(spine, level)
    assert isinstance(bone, Vertebra)
    return bone


def drawn_spine(rng: np.random.Generator) -> tuple[Sacrum, LumbarPlan, Lumbar]:
    """A sacrum and a spine drawn from their ranges, again until its bones have room."""
    while True:
        sacrum = Sacrum(drawn(SacrumShape, rng))
        plan = LumbarPlan(
            l5=drawn(VertebraShape, rng),
            l4=drawn(VertebraShape, rng),
            l5s1=drawn(DiscShape, rng),
            l4l5=drawn(DiscShape, rng),
            facet_gap_mm=rng.uniform(1.0, 3.5),
        )
        try:
            return sacrum, plan, build_lumbar(sacrum, plan)
        except GeometryError as error:
            if not any(reason in str(error) for reason in REFUSALS):
                raise


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize("sex", SEXES)
def test_every_vertebra_is_one_closed_bone(spines: dict[str, Lumbar], sex: str, level: str) -> None:
    bone = vertebra(spines[sex], level)
    assert piece_count(bone, bone.bounds_mm) == 1


@pytest.mark.parametrize("seed", range(20))
def test_any_shapes_in_range_stand_on_each_other_whole_and_apart(seed: int) -> None:
    sacrum, plan, spine = drawn_spine(np.random.default_rng(seed))
    for level, below in (("l5", sacrum), ("l4", spine.l5)):
        bone = vertebra(spine, level)
        points, _ = grid(bone.bounds_mm, 2.5)
        inside = points[bone(points) < 0.0]
        # the field of the bone below may fall short of the true distance by its slope
        assert below(inside).min() > 0.6 * plan.facet_gap_mm
        assert piece_count(bone, bone.bounds_mm, 2.5) == 1


@pytest.mark.parametrize("seed", range(8))
def test_the_default_spine_stands_on_any_sacrum_in_range(seed: int) -> None:
    sacrum = Sacrum(drawn(SacrumShape, np.random.default_rng(100 + seed)))
    bone = build_lumbar(sacrum, plan_of(SEXES[seed % 2])).l5
    points, _ = grid(bone.bounds_mm, 2.5)
    assert sacrum(points[bone(points) < 0.0]).min() > 0.6 * bone.gap_mm
    assert piece_count(bone, bone.bounds_mm, 2.5) == 1
    for facet in sacral_facets(sacrum):
        assert facet_gap_mm(bone, facet.centre_mm, facet.axes[1]) == pytest.approx(2.0, abs=0.6)


def test_bones_without_room_for_each_other_are_refused(sacra: dict[str, Sacrum]) -> None:
    with pytest.raises(GeometryError, match=r"least height at its rim is -.* below 2 mm. Raise height_mm"):
        build_lumbar(sacra["male"], plan_of("male", l5s1=DiscShape(height_mm=4.0, wedge_deg=20.0)))
    sacrum = sacra["male"]

    def with_a_lump(points_mm: Floats) -> Floats:
        lump = np.linalg.norm(points_mm - [0.0, 50.0, 2.0], axis=1) - 10.0
        return np.minimum(sacrum(points_mm), lump)

    with pytest.raises(GeometryError, match="middle of the spinous process and would cut it off. Raise the"):
        lumbar_on(with_a_lump, sacral_endplate(sacrum), sacral_facets(sacrum), plan_of("male"))


@pytest.mark.parametrize("sex", SEXES)
def test_the_transverse_processes_clear_the_iliac_crest(
    spines: dict[str, Lumbar], sacra: dict[str, Sacrum], sex: str
) -> None:
    ilium = Ilium(sacra[sex], ILIUM_SHAPES[sex])
    for level in LEVELS:
        bone = vertebra(spines[sex], level)
        points, _ = grid(bone.bounds_mm * [[0.0, 1.0, 1.0], [1.0, 1.0, 1.0]], 2.0)
        # the iliolumbar ligament needs room
        assert ilium(points[bone(points) < 0.0]).min() > 5.0


@pytest.mark.parametrize("level", LEVELS)
def test_a_vertebra_is_symmetrical(spines: dict[str, Lumbar], level: str) -> None:
    bone = vertebra(spines["male"], level)
    points = np.random.default_rng(0).uniform(*bone.bounds_mm, (20_000, 3))
    np.testing.assert_allclose(bone(points), bone(points * [-1.0, 1.0, 1.0]), atol=1e-9)


def test_a_turned_vertebra_is_not_symmetrical_but_meets_both_facets(sacra: dict[str, Sacrum]) -> None:
    disc = dataclasses.replace(L5S1_DISCS["male"], axial_turn_deg=5.0, lateral_tilt_deg=4.0)
    bone = build_lumbar(sacra["male"], plan_of("male", l5s1=disc, l4=None)).l5
    assert bone.upper.centre_mm[0] > 1.0  # leans left
    # its front turned to the left: the back of the bone goes right
    assert bone.landmarks["spinous_tip"][0] < -2.0
    for facet in sacral_facets(sacra["male"]):
        assert facet_gap_mm(bone, facet.centre_mm, facet.axes[1]) == pytest.approx(2.0, abs=0.5)


@pytest.mark.parametrize("level", LEVELS)
def test_near_the_surface_the_field_is_a_distance(spines: dict[str, Lumbar], level: str) -> None:
    bone = vertebra(spines["male"], level)
    points = np.random.default_rng(1).uniform(*bone.bounds_mm, (200_000, 3))
    points = points[np.abs(bone(points)) < 1.0]
    step = 1e-3
    slopes = [(bone(points + e) - bone(points - e)) / (2 * step) for e in step * np.eye(3)]
    length = np.linalg.norm(slopes, axis=0)
    # a mesher steps by the field's value: half to twice as long keeps its edges within twice the aim
    assert np.median(length) == pytest.approx(1.0, abs=0.1)
    assert np.quantile(length, 0.01) > 0.5
    assert np.quantile(length, 0.99) < 2.0


def facet_gap_mm(bone: Field, centre_mm: Floats, normal: Floats) -> float:
    """Distance off a facet's middle at which the process above begins."""
    return float(crossings_mm(bone, centre_mm, normal, 12.0)[0])


@pytest.mark.parametrize("gap", [1.2, 2.0, 3.0])
def test_the_inferior_processes_keep_the_gap_to_the_facets_below(
    sacra: dict[str, Sacrum], gap: float
) -> None:
    spine = build_lumbar(sacra["male"], plan_of("male", facet_gap_mm=gap))
    for bone, facets in (
        (spine.l5, sacral_facets(sacra["male"])),
        (vertebra(spine, "l4"), spine.l5.superior_facets),
    ):
        for facet in facets:
            for along, up in ((0.0, 0.0), (0.2, 0.0), (-0.2, 0.0), (0.0, 0.25), (0.0, -0.25)):
                start = facet.point_mm(along * facet.width_mm, 4.0, up * facet.height_mm)
                assert bone(start[None])[0] < 0.0  # bone faces bone
                on_bone = crossings_mm(bone.below, start, -facet.axes[1], 12.0)[0]
                off_bone = crossings_mm(bone, start, -facet.axes[1], 12.0)[0]
                # where the facet curves towards the ray, the gap along it is longer than across it
                assert 0.8 * gap < on_bone - off_bone < 1.6 * gap


@pytest.mark.parametrize("sex", SEXES)
def test_every_piece_of_soft_tissue_is_whole_and_touches_both_bones(
    spines: dict[str, Lumbar], sacra: dict[str, Sacrum], sex: str
) -> None:
    spine = spines[sex]
    bones: dict[str, tuple[Field, Field]] = {
        "l5s1": (sacra[sex], spine.l5),
        "l4l5": (spine.l5, vertebra(spine, "l4")),
    }
    soft = [piece for piece in spine.pieces() if piece.name not in LEVELS]
    assert len(soft) == 8
    for piece in soft:
        step = 0.5 if piece.name.startswith("facet") else 1.0
        assert piece_count(piece.field, piece.bounds_mm, step) == 1
        points, _ = grid(piece.bounds_mm, step)
        inside = points[piece.field(points) < 0.0]
        for bone in bones[piece.name.split("_")[1]]:
            assert (bone(inside) < 0.0).any()


def test_a_disc_leaves_no_void_between_the_endplates(spines: dict[str, Lumbar]) -> None:
    spine = spines["male"]
    assert spine.l5s1 is not None
    for across in (-15.0, 0.0, 15.0):
        for back in (-10.0, 0.0, 10.0):
            start = spine.l5s1.lower.centre_mm + np.array([across, back, -3.0])
            points = start + np.linspace(0.0, 22.0, 200)[:, None] * np.array([0.0, 0.0, 1.0])
            fields = (spine.l5s1, spine.l5, spine.l5.below)
            assert np.min([field(points) for field in fields], axis=0).max() < 0.0


@pytest.mark.parametrize("share", [0.3, 0.43, 0.5])
def test_the_nucleus_has_its_share_of_the_cross_section(sacra: dict[str, Sacrum], share: float) -> None:
    shape = dataclasses.replace(L5S1_DISCS["male"], nucleus_share=share, bulge_mm=0.0)
    disc = build_lumbar(sacra["male"], plan_of("male", l5s1=shape, l4=None)).l5s1
    assert disc is not None
    points, _ = grid(disc.bounds_mm, 0.8)
    whole, core = disc(points) < 0.0, disc.nucleus(points) < 0.0
    assert not (core & ~whole).any()
    # the wedge is taller in front, where the annulus is thicker: volume shares differ a little
    assert core.sum() / whole.sum() == pytest.approx(share, rel=0.05)
    # behind the disc's own middle
    assert points[core, 1].mean() > points[whole, 1].mean() + 0.3


@pytest.mark.parametrize("level", LEVELS)
def test_the_canal_is_open_from_end_to_end(spines: dict[str, Lumbar], level: str) -> None:
    bone = vertebra(spines["male"], level)
    points, _ = grid(bone.bounds_mm, 1.5)
    # the rims are rounded by up to 2 mm, so look a little inside; the disc below keeps clear of it too
    in_canal = points[bone.canal(points) < -0.8]
    assert bone(in_canal).min() > 0.0
    assert len(in_canal) > 1000


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize("sex", SEXES)
def test_a_pedicle_screw_stays_in_bone_from_its_entry_to_the_body(
    spines: dict[str, Lumbar], sex: str, level: str
) -> None:
    bone = vertebra(spines[sex], level)
    for side, sign in (("left", 1.0), ("right", -1.0)):
        entry, inwards = bone.pedicle_axis(side)
        depths = np.linspace(1.0, 45.0, 90)
        path = entry + depths[:, None] * inwards
        assert bone(path).max() < 0.0
        # 40 mm deep the tip is in the body, in front of the canal
        assert bone.body(path[-10:]).max() < 0.0
        own = bone.placement.own_mm(entry)
        assert sign * own[0] > 0.5 * bone.shape.canal_width_mm  # lateral to the canal
        convergence = np.degrees(np.arctan2(-sign * inwards[0], np.hypot(inwards[1], inwards[2])))
        assert convergence == pytest.approx(bone.shape.pedicle_convergence_deg, abs=0.1)


def test_refuses_an_unknown_side(spines: dict[str, Lumbar]) -> None:
    with pytest.raises(GeometryError, match="Choose one of left, right"):
        spines["male"].l5.pedicle_axis("middle")


def test_refuses_numbers_out_of_range_all_at_once() -> None:
    with pytest.raises(GeometryError, match=r"waist is 2 1.*; lamina_mm is 1 mm"):
        VertebraShape(waist=2.0, lamina_mm=1.0)
    with pytest.raises(GeometryError, match="facet_gap_mm is 9 mm, outside 1 to 3.5 mm"):
        LumbarPlan(facet_gap_mm=9.0)


def test_parts_have_their_names() -> None:
    names = [piece.name for piece in build_lumbar(Sacrum(MALE)).pieces()]
    assert names == [
        "l5",
        "l4",
        "disc_l5s1_nucleus",
        "disc_l5s1_annulus",
        "disc_l4l5_nucleus",
        "disc_l4l5_annulus",
        "facet_l5s1_left",
        "facet_l5s1_right",
        "facet_l4l5_left",
        "facet_l4l5_right",
    ]
