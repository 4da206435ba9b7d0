"""A short fixation as a whole: heads off the bone, a rod through them, one mesh alike on both sides."""

from dataclasses import replace

import numpy as np
import pytest

from geometry.anatomy import Anatomy, build_anatomy
from geometry.arrays import Floats
from geometry.construct import CLEARANCE_MM, Construct, build_construct, refuse_clash
from geometry.errors import GeometryError
from geometry.lumbar.spine import Lumbar, LumbarPlan, build_lumbar
from geometry.mesh import Mesh
from geometry.mesh_quality import part_volumes, quality
from geometry.meshing.construct_mesh import ConstructSizing, construct_bodies, construct_mesh
from geometry.pelvis.ilium_shape import MALE_ILIUM
from geometry.rods import CrossLinkDesign
from geometry.sacrum.shape import MALE
from geometry.screws import plan_screw
from geometry.screws.tulip import OVERLAP_MM

SACRAL = {
    "pedicle": (("s1", "s1_pedicle"),),
    "alar": (("s1", "s1_alar_paper_endplate"),),
    "s2ai": (("s2ai", "s2ai"),),
    "pedicle and s2ai": (("s1", "s1_pedicle"), ("s2ai", "s2ai")),
}


@pytest.fixture(scope="module")
def anatomy() -> Anatomy:
    return build_anatomy(MALE, MALE_ILIUM)


@pytest.fixture(scope="module")
def lumbar(anatomy: Anatomy) -> Lumbar:
    return build_lumbar(anatomy.sacrum, LumbarPlan(l4=None, l5_facets="total"))


def constructed(anatomy: Anatomy, lumbar: Lumbar, kind: str, **more: object) -> Construct:
    screws = [(name, plan_screw(anatomy, preset)) for name, preset in SACRAL[kind]]
    return build_construct(anatomy, lumbar, screws, **more)  # type: ignore[arg-type]


@pytest.mark.parametrize("kind", SACRAL)
def test_heads_and_rod_stay_off_the_bone(anatomy: Anatomy, lumbar: Lumbar, kind: str) -> None:
    construct = constructed(anatomy, lumbar, kind)
    line = construct.seated.rod.centreline_mm
    for bone in (anatomy.sacrum, anatomy.ilium, lumbar.l5):
        assert bone(line).min() > 0.5 * construct.seated.rod.design.diameter_mm
        for head in construct.seated.tulips:
            assert bone(head.saddle_mm[None])[0] > CLEARANCE_MM


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


def test_a_rod_through_bone_is_refused(anatomy: Anatomy, lumbar: Lumbar) -> None:
    seated = constructed(anatomy, lumbar, "s2ai").seated
    line = seated.rod.centreline_mm
    middle, radius = line[len(line) // 2], 0.5 * seated.rod.design.diameter_mm

    def spur(points_mm: Floats) -> Floats:
        return np.asarray(np.linalg.norm(points_mm - middle - [radius + 2.0, 0.0, 0.0], axis=1) - 3.0)

    refuse_clash(seated, [anatomy.sacrum])
    with pytest.raises(GeometryError, match=r"the rod cuts 1\.\d mm into bone at"):
        refuse_clash(seated, [anatomy.sacrum, spur])


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
    # nine edges round the rod of this coarse mesh; 1 % at the default size
    assert volumes["rod_left"] == pytest.approx(construct.seated.rod.volume_mm3(), rel=0.025)
    for name, screw in construct.screws:
        # the neck of the head reaches into the screw
        in_head = 0.25 * np.pi * screw.diameter_mm**2 * OVERLAP_MM
        assert volumes[f"screw_{name}_left"] == pytest.approx(screw.volume_mm3() - in_head, rel=0.02)


def test_a_finer_sizing_scales_every_edge() -> None:
    fine = ConstructSizing().scaled(0.5)
    assert fine.rod_mm == 0.5 * ConstructSizing().rod_mm
    assert fine.bone.screw_mm == 0.5 * ConstructSizing().bone.screw_mm
    assert replace(fine, rod_mm=1.0).rod_mm == 1.0
