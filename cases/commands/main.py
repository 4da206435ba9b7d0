"""The command line: one row per verb, one file per verb, one exit code per kind of fault."""

import argparse
import importlib
import io
import os
import sys
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from importlib.metadata import version
from typing import Protocol

from cases.commands.console import Console
from cases.commands.exits import INTERRUPTED, OK, USAGE, explain, explain_internal, explain_os
from cases.faults import UsageError, nearest
from geometry.errors import ResourceError, SacrofixError


@dataclass(frozen=True, kw_only=True)
class Verb:
    """One command.

    Attributes:
        name: as typed.
        summary: one line for the list of commands.
        module: where its `arguments` and `run` are; imported only when the verb is typed.
    """

    name: str
    summary: str
    module: str


VERBS: tuple[Verb, ...] = (
    Verb(name="new", summary="write a commented case file to start from", module="cases.commands.new"),
    Verb(
        name="check",
        summary="everything but the solve: case, anatomy, mesh, memory",
        module="cases.commands.check",
    ),
    Verb(name="mesh", summary="the mesh of one case, its parts and quality", module="cases.commands.mesh"),
    Verb(name="anatomy", summary="measure and draw the bones of a case", module="cases.commands.anatomy"),
    Verb(name="bone", summary="density and cortex of a case, region by region", module="cases.commands.bone"),
    Verb(name="presets", summary="the screw presets, planned and drawn", module="cases.commands.presets"),
    Verb(
        name="laws",
        summary="the density laws, and how far they disagree",
        module="cases.commands.laws",
    ),
    Verb(name="run", summary="compute one case", module="cases.commands.run"),
    Verb(name="compare", summary="compare screws over body loss", module="cases.commands.compare"),
    Verb(name="sweep", summary="compute a grid of cases, resumable", module="cases.commands.sweep"),
    Verb(
        name="sensitivity",
        summary="how far the answer moves with what is uncertain",
        module="cases.commands.sensitivity",
    ),
    Verb(name="view", summary="turn a result round, or save a picture of it", module="cases.commands.view"),
    Verb(name="converge", summary="one case on several meshes", module="cases.commands.converge"),
    Verb(
        name="verify",
        summary="hold the solver against known answers",
        module="cases.commands.verify",
    ),
    Verb(
        name="validate",
        summary="published tests beside what is computed",
        module="cases.commands.validate",
    ),
    Verb(
        name="schema",
        summary="print the JSON schema of case files, for editors",
        module="cases.commands.schema",
    ),
)


class VerbModule(Protocol):
    """What the file of a verb offers."""

    def arguments(self, parser: argparse.ArgumentParser) -> None:
        """Declare the arguments of the verb."""
        ...

    def run(self, args: argparse.Namespace, console: Console) -> int:
        """Do it; returns the exit code."""
        ...


def main(argv: Sequence[str] | None = None) -> int:
    """The exit code of `sacrofix ...`; every error has become a message."""
    words = list(sys.argv[1:] if argv is None else argv)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            # a path that the terminal cannot print is no reason to fail
            stream.reconfigure(errors="backslashreplace")
    console = Console(as_json="--json" in words, debug="--debug" in words)
    try:
        return _dispatch(words, console)
    except BrokenPipeError:
        _drop_stdout()
        return OK
    except KeyboardInterrupt:
        console.note("interrupted; finished work is kept")
        return INTERRUPTED
    except SacrofixError as error:
        console.trace()
        return explain(error, console)
    except OSError as error:
        console.trace()
        return explain_os(error, console)
    except MemoryError:
        console.trace()
        advice = "Use larger elements (mesh.scale: 1.5), or a machine with more memory"
        return explain(ResourceError("not enough memory", where="mesh.scale", advice=advice), console)
    except Exception as error:
        console.trace()
        return explain_internal(error, console)


def _drop_stdout() -> None:
    """The reader (head, less) has gone: keep Python from complaining when it flushes at exit."""
    with suppress(OSError, ValueError):
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, sys.stdout.fileno())
        os.close(nowhere)


def _dispatch(words: list[str], console: Console) -> int:
    """Find the verb, parse its words and run it."""
    if not words or words[0] in ("-h", "--help", "help"):
        (console.note if not words else console.result)(_overview())
        return OK if words else USAGE
    if words[0] in ("-V", "--version"):
        console.result(f"sacrofix {version('sacrofix')}")
        return OK
    verb = next((verb for verb in VERBS if verb.name == words[0]), None)
    if verb is None:
        advice = nearest(words[0], [verb.name for verb in VERBS]) or "See sacrofix --help"
        raise UsageError(f"there is no command {words[0]!r}", advice=advice)
    module = _load(verb)
    try:
        args = _parser(verb, module).parse_args(words[1:])
    except SystemExit as stop:  # argparse has said why
        return stop.code if isinstance(stop.code, int) else USAGE
    console.as_json, console.quiet = args.json, args.quiet
    return module.run(args, console)


def _load(verb: Verb) -> VerbModule:
    module: VerbModule = importlib.import_module(verb.module)
    return module


def _parser(verb: Verb, module: VerbModule) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog=f"sacrofix {verb.name}", description=verb.summary, allow_abbrev=False
    )
    module.arguments(parser)
    parser.add_argument("--json", action="store_true", help="print the result as JSON, for a machine")
    parser.add_argument("--quiet", action="store_true", help="no progress on stderr")
    parser.add_argument("--debug", action="store_true", help="show the traceback of an error")
    return parser


def _overview() -> str:
    width = max(len(verb.name) for verb in VERBS)
    rows = [f"  {verb.name:<{width}}  {verb.summary}" for verb in VERBS]
    return "\n".join(
        [
            "usage: sacrofix COMMAND ...",
            "",
            "Finite-element comparison of sacral screw fixation under vertebral body loss.",
            "",
            *rows,
            "",
            "sacrofix COMMAND --help shows the arguments. Start with: sacrofix new quickstart",
            "Exit codes: 0 done, 2 usage, 3 case, 4 geometry or mesh, 5 solver, 6 quality gate,",
            "7 memory or disk, 130 interrupted.",
        ]
    )
