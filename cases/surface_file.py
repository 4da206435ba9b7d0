"""Where the surface file of a case is, and that it is the one the case means."""

import hashlib
from dataclasses import replace
from functools import lru_cache
from pathlib import Path

from cases.faults import CaseError, Fault, shown
from cases.sources import KeyPath, SourcedTree
from geometry.imported.reading import LARGEST_BYTES

SECTION = ("anatomy", "sacrum_surface")


def with_surface_found(tree: SourcedTree, *under: str) -> SourcedTree:
    """The values with the surface file's path made absolute and its checksum filled in, if they name one.

    A path is seen from the file it stands in, and leads no way out of its folder. An absolute one is let in
    with its checksum, as resolved cases have it.

    Raises:
        CaseError: no such file, a path out of the folder, or another checksum than the case gives.
    """
    path: KeyPath = (*under, *SECTION)
    section = tree.value(path)
    if not isinstance(section, dict) or not isinstance(section.get("file"), str):
        return tree
    named, pinned = section["file"], section.get("sha256")
    mark = tree.place((*path, "file")).value

    def refused(problem: str, remedy: str) -> CaseError:
        key = ".".join(str(part) for part in (*path, "file"))
        return CaseError([Fault(mark=mark, key=key, value=shown(named), problem=problem, remedy=remedy)])

    # an override on the command line has no line, and is seen from where the command is given
    folder = (Path.cwd() if mark.line is None else Path(mark.file).parent).resolve()
    try:
        place = (folder / named).resolve()
        inside = place.is_relative_to(folder)
        if not inside and not (Path(named).is_absolute() and pinned):
            remedy = "copy the file beside the case, or give its absolute path and its sha256"
            raise refused("leads out of the folder of the case", remedy)
        if not place.is_file():
            raise refused("no such file", f"is it in {folder}?")
        status = place.stat()
        if status.st_size > LARGEST_BYTES:
            raise refused(f"is larger than {LARGEST_BYTES / 2**20:.0f} MiB", "thin the surface")
        found = _sha256(place, status.st_mtime_ns, status.st_size)
    except (OSError, ValueError) as error:
        raise refused(f"cannot be read: {error}", "check the path") from None
    if isinstance(pinned, str) and pinned != found:
        raise refused(f"has the checksum {found}, not the one the case gives", "is this the file you meant?")
    # a checksum that is no text is left for the schema to refuse
    own = found if pinned is None else pinned
    return _with(tree, path, {**section, "file": str(place), "sha256": own})


@lru_cache(maxsize=16)
def _sha256(place: Path, changed_ns: int, size: int) -> str:
    """The checksum of a file's content; asked again only when the file has changed."""
    del changed_ns, size
    with place.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _with(tree: SourcedTree, path: KeyPath, section: dict[str, object]) -> SourcedTree:
    """The values with another section at a path; places stay."""

    def put(values: object, rest: KeyPath) -> object:
        if not rest:
            return section
        kept = dict(values) if isinstance(values, dict) else {}
        return {**kept, str(rest[0]): put(kept.get(str(rest[0])), rest[1:])}

    values = put(tree.values, path)
    return replace(tree, values=values if isinstance(values, dict) else tree.values)
