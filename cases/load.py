"""From a file's path to its case or study, with overrides and the base it builds on."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import product
from pathlib import Path
from typing import Generic, TypeVar

from cases.decode import decode, dotted
from cases.faults import CaseError, Fault
from cases.overrides import DOTTED_KEY, overridden
from cases.read import read_tree
from cases.schema import SCHEMA, Case
from cases.schema_study import SHARED_SCREW_KEYS, CompareStudy, SweepFile, SweepPoint, SweepStudy
from cases.sources import SourcedTree, value_at

ReadT = TypeVar("ReadT", Case, CompareStudy, SweepStudy)
STUDIES = ("compare", "sweep")


@dataclass(frozen=True, kw_only=True)
class Sourced(Generic[ReadT]):
    """What a file says, and where it says it, so that a later error can point into the file.

    Attributes:
        value: the case or study.
        tree: its plain values and their places.
    """

    value: ReadT
    tree: SourcedTree


def read_case(path: Path, overrides: Sequence[str] = ()) -> Sourced[Case]:
    """The case of a file, with `key=value` overrides.

    Raises:
        CaseError: every fault of the file.
        UsageError: an override that is no `key=value`.
    """
    tree = overridden(read_tree(path), overrides)
    if "study" in tree.values:
        kind = tree.values["study"]
        raise CaseError([_wrong_kind(tree, f"use sacrofix {kind if kind in STUDIES else STUDIES[0]}")])
    return Sourced(value=decode(Case, tree), tree=tree)


def read_compare(path: Path, overrides: Sequence[str] = ()) -> Sourced[CompareStudy]:
    """The comparison of a file; raises as `read_case`."""
    tree = _study_tree(path, overrides, "compare")
    tree = _with_shared_screw_keys(tree)
    return Sourced(value=decode(CompareStudy, tree), tree=tree)


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
    base = tree.part("case")
    points: list[SweepPoint] = []
    faults: list[Fault] = []
    for number, chosen in enumerate(product(*(range(len(values)) for values in file.grid.values()))):
        case_tree = base
        for (key, values), i in zip(file.grid.items(), chosen, strict=True):
            mark = tree.place(("grid", key, i)).value
            case_tree = value_at(tuple(key.split(".")), values[i], mark).laid_over(case_tree)
        case_tree = _headed(case_tree, f"{file.name}-{number + 1:04d}")
        chosen_values = {key: values[i] for (key, values), i in zip(file.grid.items(), chosen, strict=True)}
        try:
            points.append(SweepPoint(values=chosen_values, case=decode(Case, case_tree)))
        except CaseError as error:
            faults.extend(error.faults)
    if faults:
        raise CaseError(faults)
    return Sourced(value=SweepStudy(name=file.name, keys=tuple(file.grid), points=tuple(points)), tree=tree)


def _study_tree(path: Path, overrides: Sequence[str], kind: str) -> SourcedTree:
    """The values of a study whose `case` is complete: its base file below, its own keys on top."""
    tree = overridden(read_tree(path), overrides)
    if tree.values.get("study") != kind:
        if "study" not in tree.values:
            raise CaseError([_wrong_kind(tree, f"add study: {kind}, or use sacrofix run for a case")])
        raise CaseError([_wrong_kind(tree, f"use sacrofix {tree.values['study']}, or write study: {kind}")])
    base = tree.values.get("base")
    if base is None:
        return _with_head(tree)
    if not isinstance(base, str):
        remedy = "write the path of a case file, seen from this file"
        place = tree.place(("base",))
        raise CaseError([Fault(mark=place.value, key="base", problem="is not a path", remedy=remedy)])
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
    base = tree.value(("case", "screw"))
    base = base if isinstance(base, dict) else {}
    shared = {key: base[key] for key in SHARED_SCREW_KEYS if key in base}
    joined = [{**shared, **screw} if isinstance(screw, dict) else screw for screw in screws]
    first = joined[0] if joined and isinstance(joined[0], dict) else {}
    case = tree.values.get("case")
    case = dict(case) if isinstance(case, dict) else {}
    case["screw"] = {key: value for key, value in first.items() if key != "label"}
    return replace(tree, values={**tree.values, "screws": joined, "case": case})


def _wrong_kind(tree: SourcedTree, remedy: str) -> Fault:
    place = tree.place(("study",))
    if "study" in tree.values:
        problem = "a study, where a case is read" if "run" not in remedy else "another kind of study"
        return Fault(
            mark=place.value, key="study", value=str(tree.values["study"]), problem=problem, remedy=remedy
        )
    return Fault(mark=place.key, key=dotted(("study",)), problem="missing key: kind of study", remedy=remedy)
