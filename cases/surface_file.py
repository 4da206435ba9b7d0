"""Where the surface file of a case is, and that it is the one the case means."""

import hashlib
from functools import lru_cache
from pathlib import Path

from cases.named_file import named_file
from cases.sources import SourcedTree
from geometry.imported.reading import LARGEST_BYTES

SECTION = ("anatomy", "sacrum_surface")


def with_surface_found(tree: SourcedTree, *under: str) -> SourcedTree:
    """The values with the surface file's path made absolute and its checksum filled in, if they name one.

    Raises:
        CaseError: no such file, a path out of the folder, or another checksum than the case gives.
    """
    named = named_file(tree, (*under, *SECTION))
    if named is None:
        return tree
    try:
        if not named.place.is_file():
            raise named.refused("no such file", f"is it in {named.place.parent}?")
        status = named.place.stat()
        if status.st_size > LARGEST_BYTES:
            raise named.refused(f"is larger than {LARGEST_BYTES / 2**20:.0f} MiB", "thin the surface")
        checksum = _sha256(named.place, status.st_mtime_ns, status.st_size)
    except OSError as error:
        raise named.refused(f"cannot be read: {error}", "check the path") from None
    return named.found(checksum)


@lru_cache(maxsize=16)
def _sha256(place: Path, changed_ns: int, size: int) -> str:
    """The checksum of a file's content; asked again only when the file has changed."""
    del changed_ns, size
    with place.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
