"""A surface file becomes one closed surface, or a refusal that names every reason."""

import base64
import struct
import time
import zlib
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import meshio
import numpy as np
import pytest
import pyvista
import vtk
from level_sets import level_set_surface

from geometry.arrays import Floats
from geometry.errors import GeometryError
from geometry.field import Field
from geometry.imported.crossings import crossing_triangles
from geometry.imported.reading import FORMATS, read_surface
from geometry.imported.repair import repaired
from geometry.imported.surface import TriangleSurface
from geometry.imported.surface_field import SurfaceField, voted_signs
from geometry.imported.winding import winding_numbers

BOX = np.array([[-60.0, -60.0, -60.0], [60.0, 60.0, 60.0]])


def bone(points_mm: Floats) -> Floats:
    """An ellipsoid as large as a sacrum, 131 cm3."""
    return 25.0 * (np.linalg.norm(points_mm / np.array([50.0, 25.0, 25.0]), axis=1) - 1.0)


def ball(points_mm: Floats) -> Floats:
    return np.linalg.norm(points_mm, axis=1) - 25.0


def torus(points_mm: Floats) -> Floats:
    return np.hypot(np.hypot(points_mm[:, 0], points_mm[:, 1]) - 30.0, points_mm[:, 2]) - 6.0


BONE = level_set_surface(bone, BOX, 3.0)


def written(surface: TriangleSurface, path: Path, **options: bool) -> Path:
    if path.suffix == ".vtp":
        polygons = np.hstack([np.full((len(surface.triangles), 1), 3), surface.triangles])
        pyvista.PolyData(surface.vertices_mm, polygons.ravel()).save(path, **options)
    else:
        meshio.write_points_cells(path, surface.vertices_mm, [("triangle", surface.triangles)], **options)
    return path


@pytest.mark.parametrize("binary", [True, False])
@pytest.mark.parametrize("suffix", FORMATS)
def test_every_format_gives_the_surface_back(suffix: str, binary: bool, tmp_path: Path) -> None:
    options = {} if suffix == ".obj" else {"binary": binary}
    surface = repaired(read_surface(written(BONE, tmp_path / f"bone{suffix}", **options))).surface
    assert surface.volume_mm3() == pytest.approx(BONE.volume_mm3(), rel=1e-5)
    assert len(surface.triangles) == pytest.approx(len(BONE.triangles), rel=0.01)


@pytest.mark.parametrize("compressor", ["None", "ZLib", "LZMA"])
@pytest.mark.parametrize("mode", ["Ascii", "Binary", "Appended", "AppendedRaw"])
def test_vtp_is_read_however_vtk_packs_it(mode: str, compressor: str, tmp_path: Path) -> None:
    polygons = np.hstack([np.full((len(BONE.triangles), 1), 3), BONE.triangles])
    writer = vtk.vtkXMLPolyDataWriter()
    writer.SetInputData(pyvista.PolyData(BONE.vertices_mm, polygons.ravel()))
    writer.SetFileName(str(tmp_path / "bone.vtp"))
    getattr(writer, f"SetDataModeTo{mode.removesuffix('Raw')}")()
    writer.SetEncodeAppendedData(mode != "AppendedRaw")
    getattr(writer, f"SetCompressorTypeTo{compressor}")()
    # several blocks in an array
    writer.SetBlockSize(4096)
    writer.Write()
    surface = read_surface(tmp_path / "bone.vtp")
    np.testing.assert_allclose(surface.vertices_mm, BONE.vertices_mm, atol=1e-4)
    np.testing.assert_array_equal(surface.triangles, BONE.triangles)


def test_polygons_are_cut_into_triangles(tmp_path: Path) -> None:
    file = tmp_path / "square.vtp"
    pyvista.PolyData(np.eye(4, 3), np.array([4, 0, 1, 2, 3])).save(file)
    np.testing.assert_array_equal(read_surface(file).triangles, [[0, 1, 2], [0, 2, 3]])
    meshio.write_points_cells(tmp_path / "square.obj", np.eye(4, 3), [("quad", np.array([[0, 1, 2, 3]]))])
    np.testing.assert_array_equal(read_surface(tmp_path / "square.obj").triangles, [[0, 1, 2], [0, 2, 3]])


BROKEN_FILES: dict[str, tuple[str, bytes, str]] = {
    "text": ("a.stl", b"hello", "no surface that can be read|no triangles"),
    "cut short": ("a.stl", b"\0" * 80 + b"\xff\xff\xff\x7f" + b"\0" * 50, "can be read|no triangles"),
    "no points": (
        "a.ply",
        b"ply\nformat ascii 1.0\nend_header\n",
        "no surface that can be read|no triangles",
    ),
    "empty STL": ("a.stl", b"", "is empty.*[Ee]xport"),
    "blank STL": ("a.stl", b"solid a\nendsolid a\n", "no triangles.*[Ee]xport"),
    "STL of none": ("a.stl", b"\0" * 84, "no triangles.*[Ee]xport"),
    "blank OBJ": ("a.obj", b"# nothing\n", "no triangles"),
    "header cut": ("a.ply", b"ply\nformat ascii 1.0\nelement vertex 5\n", "no end_header.*anew"),
    "header end in a comment": ("a.ply", b"ply\nformat ascii 1.0\ncomment end_header\n", "no end_header"),
    "header too long": (
        "a.ply",
        b"ply\nformat ascii 1.0\n" + b"comment\n" * 9000 + b"end_header\n",
        "no end_header",
    ),
    "faces without lines": (
        "a.ply",
        b"ply\nformat ascii 1.0\nelement vertex 1\nproperty float x\nproperty float y\n"
        b"property float z\nelement face 99999999999\nend_header\n0 0 0\n",
        "ends before the 100,000,000,000 vertices and faces.*anew",
    ),
    "faces without bytes": (
        "a.ply",
        b"ply\nformat binary_little_endian 1.0\nelement vertex 0\nproperty float x\nproperty float y\n"
        b"property float z\nelement face 999999999\nproperty list uchar int vertex_indices\nend_header\n",
        "ends before",
    ),
    "bad vertex": ("a.obj", b"v 0 0 0\nv 1 0 0\nv 0 1 0\nf 1 2 9\n", "not there|can be read"),
    "not finite": ("a.obj", b"v nan 0 0\nv 1 0 0\nv 0 1 0\nf 1 2 3\n", "not a number"),
    "unknown": ("a.docx", b"", "ends in .docx"),
    "not XML": ("a.vtp", b"<VTKFile", "no .vtp file"),
    "entities": ("a.vtp", b'<!DOCTYPE x [<!ENTITY a "b">]><VTKFile type="PolyData"/>', "document types"),
    "other VTK": ("a.vtp", b'<VTKFile type="ImageData"/>', "ImageData, not PolyData"),
    "empty VTK": ("a.vtp", b'<VTKFile type="PolyData"><PolyData/></VTKFile>', "no triangles"),
}


@pytest.mark.parametrize("case", BROKEN_FILES)
def test_a_broken_file_is_refused_in_words(case: str, tmp_path: Path) -> None:
    name, content, message = BROKEN_FILES[case]
    (tmp_path / name).write_bytes(content)
    with pytest.raises(GeometryError, match=message):
        read_surface(tmp_path / name)


@pytest.mark.parametrize("binary", [True, False])
@pytest.mark.parametrize("suffix", FORMATS)
def test_a_file_cut_short_ends_soon(suffix: str, binary: bool, tmp_path: Path) -> None:
    options = {} if suffix == ".obj" else {"binary": binary}
    content = written(SMALL, tmp_path / f"sound{suffix}", **options).read_bytes()
    cut = tmp_path / f"cut{suffix}"
    for length in np.linspace(0, len(content) // 2, 40).astype(int):
        cut.write_bytes(content[:length])
        start = time.perf_counter()
        try:
            found = read_surface(cut)
        except GeometryError:
            pass
        else:
            # text of these two does not say how much is to come; repair sees the hole
            assert suffix in (".stl", ".obj")
            assert len(found.triangles) < len(SMALL.triangles)
        assert time.perf_counter() - start < 5.0


def packed_vtp(count: int, size: int, last: int, lengths: list[int], blocks: bytes) -> bytes:
    """A .vtp file of three points, packed by zlib, whose header is as told."""
    header = base64.b64encode(struct.pack(f"<{3 + len(lengths)}i", count, size, last, *lengths))
    return (
        b'<VTKFile type="PolyData" header_type="Int32" compressor="vtkZLibDataCompressor"><PolyData>'
        b'<Piece NumberOfPolys="1"><Points><DataArray type="Float32" format="binary">'
        + header
        + base64.b64encode(blocks)
        + b"</DataArray></Points><Polys>"
        b'<DataArray type="Int32" Name="connectivity" format="ascii">0 1 2</DataArray>'
        b'<DataArray type="Int32" Name="offsets" format="ascii">3</DataArray>'
        b"</Polys></Piece></PolyData></VTKFile>"
    )


BLOCK = zlib.compress(np.eye(3, dtype="<f4").tobytes())
BOMB = zlib.compress(bytes(2**24))
SIZES = "sizes of an array's blocks make no sense"
LENGTHS = "lengths of an array's blocks make no sense"
BAD_BLOCKS: dict[str, tuple[bytes, str]] = {
    "no size": (packed_vtp(1, 0, 0, [len(BOMB)], BOMB), SIZES),
    "negative size": (packed_vtp(1, -1, 0, [len(BOMB)], BOMB), SIZES),
    "negative last": (packed_vtp(1, 36, -1, [len(BLOCK)], BLOCK), SIZES),
    "last above size": (packed_vtp(1, 36, 2**30, [len(BOMB)], BOMB), SIZES),
    "negative count": (packed_vtp(-1, 36, 0, [], b""), SIZES),
    "too large": (packed_vtp(2, 2**30, 0, [len(BLOCK)] * 2, BLOCK * 2), "too large"),
    "swelling": (packed_vtp(1, 36, 0, [len(BOMB)], BOMB), "not as long as it states"),
    "swelling last": (packed_vtp(1, 36, 35, [len(BLOCK)], BLOCK), "not as long as it states"),
    "cut": (packed_vtp(1, 36, 0, [len(BLOCK) - 9], BLOCK[:-9]), "not as long as it states"),
    "negative length": (packed_vtp(1, 36, 0, [-5], BLOCK), LENGTHS),
    "blocks missing": (packed_vtp(9, 36, 0, [len(BLOCK)], b""), LENGTHS),
}


@pytest.mark.parametrize("last", [0, 36])
def test_a_full_last_block_is_read(last: int, tmp_path: Path) -> None:
    (tmp_path / "a.vtp").write_bytes(packed_vtp(1, 36, last, [len(BLOCK)], BLOCK))
    np.testing.assert_array_equal(read_surface(tmp_path / "a.vtp").vertices_mm, np.eye(3))


@pytest.mark.parametrize("case", BAD_BLOCKS)
def test_packed_blocks_that_lie_are_refused(case: str, tmp_path: Path) -> None:
    content, message = BAD_BLOCKS[case]
    (tmp_path / "a.vtp").write_bytes(content)
    with pytest.raises(GeometryError, match=message):
        read_surface(tmp_path / "a.vtp")


@pytest.mark.parametrize("suffix", FORMATS)
def test_damaged_bytes_are_read_or_refused_never_a_crash(suffix: str, tmp_path: Path) -> None:
    sound = written(SMALL, tmp_path / f"sound{suffix}").read_bytes()
    rng = np.random.default_rng(0)
    for _ in range(150):
        content = bytearray(sound[: rng.integers(1, len(sound))] if rng.random() < 0.3 else sound)
        # most damage where the counts stand
        for place in rng.integers(0, rng.choice([len(content), min(400, len(content))]), 3):
            content[place] = rng.integers(0, 256)
        (tmp_path / f"bad{suffix}").write_bytes(content)
        with suppress(GeometryError):
            read_surface(tmp_path / f"bad{suffix}")


def test_a_missing_file_and_an_unknown_unit_are_refused(tmp_path: Path) -> None:
    with pytest.raises(GeometryError, match="no surface file"):
        read_surface(tmp_path / "none.stl")
    with pytest.raises(GeometryError, match="no unit named 'furlong'.*mm, cm, m, in"):
        read_surface(tmp_path / "none.stl", "furlong")


def without(surface: TriangleSurface, hit: Callable[[Floats], Floats]) -> TriangleSurface:
    centres = surface.corners_mm.mean(axis=1)
    return TriangleSurface(surface.vertices_mm, surface.triangles[hit(centres) > 0.0])


def soup(surface: TriangleSurface) -> TriangleSurface:
    """Every triangle with vertices of its own, as an STL file has them."""
    return TriangleSurface(
        surface.corners_mm.reshape(-1, 3), np.arange(3 * len(surface.triangles)).reshape(-1, 3)
    )


def joined(*surfaces: TriangleSurface) -> TriangleSurface:
    starts = np.cumsum([0] + [len(surface.vertices_mm) for surface in surfaces])
    return TriangleSurface(
        np.concatenate([surface.vertices_mm for surface in surfaces]),
        np.concatenate([s.triangles + start for s, start in zip(surfaces, starts, strict=False)]),
    )


def flipped(surface: TriangleSurface, every: int) -> TriangleSurface:
    turned = np.arange(len(surface.triangles)) % every == 0
    return TriangleSurface(
        surface.vertices_mm, np.where(turned[:, None], surface.triangles[:, ::-1], surface.triangles)
    )


SMALL = level_set_surface(lambda p: ball(10.0 * p) / 10.0, BOX / 10.0, 0.5)
DAMAGES: dict[str, tuple[TriangleSurface, str]] = {
    "doubled vertices": (soup(BONE), "doubled vertices merged"),
    "doubled triangles": (joined(BONE, BONE), "doubled triangles dropped"),
    "inside out": (flipped(BONE, 1), "inside out"),
    "turned triangles": (flipped(BONE, 3), "triangles turned like their neighbours"),
    "a small hole": (without(BONE, lambda p: ball(10.0 * (p - [50.0, 0.0, 0.0]))), "1 holes closed"),
    "a crumb": (joined(BONE, TriangleSurface(SMALL.vertices_mm + 60.0, SMALL.triangles)), "1 crumbs of"),
    "a cavity": (joined(BONE, flipped(SMALL, 1)), "1 inner cavities filled"),
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_damage_is_repaired_and_told(damage: str) -> None:
    surface, step = DAMAGES[damage]
    repair = repaired(surface)
    assert step in "; ".join(repair.steps)
    assert repair.surface.volume_mm3() == pytest.approx(BONE.volume_mm3(), rel=0.01)


def test_a_sound_surface_is_left_as_it_is() -> None:
    repair = repaired(repaired(BONE).surface)
    assert (repair.steps, repair.findings) == ((), ())


REFUSALS: dict[str, tuple[TriangleSurface, str]] = {
    "a wide hole": (
        without(BONE, lambda p: 35.0 - p[:, 0]),
        "1 of its 1 holes are wider than 10 mm, the widest",
    ),
    "metres": (
        TriangleSurface(BONE.vertices_mm / 1000.0, BONE.triangles),
        r"unit were m \(x 1000\): set units",
    ),
    "inches": (TriangleSurface(BONE.vertices_mm / 25.4, BONE.triangles), r"in \(x 25.4\)"),
    "two bones": (joined(BONE, TriangleSurface(BONE.vertices_mm + 55.0, BONE.triangles)), "2 large pieces"),
    "a third sheet": (
        TriangleSurface(BONE.vertices_mm, np.vstack([BONE.triangles, [[*BONE.triangles[0, :2], 500]]])),
        "edges belong to more than two triangles",
    ),
    "too flat": (
        TriangleSurface(BONE.vertices_mm * [1.0, 0.1, 1.0], BONE.triangles),
        "cm3, outside 30 to 350 cm3",
    ),
    "too coarse": (level_set_surface(bone, BOX, 15.0), "fewer than 500"),
}


@pytest.mark.parametrize("fault", REFUSALS)
def test_what_cannot_be_repaired_is_refused_with_its_reason(fault: str) -> None:
    surface, reason = REFUSALS[fault]
    with pytest.raises(GeometryError, match=reason):
        repaired(surface)


def test_a_wrong_unit_in_the_case_is_told_too() -> None:
    taken_for_cm = TriangleSurface(10.0 * BONE.vertices_mm, BONE.triangles)
    with pytest.raises(GeometryError, match=r"as if its unit were mm \(x 1\): set units"):
        repaired(taken_for_cm, units="cm")


def test_every_reason_is_given_at_once() -> None:
    two = joined(BONE, TriangleSurface(BONE.vertices_mm + 55.0, BONE.triangles))
    with pytest.raises(GeometryError, match=r"mm long.*; it is 2 large pieces"):
        repaired(TriangleSurface(3.0 * two.vertices_mm, two.triangles))


def test_two_bodies_pushed_into_each_other_cross_and_a_sound_one_does_not() -> None:
    assert not crossing_triangles(repaired(BONE).surface).any()
    beside = np.array([0.0, 20.0, 0.0])
    pushed = joined(BONE, TriangleSurface(BONE.vertices_mm + beside, BONE.triangles))
    centres = pushed.corners_mm.mean(axis=1)
    crossing = crossing_triangles(pushed)
    assert crossing.any()
    # only where the surfaces meet: both fields vanish there within an edge
    assert np.abs(bone(centres[crossing])).max() < 4.0
    assert np.abs(bone(centres[crossing] - beside)).max() < 4.0


def test_a_surface_goes_once_round_what_is_inside() -> None:
    points = np.array([[0.0, 0.0, 0.0], [45.0, 0.0, 0.0], [52.0, 0.0, 0.0], [0.0, 30.0, 0.0]])
    np.testing.assert_allclose(winding_numbers(BONE, points), [1.0, 1.0, 0.0, 0.0], atol=1e-6)


def test_volume_and_centre_are_those_of_the_body() -> None:
    moved = TriangleSurface(BONE.vertices_mm + np.array([7.0, 8.0, 9.0]), BONE.triangles)
    # chords of 3 mm cut 1 % off
    assert moved.volume_mm3() == pytest.approx(4.0 / 3.0 * np.pi * 50.0 * 25.0 * 25.0, rel=0.01)
    np.testing.assert_allclose(moved.centroid_mm(), [7.0, 8.0, 9.0], atol=0.05)


@pytest.mark.parametrize("shape", [ball, torus], ids=["ball", "torus"])
def test_the_field_of_a_surface_is_its_distance(shape: Field) -> None:
    field = SurfaceField(level_set_surface(shape, BOX, 1.0))
    points = np.random.default_rng(0).uniform(-48.0, 48.0, (100_000, 3))
    truth, off = shape(points), np.abs(field(points) - shape(points))
    assert off[np.abs(truth) < 0.3].max() < 0.1
    # the centre of the tube is a kink that a spline rounds
    assert off[np.abs(truth) < 4.0].max() < 0.35
    assert (
        np.array_equal(field(points) < 0.0, truth < 0.0)
        or np.abs(truth[(field(points) < 0.0) != (truth < 0.0)]).max() < 0.1
    )


def test_the_field_is_smooth_where_triangles_have_edges() -> None:
    field = SurfaceField(level_set_surface(ball, BOX, 4.0))
    along = np.linspace(0.0, 0.4, 2001)[:, None]
    points = 25.0 * np.hstack([np.cos(along), np.sin(along), 0.0 * along])
    slope = np.gradient(field(points), 25.0 * 0.4 / 2000)
    assert np.abs(np.diff(slope)).max() < 0.005


def test_smoothing_takes_little_off_a_ball() -> None:
    surface = level_set_surface(ball, BOX, 1.0)
    points = surface.spread_points_mm(3000)
    shift = SurfaceField(surface, smoothing_mm=0.5)(points).mean()
    # the mean of a distance over a Gauss bell: half its variance times twice the curvature
    assert shift == pytest.approx(0.5**2 / 25.0, abs=0.003)


def test_one_wrong_sign_is_outvoted() -> None:
    x = np.arange(-6.0, 7.0)
    samples = np.broadcast_to(x[:, None, None] + 0.4, (13, 7, 7)).copy()
    near = np.abs(samples) < 2.5
    truth = np.sign(samples[near])
    samples[7, 3, 3] *= -1.0
    np.testing.assert_array_equal(voted_signs(samples, near, 1.0), truth)


def test_a_side_that_cannot_agree_is_refused() -> None:
    rng = np.random.default_rng(0)
    samples = rng.uniform(1.0, 2.0, (6, 6, 6)) * rng.choice([-1.0, 1.0], (6, 6, 6))
    with pytest.raises(GeometryError, match="cannot be told apart"):
        voted_signs(samples, np.ones((6, 6, 6), dtype=bool), 1.0)
