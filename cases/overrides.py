"""Keys changed on the command line: `--set screw.length_mm=50`, units allowed."""

import re
from collections.abc import Sequence

from cases.faults import CaseError, Mark, UsageError
from cases.read import parse_value
from cases.sources import SourcedTree, value_at

DOTTED_KEY = re.compile(r"[A-Za-z0-9_]+(\.[A-Za-z0-9_]+){0,7}")


def overridden(tree: SourcedTree, settings: Sequence[str]) -> SourcedTree:
    """The tree with each `key=value` laid over it, the last one on top.

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
        tree = value_at(tuple(key.strip().split(".")), value, mark).laid_over(tree)
    return tree
