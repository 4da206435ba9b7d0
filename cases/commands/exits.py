"""What a fault looks like on the screen, and the exit code it ends with."""

import errno

from cases.commands.console import Console
from cases.faults import INTERNAL, CaseError, Fault, JoinedError, Mark, UsageError, exit_code
from geometry.errors import ResourceError, SacrofixError

PROGRAM = "sacrofix"
# More than a screen of faults helps nobody; the rest is counted.
MOST_FAULTS = 30
OK = 0
USAGE = 2
INTERRUPTED = 130

DISK_FAULTS = (errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EACCES, errno.EPERM, errno.EMFILE)


def explain(error: SacrofixError, console: Console) -> int:
    """Say what is wrong and what to do; returns the exit code."""
    code = exit_code(error)
    parts = error.errors if isinstance(error, JoinedError) else (error,)
    faults = [fault for part in parts for fault in _faults(part, console)]
    if console.as_json:
        console.document({"ok": False, "exit_code": code, "faults": [fault.as_row() for fault in faults]})
        return code
    for fault in faults[:MOST_FAULTS]:
        console.note(_told(fault))
    if len(faults) > MOST_FAULTS:
        console.note(f"... and {len(faults) - MOST_FAULTS:,} more")
    if isinstance(error, CaseError):
        console.note(error.summary())
    return code


def explain_os(error: OSError, console: Console) -> int:
    """Say which file or disk refuses; returns the exit code."""
    path = f" {error.filename}" if error.filename else ""
    if error.errno in DISK_FAULTS:
        advice = "Free some space, or choose another folder with --out"
        return explain(ResourceError(f"cannot write{path}: {error.strerror}", advice=advice), console)
    return explain(
        UsageError(f"cannot use{path}: {error.strerror or error}", advice="Check the path"), console
    )


def explain_internal(error: BaseException, console: Console) -> int:
    """Ask for a report of an error that is ours; returns the exit code."""
    text = f"internal error: {type(error).__name__}: {str(error)[:300]}"
    if console.as_json:
        console.document({"ok": False, "exit_code": INTERNAL, "faults": [{"problem": text}]})
    console.note(
        f"sacrofix: {text}\nThis is a fault in sacrofix. Please report it, with the output of --debug."
    )
    return INTERNAL


def _told(fault: Fault) -> str:
    """A fault as text; one that stands in no file begins with the program's name."""
    if fault.mark.file != PROGRAM:
        return str(fault)
    key = f" ({fault.key})" if fault.key else ""
    remedy = f"\n    remedy: {fault.remedy}" if fault.remedy else ""
    return f"{PROGRAM}: {fault.problem}{key}{remedy}"


def _faults(error: SacrofixError, console: Console) -> list[Fault]:
    """The faults of a case; of any other error, its key at its place in a file that was read."""
    if isinstance(error, CaseError):
        return list(error.faults)
    for tree in reversed(console.trees):
        fault = tree.located(error)
        if fault is not None:
            return [fault]
    return [Fault(mark=Mark(file=PROGRAM), key=error.where, problem=str(error.args[0]), remedy=error.advice)]
