"""Where the scan of a case is, and that it is the one the case means."""

from cases.named_file import named_file
from cases.scans.formats import read_scan
from cases.schema_ct import WITHHELD
from cases.sources import SourcedTree
from geometry.errors import SacrofixError

SECTION = ("bone", "ct")


def with_scan_found(tree: SourcedTree, *under: str) -> SourcedTree:
    """The values with the scan's path made absolute and the checksum of its voxels, if they name one.

    The scan is read here, so that what is wrong with it is told before any work, at its place in the case.

    Raises:
        CaseError: no such file, a path out of the folder, a scan that cannot be used, or another one than the
            case gives the checksum of.
    """
    named = named_file(tree, (*under, *SECTION))
    if named is None:
        return tree
    if str(named.section["file"]).startswith(WITHHELD):
        key = ".".join((*under, *SECTION, "file"))
        raise named.refused("results do not say where a scan is", f"name it with --set {key}=PATH")
    if not named.place.exists():
        raise named.refused("no such file or folder", f"is it in {named.place.parent}?")
    try:
        checksum = read_scan(named.place).sha256
    except SacrofixError as error:
        raise named.refused(str(error.args[0]), error.advice) from None
    return named.found(checksum)
