"""The file or folder that a section of a case names: where it is, and the fault if it is not fit."""

from dataclasses import dataclass, replace
from pathlib import Path

from cases.faults import CaseError, Fault, shown
from cases.sources import KeyPath, SourcedTree


@dataclass(frozen=True, kw_only=True)
class NamedFile:
    """What the key `file` of a section names.

    Attributes:
        tree: the case or study.
        path: of the section in it.
        place: where the file is; it need not be there.
    """

    tree: SourcedTree
    path: KeyPath
    place: Path

    @property
    def section(self) -> dict[str, object]:
        """The keys of the section."""
        section = self.tree.value(self.path)
        return dict(section) if isinstance(section, dict) else {}

    def refused(self, problem: str, remedy: str) -> CaseError:
        """The fault of the file, at its key."""
        return _refused(self.tree, self.path, problem, remedy)

    def found(self, checksum: str) -> SourcedTree:
        """The values with the path made absolute and the checksum filled in.

        Raises:
            CaseError: another checksum than the case gives.
        """
        pinned = self.section.get("sha256")
        if isinstance(pinned, str) and pinned != checksum:
            problem = f"has the checksum {checksum}, not the one the case gives"
            raise self.refused(problem, "is this the file you meant?")
        # a checksum that is no text is left for the schema to refuse
        own = checksum if pinned is None else pinned
        section = {**self.section, "file": str(self.place), "sha256": own}
        values = _put(self.tree.values, self.path, section)
        return replace(self.tree, values=values if isinstance(values, dict) else self.tree.values)


def named_file(tree: SourcedTree, path: KeyPath) -> NamedFile | None:
    """What a section names, if it names anything.

    A path is seen from the file it stands in, and leads no way out of its folder. An absolute one is let in
    with its checksum, as resolved cases have it; one from the command line may lead anywhere.

    Raises:
        CaseError: a path out of the folder, or none at all.
    """
    section = tree.value(path)
    if not isinstance(section, dict) or not isinstance(section.get("file"), str):
        return None
    named, mark = section["file"], tree.place((*path, "file")).value
    typed = mark.line is None
    folder = Path.cwd() if typed else Path(mark.file).parent
    try:
        place = (folder / named).resolve()
        inside = place.is_relative_to(folder.resolve())
        if not (typed or inside or (Path(named).is_absolute() and section.get("sha256"))):
            remedy = "copy the file beside the case, or give its absolute path and its sha256"
            raise _refused(tree, path, "leads out of the folder of the case", remedy)
        # asked here: a path with a zero byte in it is a fault, not an error
        place.exists()
    except (OSError, ValueError) as error:
        raise _refused(tree, path, f"cannot be read: {error}", "check the path") from None
    return NamedFile(tree=tree, path=path, place=place)


def _refused(tree: SourcedTree, path: KeyPath, problem: str, remedy: str) -> CaseError:
    key, value = (*path, "file"), tree.value((*path, "file"))
    fault = Fault(
        mark=tree.place(key).value,
        key=".".join(str(part) for part in key),
        value=shown(value),
        problem=problem,
        remedy=remedy,
    )
    return CaseError([fault])


def _put(values: object, path: KeyPath, section: dict[str, object]) -> object:
    """The values with another section at a path."""
    if not path:
        return section
    kept = dict(values) if isinstance(values, dict) else {}
    return {**kept, str(path[0]): _put(kept.get(str(path[0])), path[1:], section)}
