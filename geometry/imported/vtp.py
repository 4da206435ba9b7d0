"""VTK's XML file of polygons (.vtp): points and polygons, whichever way the numbers are packed.

meshio does not read this format. What is read here is the part of VTK's file format that its writers use:
one piece or several, numbers as text, as base64 or appended, plain or compressed by zlib or lzma.
"""

import base64
import binascii
import lzma
import re
import zlib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as Xml

import numpy as np

from geometry.arrays import Floats, Ints
from geometry.errors import GeometryError

WHERE = "anatomy.sacrum_surface.file"
TYPES = {
    "Float32": "f4",
    "Float64": "f8",
    "Int8": "i1",
    "UInt8": "u1",
    "Int16": "i2",
    "UInt16": "u2",
    "Int32": "i4",
    "UInt32": "u4",
    "Int64": "i8",
    "UInt64": "u8",
}
COMPRESSORS: Mapping[str, Callable[[], Any]] = {
    "vtkZLibDataCompressor": zlib.decompressobj,
    "vtkLZMADataCompressor": lzma.LZMADecompressor,
}
APPENDED = re.compile(rb'<AppendedData\s+encoding="(raw|base64)"\s*>\s*_')
# Chosen: no array of a surface that is let in is larger; a packed file could swell to anything.
LARGEST_ARRAY_BYTES = 2**30


def read_vtp(place: Path) -> tuple[Floats, Ints]:
    """Points (n, 3) and triangles (m, 3) of a .vtp file.

    Raises:
        GeometryError: the file is broken, or packed in a way that is not known here.
    """
    try:
        return _read(place.read_bytes())
    except (
        Xml.ParseError,
        binascii.Error,
        zlib.error,
        lzma.LZMAError,
        LookupError,
        ValueError,
        OverflowError,
        MemoryError,
        OSError,
    ) as error:
        raise GeometryError(
            f"{place} is no .vtp file that can be read ({type(error).__name__}: {error})",
            where=WHERE,
            advice="Write it anew, or as binary STL",
        ) from None


def _read(raw: bytes) -> tuple[Floats, Ints]:
    blob = b""
    encoding = "base64"
    opening = APPENDED.search(raw)
    if opening:
        # raw bytes are no XML: cut them out before the parser sees them
        encoding = opening.group(1).decode()
        end = raw.rfind(b"</AppendedData>")
        blob = raw[opening.end() : end if end > 0 else None]
        raw = raw[: opening.start()] + b"</VTKFile>"
    if b"<!" in raw.replace(b"<!--", b""):
        raise ValueError("document types are not let in")
    root = Xml.fromstring(raw)  # noqa: S314 - without a document type there are no entities to expand
    if root.get("type") != "PolyData":
        raise ValueError(f"holds {root.get('type')}, not PolyData")
    reader = _Numbers(root, blob, encoding)
    points, triangles, count = [], [], 0
    for piece in root.iter("Piece"):
        own = reader.array(_only(piece, "Points"), None).reshape(-1, 3)
        polygons, strips = piece.find("Polys"), piece.find("Strips")
        if strips is not None and int(piece.get("NumberOfStrips", "0")):
            raise ValueError("holds triangle strips; use VTK's triangle filter")
        if polygons is not None and int(piece.get("NumberOfPolys", "0")):
            corners = reader.array(polygons, "connectivity").astype(np.int64)
            ends = reader.array(polygons, "offsets").astype(np.int64)
            triangles.append(count + _cut(corners, ends))
        points.append(own.astype(np.float64))
        count += len(own)
    joined = np.concatenate(triangles) if triangles else np.zeros((0, 3), dtype=np.int64)
    if len(joined) and not 0 <= joined.min() <= joined.max() < count:
        raise ValueError("a polygon names a point that is not there")
    return np.concatenate(points) if points else np.zeros((0, 3)), joined


def _cut(corners: Ints, ends: Ints) -> Ints:
    """Polygons, each from the end of the last to its own in `corners`, as triangles of shape (m, 3)."""
    starts = np.concatenate([[0], ends[:-1]])
    sizes = ends - starts
    if len(ends) and (ends[-1] > len(corners) or (sizes < 0).any()):
        raise ValueError("offsets do not fit the connectivity")
    cut = [np.zeros((0, 3), dtype=np.int64)]
    for size in np.unique(sizes[sizes > 2]):
        first = starts[sizes == size]
        cut += [corners[first[:, None] + np.array([0, k, k + 1])] for k in range(1, size - 1)]
    return np.concatenate(cut)


def _only(parent: Xml.Element, tag: str) -> Xml.Element:
    found = parent.find(tag)
    if found is None:
        raise ValueError(f"has no {tag}")
    return found


class _Numbers:
    """What turns the data arrays of one file into numbers."""

    def __init__(self, root: Xml.Element, blob: bytes, encoding: str) -> None:
        self.order = "<" if root.get("byte_order", "LittleEndian") == "LittleEndian" else ">"
        self.header = np.dtype(self.order + TYPES[root.get("header_type", "UInt32")])
        name = root.get("compressor")
        self.unpacker = COMPRESSORS[name] if name else None
        self.blob = blob
        self.encoding = encoding

    def array(self, parent: Xml.Element, name: str | None) -> Floats:
        """The numbers of the array of that name inside an element, in a row; the first one without a name."""
        for entry in parent.iter("DataArray"):
            if name is None or entry.get("Name") == name:
                kind = np.dtype(self.order + TYPES[entry.get("type", "")])
                way = entry.get("format", "ascii")
                if way == "ascii":
                    return np.array((entry.text or "").split(), dtype=np.float64)
                source = self._source(entry, way)
                return np.asarray(np.frombuffer(self._unpacked(source), kind))
        raise ValueError(f"has no data array {name or ''}")

    def _source(self, entry: Xml.Element, way: str) -> "_Raw | _Base64":
        if way == "binary":
            return _Base64((entry.text or "").strip())
        tail = self.blob[int(entry.get("offset", "0")) :]
        return _Raw(tail) if self.encoding == "raw" else _Base64(tail.decode("ascii", "ignore"))

    def _unpacked(self, source: "_Raw | _Base64") -> bytes:
        """The bytes of one array: a header of lengths, then blocks."""
        width = self.header.itemsize
        if self.unpacker is None:
            (length,) = np.frombuffer(source.head(width), self.header)
            plain = source.body(width, int(length), joined=True)
            if len(plain) != length:
                raise ValueError("an array is cut short")
            return plain
        count, size, last = (int(n) for n in np.frombuffer(source.head(3 * width)[: 3 * width], self.header))
        if count == 0:
            return b""
        # signed headers are let in, so every number may be negative
        if count < 0 or size <= 0 or not 0 <= last <= size:
            raise ValueError("the sizes of an array's blocks make no sense")
        if count * size > LARGEST_ARRAY_BYTES:
            raise ValueError("an array is too large")
        header = source.head((3 + count) * width)
        lengths = np.frombuffer(header, self.header)[3:].astype(np.int64)
        if len(lengths) != count or not 0 <= lengths.min() <= lengths.max() <= LARGEST_ARRAY_BYTES:
            raise ValueError("the lengths of an array's blocks make no sense")
        packed = source.body((3 + count) * width, int(lengths.sum()), joined=False)
        ends = np.cumsum(lengths)
        # a last block of 0 bytes means that all are full
        sizes = [size] * (count - 1) + [last or size]
        blocks = []
        for end, length, stated in zip(ends, lengths, sizes, strict=True):
            # one byte more than stated is enough to see a block that swells; 0 would mean no bound
            block = self.unpacker().decompress(packed[end - length : end], stated + 1)
            if len(block) != stated:
                raise ValueError("a block is not as long as it states")
            blocks.append(block)
        return b"".join(blocks)


class _Raw:
    """Bytes as they are."""

    def __init__(self, data: bytes) -> None:
        self.data = data

    def head(self, length: int) -> bytes:
        """The first bytes."""
        return self.data[:length]

    def body(self, header: int, length: int, *, joined: bool) -> bytes:
        """The bytes behind the header, whether or not the two were packed as one."""
        del joined
        return self.data[header : header + length]


class _Base64:
    """Bytes as base64 text; the header of a compressed array is a text of its own, with its own padding."""

    def __init__(self, text: str) -> None:
        self.text = text

    def head(self, length: int) -> bytes:
        """The first bytes."""
        return base64.b64decode(self.text[: _letters(length)])[:length]

    def body(self, header: int, length: int, *, joined: bool) -> bytes:
        """The bytes behind the header, whether or not the two were packed as one."""
        if joined:
            return base64.b64decode(self.text[: _letters(header + length)])[header : header + length]
        start = _letters(header)
        return base64.b64decode(self.text[start : start + _letters(length)])[:length]


def _letters(length: int) -> int:
    """Letters of base64 that hold so many bytes."""
    return 4 * ((length + 2) // 3)
