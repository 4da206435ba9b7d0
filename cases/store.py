"""Result folders: complete or not there at all, with the case and the provenance beside the numbers."""

import errno
import hashlib
import json
import math
import os
import platform
import shutil
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from cases.faults import UsageError
from cases.read import write_yaml
from cases.schema import NAME, Named
from geometry.errors import GateError, ResourceError

# A folder with this file was written by sacrofix, and may be replaced by it.
PROVENANCE = "provenance.json"
PARTIAL = ".partial"
DECIDING_PACKAGES = ("numpy", "scipy", "numba", "mmgpy", "vtk", "meshio", "pydantic", "ruamel.yaml")
# The fields of one screw at five losses take about 100 MB (chosen: twice that).
LEAST_FREE_BYTES = 200_000_000
FULL = (errno.ENOSPC, errno.EDQUOT)


@cache
def software_version() -> str:
    """The version of sacrofix."""
    return version("sacrofix")


@contextmanager
def result_folder(target: Path) -> Iterator[Path]:
    """A folder to write a result into; it takes the place of `target` when the block ends without an error.

    Until then it stands beside the target under a hidden name; after an error it is removed, and a result
    that was there before is still there.

    Raises:
        UsageError: the target exists and is not a result of sacrofix.
        ResourceError: the disk is full, or the folder cannot be written.
    """
    final = target.resolve()
    refuse_foreign_folder(final)
    try:
        final.parent.mkdir(parents=True, exist_ok=True)
        partial = Path(tempfile.mkdtemp(prefix=f".{final.name}-", suffix=PARTIAL, dir=final.parent))
    except OSError as error:
        raise unwritable(error, final) from None
    try:
        yield partial
        partial.chmod(0o755)
        _take_place(partial, final)
    except OSError as error:
        if error.errno in FULL:
            raise unwritable(error, final) from None
        raise
    finally:
        shutil.rmtree(partial, ignore_errors=True)


def require_place(target: Path) -> None:
    """Refuse a target that no result could be written to, before minutes of work are spent on one.

    Raises:
        UsageError, ResourceError: as `result_folder` would at the end.
    """
    final = target.resolve()
    refuse_foreign_folder(final)
    try:
        final.parent.mkdir(parents=True, exist_ok=True)
        Path(tempfile.mkdtemp(prefix=f".{final.name}-", suffix=PARTIAL, dir=final.parent)).rmdir()
        free = shutil.disk_usage(final.parent).free
    except OSError as error:
        raise unwritable(error, final) from None
    if free < LEAST_FREE_BYTES:
        needed = f"{LEAST_FREE_BYTES / 1e6:.0f} MB"
        raise ResourceError(f"less than {needed} are free for {final}", advice="Free some space")


def refuse_foreign_folder(final: Path) -> None:
    """Refuse a target that is something else than an empty folder or an earlier result."""
    if not final.exists():
        return
    if not final.is_dir():
        raise UsageError(f"{final} is a file, not a folder for results", advice="Choose another --out")
    if any(final.iterdir()) and not (final / PROVENANCE).is_file():
        raise UsageError(
            f"{final} holds files that are no result of sacrofix, and is left as it is",
            advice="Choose another --out",
        )


def remove_leftovers(parent: Path) -> None:
    """Remove unfinished result folders that a killed run left behind."""
    for leftover in parent.glob(f".*-*{PARTIAL}"):
        shutil.rmtree(leftover, ignore_errors=True)


def inside(parent: Path, name: str) -> Path:
    """The path of an entry of a folder; refuses a name that would lead out of it."""
    if not NAME.fullmatch(name):
        raise UsageError(f"{name!r} is not a name for a file", advice="Use letters, digits, dots and dashes")
    return parent / name


def write_json(target: Path, values: object) -> None:
    """Write values as JSON, whole or not at all.

    Raises:
        GateError: a number is not finite.
    """
    try:
        text = json.dumps(values, indent=2, allow_nan=False, default=_plain)
    except ValueError:
        raise GateError(
            f"{target.name} would hold a number that is not finite", advice="Check the case"
        ) from None
    replace_file(target, f"{text}\n".encode())


def replace_file(target: Path, content: bytes) -> None:
    """Write a file, whole or not at all: readers see the old content or the new."""
    partial = target.with_name(f".{target.name}{PARTIAL}")
    try:
        partial.write_bytes(content)
        partial.replace(target)
    except OSError as error:
        with suppress(OSError):
            partial.unlink()
        raise unwritable(error, target) from None


def write_case(target: Path, case: Named) -> None:
    """Write the case as it was computed: every key, defaults filled in; it can be run again."""
    replace_file(target, case_text(case).encode())


def case_text(case: Named) -> str:
    """The case as YAML, without keys that are not set."""
    return write_yaml(_without_unset(case.as_written()))


def provenance(
    case: Named,
    *,
    inputs: Mapping[str, Path] | None = None,
    mesh_hashes: Sequence[str] = (),
    scan: Mapping[str, object] | None = None,
) -> dict[str, object]:
    """What it takes to compute the same again: versions, platform, hashes, and when it was done (UTC).

    Args:
        case: as computed.
        inputs: files that were read, by what they are.
        mesh_hashes: sha256 of each mesh.
        scan: what is kept of a CT scan; nothing of its file.
    """
    return {
        "made_by": "sacrofix",
        "version": software_version(),
        "time_utc": datetime.now(UTC).isoformat(timespec="seconds"),
        "case_sha256": case.content_hash(software_version()),
        "inputs": {
            what: {"name": path.name, "sha256": file_hash(path)} for what, path in (inputs or {}).items()
        },
        "mesh_sha256": list(mesh_hashes),
        **({} if scan is None else {"scan": scan}),
        "python": platform.python_version(),
        "packages": {package: _version_of(package) for package in DECIDING_PACKAGES},
        "platform": {"system": sys.platform, "machine": platform.machine(), "cores": os.cpu_count()},
    }


def file_hash(path: Path) -> str:
    """The sha256 of a file."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def unwritable(error: OSError, target: Path) -> ResourceError:
    """The fault of a disk that is full, or of a folder that may not be written."""
    advice = "Free some space" if error.errno in FULL else "Choose another folder with --out"
    return ResourceError(f"cannot write {target}: {error.strerror}", advice=advice)


def _take_place(partial: Path, final: Path) -> None:
    """Move the finished folder to its place; an earlier result steps aside first, then goes."""
    aside = final.with_name(f".{final.name}-replaced{PARTIAL}")
    shutil.rmtree(aside, ignore_errors=True)
    earlier = final.exists()
    if earlier:
        final.rename(aside)
    try:
        partial.rename(final)
    except OSError:
        if earlier:
            aside.rename(final)
        raise
    shutil.rmtree(aside, ignore_errors=True)


def _version_of(package: str) -> str | None:
    try:
        return version(package)
    except PackageNotFoundError:
        return None


def _without_unset(values: Mapping[str, object]) -> dict[str, object]:
    kept = {key: _kept(value) for key, value in values.items()}
    return {key: value for key, value in kept.items() if value is not None and value != {}}


def _kept(value: object) -> object:
    if isinstance(value, dict):
        return _without_unset(value)
    return [_kept(entry) for entry in value] if isinstance(value, list) else value


def _plain(value: object) -> object:
    """Numbers of numpy and paths as JSON knows them."""
    if isinstance(value, Path):
        return str(value)
    item = getattr(value, "item", None)
    if callable(item):
        number = item()
        if isinstance(number, float) and not math.isfinite(number):
            raise ValueError("not finite")
        return number
    raise TypeError(f"{type(value).__name__} is no JSON value")
