"""A surface file is read in every form it comes in, or refused in words."""

import base64
import struct
import time
import zlib
from contextlib import suppress
from pathlib import Path

import meshio
import numpy as np
import pytest
import pyvista
import vtk
from level_sets import BONE, SMALL

from geometry.errors import GeometryError
from geometry.imported.reading import FORMATS, read_surface
from geometry.imported.repair import repaired
from geometry.imported.surface import TriangleSurface


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
