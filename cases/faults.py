"""What is wrong in a case file: where it stands, what was read, what is allowed, what to do."""

import difflib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass

from geometry.errors import (
    BadMeshError,
    GateError,
    GeometryError,
    MaterialError,
    MeshError,
    ModelError,
    ResourceError,
    SacrofixError,
    SolveError,
)

# A value longer than this is cut in a message; the file has the rest.
SHOWN_LETTERS = 60


@dataclass(frozen=True, kw_only=True)
class Mark:
    """One place in a file, or one `--set` on the command line.

    Attributes:
        file: path as the user gave it, or the text of the override.
        line, column: from 1; both None where a whole file or an override is meant.
    """

    file: str
    line: int | None = None
    column: int | None = None

    def __str__(self) -> str:
        return self.file if self.line is None else f"{self.file}:{self.line}:{self.column}"


@dataclass(frozen=True, kw_only=True)
class Fault:
    """One thing to cure before anything runs.

    Attributes:
        mark: where it stands.
        key: dotted key, such as `screw.length_mm`; empty for the file as a whole.
        value: what was read, as text; empty if nothing was.
        problem: what is wrong with it.
        allowed: the range or the choices; follows `problem` in a sentence.
        remedy: what to write instead.
    """

    mark: Mark
    problem: str
    key: str = ""
    value: str = ""
    allowed: str = ""
    remedy: str = ""

    def __str__(self) -> str:
        equation = f"{self.key} = {self.value}" if self.value else self.key
        lines = [f"{self.mark}  {equation}".rstrip(), f"    {self.problem} {self.allowed}".rstrip()]
        if self.remedy:
            lines.append(f"    remedy: {self.remedy}")
        return "\n".join(lines)

    def as_row(self) -> dict[str, object]:
        """The fault for a machine: file, line, column and every attribute."""
        row = asdict(self)
        return {**row.pop("mark"), **row}


class CaseError(SacrofixError):
    """A case or study that cannot be run as written; carries every fault found.

    Attributes:
        faults: in the order they stand in the file.
    """

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults = tuple(sorted(dict.fromkeys(faults), key=_position))
        super().__init__("\n".join(str(fault) for fault in self.faults))

    def summary(self) -> str:
        """One line that counts the faults and the files they stand in."""
        files = list(dict.fromkeys(fault.mark.file for fault in self.faults))
        noun = "fault" if len(self.faults) == 1 else "faults"
        return f"{len(self.faults)} {noun} in {', '.join(files)}; nothing was run"


class JoinedError(SacrofixError):
    """Errors that were found together; the exit code is that of the first.

    Attributes:
        errors: at least two.
    """

    def __init__(self, errors: Sequence[SacrofixError]) -> None:
        self.errors = tuple(errors)
        super().__init__("; ".join(str(error) for error in self.errors))


class UsageError(SacrofixError):
    """A command that cannot be carried out as typed."""


# An error that is ours, not the user's.
INTERNAL = 1
EXIT_CODES: Mapping[type[SacrofixError], int] = {
    UsageError: 2,
    CaseError: 3,
    MaterialError: 3,
    GeometryError: 4,
    MeshError: 4,
    BadMeshError: 4,
    ModelError: 5,
    SolveError: 5,
    GateError: 6,
    ResourceError: 7,
}


def exit_code(error: SacrofixError) -> int:
    """The exit code of a fault, by its nearest known class."""
    if isinstance(error, JoinedError):
        return exit_code(error.errors[0])
    return next((EXIT_CODES[kind] for kind in type(error).__mro__ if kind in EXIT_CODES), INTERNAL)


def as_one(errors: Sequence[SacrofixError]) -> SacrofixError:
    """One error that stands for all of these; for a single one, itself."""
    return errors[0] if len(errors) == 1 else JoinedError(errors)


def shown(value: object) -> str:
    """A value as one short line of printable text."""
    if isinstance(value, dict):
        return "a mapping" if value else "an empty mapping"
    if isinstance(value, list | tuple):
        return f"a list of {len(value)}"
    text = value if isinstance(value, str) else json.dumps(value, default=str)
    text = "".join(letter if letter.isprintable() else "\N{REPLACEMENT CHARACTER}" for letter in text)
    if isinstance(value, str):
        text = f'"{text}"'
    return text if len(text) <= SHOWN_LETTERS else f"{text[: SHOWN_LETTERS - 3]}..."


def nearest(word: str, known: Iterable[str]) -> str:
    """A question that offers the known word nearest to this one; empty if none is near."""
    found = difflib.get_close_matches(word.lower(), list(known), n=1, cutoff=0.55)
    return f"did you mean {found[0]}?" if found else ""


def _position(fault: Fault) -> tuple[str, int, int]:
    return fault.mark.file, fault.mark.line or 0, fault.mark.column or 0
