"""From a file's path to its case or study, with overrides and the base it builds on."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import product
from pathlib import Path
from typing import Generic, TypeVar

from cases.decode import decode, doubts
from cases.faults import CaseError, Fault, nearest, shown
from cases.overrides import DOTTED_KEY, overridden
from cases.read import read_tree
from cases.scan_file import with_scan_found
from cases.schema import SCHEMA, Case, Named
from cases.schema_construct import CONSTRUCT, ConstructCase
from cases.schema_construct_study import ConstructStudy
from cases.schema_study import SHARED_SCREW_KEYS, CompareStudy, SweepFile, SweepPoint, SweepStudy
from cases.sources import SourcedTree, value_at
from cases.surface_file import with_surface_found

ReadT = TypeVar("ReadT", Case, ConstructCase, CompareStudy, ConstructStudy, SweepStudy)
FileT = TypeVar("FileT", Case, ConstructCase, CompareStudy, ConstructStudy)
STUDIES = ("compare", "sweep")
# What a case describes; a file that does not say is the first.
PULL_OUT = "pull_out"
KINDS = (PULL_OUT, CONSTRUCT)
SECTIONS = tuple(key for key in Case.model_fields if key not in Named.model_fields)
CONSTRUCT_SECTIONS = tuple(
    key for key in ConstructCase.model_fields if key not in (*Named.model_fields, "kind", "screws")
)


@dataclass(frozen=True, kw_only=True)
class Sourced(Generic[ReadT]):
    """What a file says, and where it says it, so that a later error can point into the file.

    Attributes:
        value: the case or study.
        tree: its plain values and their places.
        doubts: what is valid but probably not meant.
    """

    value: ReadT
    tree: SourcedTree
    doubts: tuple[Fault, ...]


def study_kind(path: Path) -> str | None:
    """What kind of study the file says it is, "compare" or "sweep"; None for a case."""
    kind = read_tree(path).values.get("study")
    return None if kind is None else str(kind)


def case_kind(path: Path, overrides: Sequence[str] = ()) -> str:
    """What a case or a study is about, a row of `KINDS`; raises as `read_case`."""
    return _kind(overridden(read_tree(path), overrides))


def read_case(path: Path, overrides: Sequence[str] = ()) -> Sourced[Case]:
    """The pull-out case of a file, with `key=value` overrides.

    Raises:
        CaseError: every fault of the file.
        UsageError: an override that is no `key=value`.
    """
    tree = _case_tree(path, overrides)
    if _kind(tree) != PULL_OUT:
        remedy = "use sacrofix run or sacrofix check, or give the file of a pull-out"
        raise CaseError([_fault(tree, "kind", "not a pull-out, which this command is about", remedy)])
    plain = {key: value for key, value in tree.values.items() if key != "kind"}
    return _decoded(Case, _with_files_found(replace(tree, values=plain)))


def read_construct(path: Path, overrides: Sequence[str] = ()) -> Sourced[ConstructCase]:
    """The construct of a file; raises as `read_case`."""
    return _decoded(ConstructCase, _with_files_found(_case_tree(path, overrides)))


def _case_tree(path: Path, overrides: Sequence[str]) -> SourcedTree:
    """The values of a file that is no study."""
    tree = overridden(read_tree(path), overrides)
    kind = tree.values.get("study")
    if kind is not None:
        remedy = f"use sacrofix {kind if kind in STUDIES else ' or '.join(STUDIES)}"
        raise CaseError([_fault(tree, "study", "a study, not a case", remedy)])
    return tree


def _kind(tree: SourcedTree) -> str:
    """What the case of a tree describes."""
    kind = tree.values.get("kind", PULL_OUT)
    if kind not in KINDS:
        remedy = nearest(str(kind), KINDS) or f"leave it out for a {PULL_OUT}"
        raise CaseError([_fault(tree, "kind", f"not one of {', '.join(KINDS)}", remedy)])
    return str(kind)


def read_compare(path: Path, overrides: Sequence[str] = ()) -> Sourced[CompareStudy]:
    """The comparison of a file; raises as `read_case`."""
    tree = _study_tree(path, overrides, "compare")
    if _kind(tree) == CONSTRUCT:
        raise CaseError([_fault(tree, "kind", "not a pull-out", "use sacrofix compare or run")])
    tree = _with_files_found(_with_shared_screw_keys(tree), "case")
    return _decoded(CompareStudy, tree)


def read_construct_study(path: Path, overrides: Sequence[str] = ()) -> Sourced[ConstructStudy]:
    """The comparison of constructs of a file; raises as `read_case`."""
    tree = _study_tree(path, overrides, "compare", CONSTRUCT_SECTIONS)
    case = tree.values.get("case")
    own = dict(case) if isinstance(case, dict) else {}
    if "screws" in own:
        remedy = "give them to the constructs they are meant for"
        problem = "screws that every construct replaces"
        mark = tree.place(("case", "screws")).key
        raise CaseError([Fault(mark=mark, key="case.screws", problem=problem, remedy=remedy)])
    # every construct brings its own
    own |= {"kind": CONSTRUCT, "screws": [{"preset": "s2ai"}]}
    tree = _with_files_found(replace(tree, values={**tree.values, "case": own}), "case")
    return _decoded(ConstructStudy, tree)


def read_sweep(path: Path, overrides: Sequence[str] = ()) -> Sourced[SweepStudy]:
    """The sweep of a file with every case of its grid; raises as `read_case`.

    A fault is told once, at its place in the grid or in the base, however many cases share it.
    """
    tree = _study_tree(path, overrides, "sweep")
    file = decode(SweepFile, tree)
    bad_keys = [key for key in file.grid if not DOTTED_KEY.fullmatch(key)]
    if bad_keys:
        remedy = "write a dotted key, such as bone.t_score"
        marks = [tree.place(("grid", key)).key for key in bad_keys]
        raise CaseError(
            [Fault(mark=mark, key="grid", problem="no dotted key", remedy=remedy) for mark in marks]
        )
    points, found = _points(file, tree)
    return Sourced(
        value=SweepStudy(name=file.name, keys=tuple(file.grid), points=points), tree=tree, doubts=found
    )


def _decoded(kind: type[FileT], tree: SourcedTree) -> Sourced[FileT]:
    """The case or study of a tree."""
    value = decode(kind, tree)
    return Sourced(value=value, tree=tree, doubts=tuple(doubts(value, tree)))


def _points(file: SweepFile, tree: SourcedTree) -> tuple[tuple[SweepPoint, ...], tuple[Fault, ...]]:
    """Every case of a grid, the last key changing fastest, and what is doubtful in any of them.

    Raises with the faults of all of them.
    """
    points: list[SweepPoint] = []
    faults: dict[Fault, None] = {}
    found: dict[Fault, None] = {}
    for number, chosen in enumerate(product(*(range(len(values)) for values in file.grid.values()))):
        case_tree = tree.part("case")
        chosen_values = {key: values[i] for (key, values), i in zip(file.grid.items(), chosen, strict=True)}
        for (key, value), i in zip(chosen_values.items(), chosen, strict=True):
            mark = tree.place(("grid", key, i)).value
            case_tree = value_at(tuple(key.split(".")), value, mark).laid_over(case_tree)
        case_tree = _headed(case_tree, f"{file.name[:70]}-{number + 1:05d}")
        try:
            case_tree = _with_files_found(case_tree)
            case = decode(Case, case_tree)
            points.append(SweepPoint(values=chosen_values, case=case))
            found.update(dict.fromkeys(doubts(case, case_tree)))
        except CaseError as error:
            faults.update(dict.fromkeys(error.faults))
    if faults:
        raise CaseError(faults)
    return tuple(points), tuple(found)


def _with_files_found(tree: SourcedTree, *under: str) -> SourcedTree:
    """The values with the place and the checksum of every file that they name."""
    return with_scan_found(with_surface_found(tree, *under), *under)


def _study_tree(
    path: Path, overrides: Sequence[str], kind: str, sections: Sequence[str] = SECTIONS
) -> SourcedTree:
    """The values of a study whose `case` is complete: its base file below, its own keys on top."""
    tree = overridden(read_tree(path), overrides, sections, "case")
    found = tree.values.get("study")
    if found is None:
        remedy = f"add study: {kind}, or use sacrofix run for a case"
        raise CaseError([_fault(tree, "study", "missing key: the kind of study", remedy)])
    if found != kind:
        remedy = f"use sacrofix {found}" if found in STUDIES else f"write study: {kind}"
        raise CaseError([_fault(tree, "study", f"not a {kind} study", remedy)])
    base = tree.values.get("base")
    if base is None:
        return _with_head(tree)
    if not isinstance(base, str):
        raise CaseError(
            [_fault(tree, "base", "is not a path", "write the path of a case file, seen from this file")]
        )
    below = read_tree(path.parent / base).moved_under("case")
    values = {key: value for key, value in tree.values.items() if key != "base"}
    return _with_head(replace(tree, values=values).laid_over(below))


def _with_head(tree: SourcedTree) -> SourcedTree:
    """The study whose inner case has the version and the name of the study, where it has none of its own."""
    name = tree.values.get("name")
    inner = _headed(tree.part("case"), name if isinstance(name, str) else "case", keep=True)
    return replace(inner.moved_under("case").laid_over(tree), file=tree.file)


def _headed(tree: SourcedTree, name: str, *, keep: bool = False) -> SourcedTree:
    values = dict(tree.values)
    values.setdefault("schema", SCHEMA)
    values["name"] = values.get("name", name) if keep else name
    return replace(tree, values=values)


def _with_shared_screw_keys(tree: SourcedTree) -> SourcedTree:
    """Each compared screw on top of the side and metal of the base; the base takes the first screw."""
    screws = tree.values.get("screws")
    if not isinstance(screws, list):
        return tree
    base = tree.part("case", "screw").values
    _refuse_unshared_keys(tree)
    shared = {key: base[key] for key in SHARED_SCREW_KEYS if key in base}
    joined = [{**shared, **screw} if isinstance(screw, dict) else screw for screw in screws]
    first = joined[0] if joined and isinstance(joined[0], dict) else {}
    case = tree.values.get("case")
    case = dict(case) if isinstance(case, dict) else {}
    case["screw"] = {key: value for key, value in first.items() if key != "label"}
    return replace(tree, values={**tree.values, "screws": joined, "case": case})


def _refuse_unshared_keys(tree: SourcedTree) -> None:
    """Refuse screw keys that would be passed over in silence; a base file may have a screw of its own."""
    remedy = "give it to the screws it is meant for, under screws"
    faults = []
    for key, value in tree.part("case", "screw").values.items():
        mark = tree.place(("case", "screw", key)).value
        if key not in SHARED_SCREW_KEYS and (mark.file == tree.file or mark.line is None):
            problem = f"not shared by the compared screws, only {' and '.join(SHARED_SCREW_KEYS)} are"
            faults.append(
                Fault(mark=mark, key=f"case.screw.{key}", value=shown(value), problem=problem, remedy=remedy)
            )
    if faults:
        raise CaseError(faults)


def _fault(tree: SourcedTree, key: str, problem: str, remedy: str) -> Fault:
    """A fault of one of the first keys."""
    value = tree.values.get(key)
    stated = "" if value is None else shown(value)
    return Fault(mark=tree.place((key,)).value, key=key, value=stated, problem=problem, remedy=remedy)
