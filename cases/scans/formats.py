"""The table of volume formats, and the scan of any of them."""

import importlib
import logging
import warnings
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from geometry.errors import MaterialError
from materials.ct.grid import WHERE
from materials.ct.volume import ScanVolume

EXTRA = "pip install -e .[ct]"
# A scan of the whole body in half-millimetre slices has some 4000 (chosen).
MOST_FILES = 10_000


@dataclass(frozen=True, kw_only=True)
class ScanFormat:
    """A way in which volumes are stored.

    Attributes:
        endings: of the file's name; none for a folder.
        module: of ours, whose `read` takes the path and returns the scan.
        needs: the package it reads with.
    """

    endings: tuple[str, ...]
    module: str
    needs: str


FORMATS: Mapping[str, ScanFormat] = {
    "NIfTI": ScanFormat(endings=(".nii", ".nii.gz"), module="cases.scans.nifti", needs="nibabel"),
    "NRRD": ScanFormat(endings=(".nrrd",), module="cases.scans.nrrd", needs="pynrrd"),
    "DICOM": ScanFormat(endings=(), module="cases.scans.dicom", needs="pydicom"),
}
KNOWN = ", ".join(
    f"{name} ({', '.join(row.endings) or 'a folder of slices'})" for name, row in FORMATS.items()
)


def read_scan(path: Path) -> ScanVolume:
    """The scan of a file or a folder; one that was read last and has not changed is not read again.

    Raises:
        MaterialError: an unknown format, a package that is missing, with how to install it, or what is wrong
            with the file.
    """
    try:
        return _read(path, _state(path))
    except OSError as error:
        # without the path, which may name the patient
        raise MaterialError(
            f"cannot be read: {error.strerror}", where=WHERE, advice="Check the path"
        ) from None


@lru_cache(maxsize=1)
def _read(path: Path, state: tuple[tuple[str, int, int], ...]) -> ScanVolume:
    del state
    name = format_of(path)
    row = FORMATS[name]
    try:
        reader: Callable[[Path], ScanVolume] = importlib.import_module(row.module).read
    except ImportError as error:
        raise MaterialError(
            f"{name} is read with {row.needs}, which cannot be loaded: {error}",
            where=WHERE,
            advice=f"Install it: {EXTRA}",
        ) from None
    with _unquoted():
        return reader(path)


@contextmanager
def _unquoted() -> Iterator[None]:
    """Nothing that a reader says of a header: it may quote the patient's name. What matters is checked."""
    before = logging.root.manager.disable
    logging.disable(logging.CRITICAL)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        logging.disable(before)


def format_of(path: Path) -> str:
    """The row of `FORMATS` that a path belongs to; refuses any other."""
    if path.is_dir():
        return "DICOM"
    for name, row in FORMATS.items():
        if path.name.lower().endswith(row.endings) and row.endings:
            return name
    raise MaterialError(
        "no volume format has this ending", where=WHERE, advice=f"Use {KNOWN}; of DICOM name the folder"
    )


def _state(path: Path) -> tuple[tuple[str, int, int], ...]:
    """Names, times and sizes: what changes when the content does."""
    inner = sorted(path.iterdir()) if path.is_dir() else [path]
    files = [entry for entry in inner if entry.is_file()]
    if len(files) > MOST_FILES:
        raise MaterialError(
            f"{len(files):,} files, more than {MOST_FILES:,}",
            where=WHERE,
            advice="Name the folder of one series",
        )
    states = ((file.name, file.stat()) for file in files)
    return tuple((name, status.st_mtime_ns, status.st_size) for name, status in states)
