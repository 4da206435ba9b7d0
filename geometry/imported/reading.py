"""Triangle surfaces from STL, PLY, OBJ and VTP files."""

import re
import struct
from collections.abc import Callable, Mapping
from pathlib import Path

import meshio
import numpy as np

from geometry.arrays import Floats, Ints
from geometry.errors import GeometryError
from geometry.imported.surface import TriangleSurface
from geometry.imported.vtp import read_vtp

WHERE = "anatomy.sacrum_surface.file"
# Chosen: a sacrum in triangles of 0.5 mm has some 300 000; more is a scan that wants thinning first.
LARGEST_BYTES = 256 * 2**20
MOST_TRIANGLES = 2_000_000
# Chosen: a PLY header has some ten lines; the rest is for comments.
PLY_HEADER_BYTES = 64 * 2**10
PLY_HEADER_END = re.compile(rb"^[ \t]*end_header[ \t\r]*\n", re.MULTILINE)
PLY_TEXT = re.compile(r"^\s*format ascii", re.MULTILINE)
PLY_COUNT = re.compile(r"^\s*element (?:vertex|face) (\d+)", re.MULTILINE)
MM_PER_UNIT: Mapping[str, float] = {"mm": 1.0, "cm": 10.0, "m": 1000.0, "in": 25.4, "um": 1e-3}


def read_surface(path: Path | str, units: str = "mm") -> TriangleSurface:
    """The triangles of a file as they stand there, in mm; polygons are cut into triangles.

    Args:
        path: a file that ends in one of `FORMATS`.
        units: the file's unit of length, a row of `MM_PER_UNIT`.

    Raises:
        GeometryError: no such file, an empty or too large one, one cut short, an unknown format, no
            triangles, or places that are not numbers.
    """
    place = Path(path)
    if units not in MM_PER_UNIT:
        raise GeometryError(
            f"no unit named {units!r}",
            where="anatomy.sacrum_surface.units",
            advice=f"Choose one of {', '.join(MM_PER_UNIT)}",
        )
    _refuse_unfit(place)
    points, triangles = FORMATS[place.suffix.lower()](place)
    if not len(triangles):
        raise GeometryError(f"{place} has no triangles", where=WHERE, advice="Export the surface, not points")
    if len(triangles) > MOST_TRIANGLES:
        raise GeometryError(
            f"{place} has {len(triangles):,} triangles, more than {MOST_TRIANGLES:,}",
            where=WHERE,
            advice="Thin it in the program that made it; edges of 0.5 to 1 mm are enough",
        )
    if not np.isfinite(points).all():
        raise GeometryError(f"{place} has vertices whose place is not a number", where=WHERE)
    return TriangleSurface(MM_PER_UNIT[units] * points, triangles)


def _refuse_unfit(place: Path) -> None:
    """Refuse what is no regular file of a known format and a bearable size."""
    if place.suffix.lower() not in FORMATS:
        raise GeometryError(
            f"{place} ends in {place.suffix or 'nothing'}",
            where=WHERE,
            advice=f"Use a surface file in {', '.join(FORMATS)}",
        )
    if not place.is_file():
        raise GeometryError(f"no surface file {place}", where=WHERE, advice="Check the path")
    size = place.stat().st_size
    if not size:
        raise GeometryError(f"{place} is empty", where=WHERE, advice="Export the surface anew")
    if size > LARGEST_BYTES:
        raise GeometryError(
            f"{place} has {size / 2**20:.0f} MiB, more than {LARGEST_BYTES / 2**20:.0f}",
            where=WHERE,
            advice="Thin it in the program that made it; edges of 0.5 to 1 mm are enough",
        )


def _refuse_cut_ply(place: Path) -> None:
    """Refuse a PLY file that ends before its header does, or before what its header counts.

    meshio looks for the end of the header for ever, and goes through every face that is counted, there or
    not.
    """
    content = place.read_bytes()
    end = PLY_HEADER_END.search(content, 0, PLY_HEADER_BYTES)
    if end is None:
        raise GeometryError(
            f"{place} has no complete header: no end_header in its first {PLY_HEADER_BYTES // 2**10} KiB",
            where=WHERE,
            advice="It may have been cut short: export or copy it anew",
        )
    # as text, as meshio sees it: the digits of other scripts count too
    header = content[: end.start()].decode(errors="replace")
    counted = sum(int(number) for number in PLY_COUNT.findall(header))
    if PLY_TEXT.search(header):
        # a line each; the last one may go without its end
        there = content.count(b"\n", end.end()) + (not content.endswith(b"\n"))
    else:
        # a byte each at the least
        there = len(content) - end.end()
    if there < counted:
        raise GeometryError(
            f"{place} ends before the {counted:,} vertices and faces that its header counts",
            where=WHERE,
            advice="It may have been cut short: export or copy it anew",
        )


def _through_meshio(place: Path) -> tuple[Floats, Ints]:
    """Points (n, 3) and triangles (m, 3) of a file that meshio knows."""
    try:
        if place.suffix.lower() == ".ply":
            _refuse_cut_ply(place)
        # it takes the first bytes of an STL text for a count of triangles, and multiplies
        with np.errstate(over="ignore"):
            found = meshio.read(place, file_format=place.suffix.lower()[1:])
        points = np.asarray(found.points, dtype=np.float64)
        triangles = [fans(np.asarray(b.data, dtype=np.int64)) for b in found.cells if b.dim == 2]
    except (
        meshio.ReadError,
        ArithmeticError,
        AssertionError,
        AttributeError,
        LookupError,
        MemoryError,
        OSError,
        EOFError,
        struct.error,
        SystemExit,
        TypeError,
        ValueError,
    ) as error:
        # meshio's readers trust their files, and end the program where none of its formats fits
        raise GeometryError(
            f"{place} is no surface that can be read ({type(error).__name__})",
            where=WHERE,
            advice="Write it anew as binary STL or PLY",
        ) from None
    if not points.size:
        # an empty list of points has no dimensions to look at
        return np.zeros((0, 3)), np.zeros((0, 3), dtype=np.int64)
    if points.ndim != 2 or points.shape[1] != 3:
        raise GeometryError(f"{place} is not in three dimensions", where=WHERE)
    joined = np.concatenate(triangles) if triangles else np.zeros((0, 3), dtype=np.int64)
    if len(joined) and not 0 <= joined.min() <= joined.max() < len(points):
        raise GeometryError(f"{place} names vertices that are not there", where=WHERE)
    return points, joined


def fans(polygons: Ints) -> Ints:
    """Convex polygons of one size, shape (m, k), as fans round their first corner, shape (m (k-2), 3)."""
    first = polygons[:, :1]
    fan = [np.hstack([first, polygons[:, k : k + 2]]) for k in range(1, polygons.shape[1] - 1)]
    return np.concatenate(fan) if fan else np.zeros((0, 3), dtype=np.int64)


FORMATS: Mapping[str, Callable[[Path], tuple[Floats, Ints]]] = {
    ".stl": _through_meshio,
    ".ply": _through_meshio,
    ".obj": _through_meshio,
    ".vtp": read_vtp,
}
