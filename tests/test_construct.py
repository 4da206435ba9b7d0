"""A short fixation as a whole: heads off the bone, a rod through them, one mesh alike on both sides."""

from dataclasses import replace

import numpy as np
import pytest
from bones import SEXES, mean_anatomy, plan_of

from cases.fixation import LAMINA, SHORT, fixation
from geometry.anatomy import Anatomy, build_anatomy
from geometry.arrays import Floats
from geometry.construct import Construct, build_construct
from geometry.errors import GeometryError, MeshError
from geometry.lumbar.spine import Lumbar, LumbarPlan, build_lumbar
from geometry.mesh import Mesh
from geometry.mesh_quality import part_volumes, quality
from geometry.meshing.construct_mesh import ConstructSizing, construct_bodies, construct_mesh
from geometry.pelvis.ilium_shape import MALE_ILIUM
from geometry.rods import CrossLinkDesign, standing
from geometry.rods.standing import CLEARANCE_MM, rooms_of
from geometry.sacrum.shape import MALE
from geometry.screws import DESIGNS, PRESETS, plan_screw
from geometry.screws.tulip import OVERLAP_MM

SACRAL = {
    "pedicle": {"s1": "s1_pedicle"},
    "alar": {"s1": "s1_alar_paper_endplate"},
    "s2ai": {"s2ai": "s2ai"},
    "pedicle and s2ai": {"s1": "s1_pedicle", "s2ai": "s2ai"},
}


@pytest.fixture(scope="module")
def anatomy(male: Anatomy) -> Anatomy:
    return male


@pytest.fixture(scope="module")
def lumbar(anatomy: Anatomy) -> Lumbar:
    return build_lumbar(anatomy.sacrum, LumbarPlan(l4=None, l5_facets="total"))


def constructed(anatomy: Anatomy, lumbar: Lumbar, kind: str, **more: object) -> Construct:
    screws = {name: plan_screw(anatomy, preset) for name, preset in SACRAL[kind].items()}
    return build_construct(anatomy, lumbar, screws, **more)  # type: ignore[arg-type]


@pytest.mark.parametrize("kind", SACRAL)
def test_heads_as_they_lean_and_the_rod_stay_off_the_bone(
    anatomy: Anatomy, lumbar: Lumbar, kind: str
) -> None:
    seated = constructed(anatomy, lumbar, kind).seated
    line = seated.rod.centreline_mm
    cloud = np.random.default_rng(0).uniform(-12.0, 12.0, (20_000, 3))
    for bone in (anatomy.sacrum, anatomy.ilium, lumbar.l5):
        assert bone(line).min() > 0.5 * seated.rod.design.diameter_mm
        for head in seated.tulips:
            block = cloud + head.ball_mm
            block = block[(head(block) < 0.0) & ((block - head.ball_mm) @ head.axis > -head.design.below_mm)]
            # edges are rounded, and the points of the search are 1.7 mm apart
            assert bone(block).min() > CLEARANCE_MM - 0.2


def test_a_bored_screw_is_refused_where_its_bore_would_be_bone(anatomy: Anatomy, lumbar: Lumbar) -> None:
    bored = plan_screw(anatomy, "s1_pedicle").with_design(DESIGNS["pedicle_7.0_cannulated"])
    construct = build_construct(anatomy, lumbar, {"s1": bored})
    with pytest.raises(MeshError, match=r"the s1 screw is bored.*Choose a solid design"):
        construct_bodies(construct, ConstructSizing())


@pytest.mark.parametrize("kind", SACRAL)
def test_the_rod_passes_through_every_head(anatomy: Anatomy, lumbar: Lumbar, kind: str) -> None:
    construct = constructed(anatomy, lumbar, kind)
    for head in construct.seated.tulips:
        gap = np.linalg.norm(construct.seated.rod.centreline_mm - head.saddle_mm, axis=1).min()
        assert gap < 0.1


def test_a_head_that_leans_beyond_its_design_is_told_of(anatomy: Anatomy, lumbar: Lumbar) -> None:
    alar = constructed(anatomy, lumbar, "alar")
    assert any("leans" in finding for finding in alar.findings)
    assert not constructed(anatomy, lumbar, "s2ai").findings


def test_a_spur_in_the_way_of_the_rod_makes_the_screws_stand_off_further(
    anatomy: Anatomy, lumbar: Lumbar
) -> None:
    free = constructed(anatomy, lumbar, "s2ai")
    line = free.seated.rod.centreline_mm
    middle = line[len(line) // 2]

    def spur(points_mm: Floats) -> Floats:
        return np.asarray(np.linalg.norm(points_mm - middle, axis=1) - 3.0)

    design = free.seated.rod.design, free.seated.tulips[0].design
    stood = standing(free.screws, {"spur": spur}, *design)
    assert sum(s.head_standoff_mm for s in stood.screws.values()) > 10.0 + sum(
        s.head_standoff_mm for s in free.screws.values()
    )
    assert min(room.gap_mm for room in rooms_of(stood.seated, {"spur": spur})) >= CLEARANCE_MM

    def wall(points_mm: Floats) -> Floats:
        return np.abs(points_mm[:, 0] - middle[0]) - 3.0

    with pytest.raises(GeometryError, match=r"the head of .* finds no room up to 25 mm out: .* mm to wall"):
        standing(free.screws, {"wall": wall}, *design)


@pytest.mark.parametrize("sex", SEXES)
def test_a_head_that_only_clears_the_bone_before_it_leans_is_refused(sex: str) -> None:
    # the 45 degree alar screw: square to it the head clears L5, as it leans to the rod it comes within 2 mm
    bones = mean_anatomy(sex)
    screw = {"alar": plan_screw(bones, "s1_alar_lateral")}
    facets = plan_of(sex, l4=None, l5_facets="total")
    with pytest.raises(
        GeometryError, match=r"finds no room .* mm to L5 at most, 2 mm needed.* the lamina of L5"
    ):
        build_construct(bones, build_lumbar(bones.sacrum, facets), screw)
    open_arch = build_lumbar(bones.sacrum, replace(facets, l5_laminectomy=True))
    assert build_construct(bones, open_arch, screw).screws["alar"].head_standoff_mm < 10.0


@pytest.mark.parametrize(
    ("name", "told"),
    [("s1_pedicle", ()), ("s1_alar_mirkovic", (LAMINA,)), ("s1_alar_35_25", (LAMINA, SHORT))],
)
def test_a_fixation_makes_the_room_that_its_heads_need(
    anatomy: Anatomy, name: str, told: tuple[str, ...]
) -> None:
    found = fixation(anatomy, PRESETS[name], "male")
    assert found.findings == told
    line = found.construct.seated.rod.centreline_mm
    # both sides stay apart: half the room each, off the midline
    assert line[:, 0].min() - 0.5 * found.construct.seated.rod.design.diameter_mm >= 0.5 * CLEARANCE_MM
    assert all(screw.head_standoff_mm < 15.0 for screw in found.construct.screws.values())


def test_heads_that_meet_are_refused_with_the_nearest_entry_that_parts_them(anatomy: Anatomy) -> None:
    asher = PRESETS["s1_alar_asher"]
    with pytest.raises(GeometryError, match="two heads are .* mm apart.* further down it fits") as caught:
        fixation(anatomy, asher, "male")
    entry = [float(part) for part in caught.value.advice.split("[")[1].rstrip("]").split(",")]
    moved = replace(asher, entry="", entry_mm=(entry[0], entry[1], entry[2]))
    assert fixation(anatomy, moved, "male").construct.screws["alar"].head_standoff_mm < 15.0


def test_a_sacrum_with_two_different_sides_is_refused(lumbar: Lumbar) -> None:
    lopsided = build_anatomy(MALE, MALE_ILIUM, right_shape=replace(MALE, breadth_mm=MALE.breadth_mm + 8.0))
    with pytest.raises(GeometryError, match="left and right side of the sacrum differ"):
        constructed(lopsided, lumbar, "s2ai")


def test_a_cross_link_joins_both_rods(anatomy: Anatomy, lumbar: Lumbar) -> None:
    construct = constructed(anatomy, lumbar, "s2ai", cross_link=CrossLinkDesign())
    assert construct.cross_link is not None
    left, right = construct.cross_link.ends_mm
    assert left == pytest.approx(right * [-1.0, 1.0, 1.0])
    names = [one.body.name for one in construct_bodies(construct, ConstructSizing())]
    assert names[:2] == ["rod", "cross_link"]


@pytest.fixture(scope="module")
def coarse(anatomy: Anatomy, lumbar: Lumbar) -> Mesh:
    """A whole construct, as coarse as its joints allow (12 s)."""
    return construct_mesh(constructed(anatomy, lumbar, "s2ai"), ConstructSizing().scaled(1.4))


def test_a_construct_is_one_mesh_past_its_gate(coarse: Mesh) -> None:
    # well above the gate of 8 degrees and 0.05, which the mesher itself refuses
    assert quality(coarse).min_dihedral_deg >= 12.0
    assert quality(coarse).min_radius_ratio >= 0.1
    assert {"sacrum", "l5", "disc_l5s1_annulus", "disc_l5s1_nucleus"} <= set(coarse.part_names)
    for part in ("rod", "head_l5", "head_s2ai", "screw_l5", "screw_s2ai", "ilium", "cartilage"):
        assert {f"{part}_left", f"{part}_right"} <= set(coarse.part_names)


def test_a_construct_is_alike_on_both_sides(coarse: Mesh) -> None:
    volumes = part_volumes(coarse)
    for name, volume in volumes.items():
        if name.endswith("_left"):
            assert volumes[name.removesuffix("_left") + "_right"] == pytest.approx(volume, rel=1e-12)
    corners = np.unique(coarse.nodes_mm[np.unique(coarse.tets[:, :4])], axis=0)
    mirrored = np.unique(corners * [-1.0, 1.0, 1.0] + 0.0, axis=0)
    assert np.array_equal(corners + 0.0, mirrored)


def test_rods_and_screws_keep_their_volume(anatomy: Anatomy, lumbar: Lumbar, coarse: Mesh) -> None:
    construct = constructed(anatomy, lumbar, "s2ai")
    volumes = part_volumes(coarse)
    # nine edges round rod and screws of this coarse mesh; 0.2 % at the default size
    limit = 0.025
    assert volumes["rod_left"] == pytest.approx(construct.seated.rod.volume_mm3(), rel=limit)
    for name, screw in construct.screws.items():
        # the neck of the head reaches into the screw
        in_head = 0.25 * np.pi * screw.diameter_mm**2 * OVERLAP_MM
        assert volumes[f"screw_{name}_left"] == pytest.approx(screw.volume_mm3() - in_head, rel=limit)


def test_a_finer_sizing_scales_every_edge() -> None:
    fine = ConstructSizing().scaled(0.5)
    assert fine.rod_mm == 0.5 * ConstructSizing().rod_mm
    assert fine.bone.screw_mm == 0.5 * ConstructSizing().bone.screw_mm
    assert replace(fine, rod_mm=1.0).rod_mm == 1.0
