"""Plain values from a file, with the place that each one came from."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import TypeAlias

from cases.faults import CaseError, Fault, Mark, shown
from geometry.errors import SacrofixError

KeyPath: TypeAlias = tuple[str | int, ...]


@dataclass(frozen=True, kw_only=True)
class Place:
    """Where a key and its value stand."""

    key: Mark
    value: Mark


@dataclass(frozen=True, kw_only=True)
class SourcedTree:
    """A mapping of plain values, each with its place.

    Attributes:
        file: the file it was read from.
        values: dicts, lists, text, numbers, booleans and None only.
        places: by path of keys; a path without a place has that of its parent.
    """

    file: str
    values: Mapping[str, object]
    places: Mapping[KeyPath, Place]

    def place(self, path: KeyPath) -> Place:
        """The place of a path, or of the nearest key above it."""
        for end in range(len(path), 0, -1):
            if path[:end] in self.places:
                return self.places[path[:end]]
        top = Mark(file=self.file)
        return Place(key=top, value=top)

    def value(self, path: KeyPath) -> object:
        """The value at a path, or None if there is none."""
        found: object = self.values
        for key in path:
            if isinstance(found, Mapping):
                found = found.get(key)
            elif isinstance(found, list) and isinstance(key, int) and key < len(found):
                found = found[key]
            else:
                return None
        return found

    def part(self, *path: str) -> "SourcedTree":
        """The mapping at a path as a tree of its own; empty if there is none."""
        values = self.value(path)
        inner = {key[len(path) :]: at for key, at in self.places.items() if key[: len(path)] == path}
        return SourcedTree(file=self.file, values=values if isinstance(values, dict) else {}, places=inner)

    def laid_over(self, lower: "SourcedTree") -> "SourcedTree":
        """These values where they are given, those of `lower` elsewhere; sections are joined key by key."""
        places = {path: at for path, at in lower.places.items() if not self._replaces(path)}
        values = _joined(lower.values, self.values)
        return SourcedTree(file=self.file, values=values, places=MappingProxyType({**places, **self.places}))

    def _replaces(self, path: KeyPath) -> bool:
        """Whether a value above or at this path, other than a section, is given here."""
        for end in range(1, len(path) + 1):
            if path[:end] in self.places and not isinstance(self.value(path[:end]), dict):
                return True
        return False

    def moved_under(self, *path: str) -> "SourcedTree":
        """The same tree as the value at a path of an otherwise empty one."""
        values: Mapping[str, object] = self.values
        for key in reversed(path):
            values = {key: values}
        return replace(self, values=values, places={path + key: at for key, at in self.places.items()})

    def located(self, error: SacrofixError) -> Fault | None:
        """The fault that an error met later amounts to, if its key stands in this file."""
        path: KeyPath = tuple(int(key) if key.isdigit() else key for key in error.where.split("."))
        if isinstance(error, CaseError) or not error.where or not self._knows(path):
            return None
        value = self.value(path)
        plain = value is not None and not isinstance(value, dict)
        place = self.place(path)
        return Fault(
            mark=place.value if plain else place.key,
            key=error.where,
            value=shown(value) if plain else "",
            problem=str(error.args[0]),
            remedy=error.advice,
        )

    def _knows(self, path: KeyPath) -> bool:
        return any(path[:end] in self.places for end in range(len(path), 0, -1))


def value_at(path: tuple[str, ...], value: object, mark: Mark) -> SourcedTree:
    """A tree with one value, from one place."""
    place = Place(key=mark, value=mark)
    tree = SourcedTree(file=mark.file, values={path[-1]: value}, places={path[-1:]: place})
    return tree.moved_under(*path[:-1])


def _joined(lower: Mapping[str, object], upper: Mapping[str, object]) -> dict[str, object]:
    joined = dict(lower)
    for key, value in upper.items():
        below = lower.get(key)
        both = isinstance(below, dict) and isinstance(value, dict)
        joined[key] = _joined(below, value) if both else value  # type: ignore[arg-type]
    return joined
