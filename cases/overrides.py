"""Keys changed on the command line: `--set screw.length_mm=50`, units allowed."""

import re
from collections.abc import Collection, Sequence

from cases.faults import CaseError, Mark, UsageError
from cases.read import parse_value
from cases.sources import SourcedTree, value_at

DOTTED_KEY = re.compile(r"[A-Za-z0-9_]+(\.[A-Za-z0-9_]+){0,7}")

# The keys of a sweep's grid are dotted themselves.
GRID = "grid"


def overridden(
    tree: SourcedTree, settings: Sequence[str], inner: Collection[str] = (), under: str = ""
) -> SourcedTree:
    """The tree with each `key=value` laid over it, the last one on top.

    Args:
        tree: values of a file.
        settings: as typed.
        inner: first keys that stand below `under`: a study takes `bone.t_score` for `case.bone.t_score`.
        under: see there.

    Raises:
        UsageError: a setting is no `key=value`.
    """
    for setting in settings:
        key, equals, text = setting.partition("=")
        if not equals or not DOTTED_KEY.fullmatch(key.strip()):
            raise UsageError(f"--set {setting!r} is no key=value", advice="Write --set screw.length_mm=50")
        mark = Mark(file=f"--set {setting}")
        try:
            value = parse_value(text.strip())
        except CaseError:
            raise UsageError(
                f"--set {setting!r} holds no YAML value", advice="Quote it as --set 'key=\"text\"'"
            ) from None
        path = tuple(key.strip().split("."))
        if path[0] == GRID and len(path) > 1:
            path = (GRID, ".".join(path[1:]))
        elif path[0] in inner:
            path = (under, *path)
        tree = value_at(path, value, mark).laid_over(tree)
    return tree
