"""Where commands speak: results to stdout, everything else to stderr."""

import json
import sys
import traceback
from collections.abc import Sequence
from dataclasses import dataclass, field
from time import monotonic

from cases.faults import Fault
from cases.sources import SourcedTree


@dataclass(kw_only=True)
class Console:
    """The two streams of a command.

    Attributes:
        as_json: results are one JSON document for a machine.
        quiet: no progress.
        debug: show the traceback of an error.
        trees: the files read so far; a later error is traced back into them.
        doubts: what those files say that is probably not meant.
    """

    as_json: bool = False
    quiet: bool = False
    debug: bool = False
    trees: list[SourcedTree] = field(default_factory=list)
    doubts: list[Fault] = field(default_factory=list)
    started: float = field(default_factory=monotonic)

    def result(self, text: str) -> None:
        """Print a result for a reader; nothing when a machine listens."""
        if not self.as_json:
            print(text, flush=True)

    def document(self, values: object) -> None:
        """Print the result for a machine; nothing when a reader listens."""
        if self.as_json:
            if self.doubts and isinstance(values, dict):
                values = {**values, "warnings": [doubt.as_row() for doubt in self.doubts]}
            print(json.dumps(values, indent=2, default=str, allow_nan=False), flush=True)

    def opened(self, tree: SourcedTree, doubts: Sequence[Fault]) -> None:
        """Keep a file that was read, and warn of what it probably does not mean."""
        self.trees.append(tree)
        self.doubts.extend(doubts)
        if not self.as_json:
            for doubt in doubts:
                self.note(f"warning: {doubt}")

    def note(self, text: str) -> None:
        """Say something about the work, on stderr."""
        print(text, file=sys.stderr, flush=True)

    def trace(self) -> None:
        """Show where the error at hand was raised, if asked to."""
        if self.debug:
            traceback.print_exc()

    def stage(self, stage: str) -> None:
        """Say which stage begins, with the seconds since the start; a `Progress`."""
        if not self.quiet:
            self.note(f"{monotonic() - self.started:7.1f} s  {stage}")
