"""YAML 1.2 in and out; every value comes with its line and column."""

import errno
import io
import re
import stat
import warnings
from collections.abc import Mapping, Sequence
from pathlib import Path

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedSeq
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from cases.faults import CaseError, Fault, Mark, shown
from cases.sources import KeyPath, Place, SourcedTree

# A case file is a page or two; a parser in Python would be busy for minutes with megabytes (chosen).
LARGEST_BYTES = 100_000
DEEPEST = 12
MOST_VALUES = 10_000

NULL = re.compile(r"~|null|Null|NULL|")
TRUTH = re.compile(r"(true|True|TRUE)|false|False|FALSE")
INTEGER = re.compile(r"[-+]?[0-9]{1,18}")
DECIMAL = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
ENDLESS = re.compile(r"([-+]?)\.(inf|Inf|INF)")
NOT_A_NUMBER = re.compile(r"\.(nan|NaN|NAN)")
PLAIN_TAGS = {f"tag:yaml.org,2002:{kind}" for kind in ("str", "int", "float", "bool", "null", "map", "seq")}


def read_tree(path: Path) -> SourcedTree:
    """The values of a YAML file, each with its line and column.

    Raises:
        CaseError: the file cannot be read, is no YAML mapping, or repeats a key.
    """
    tree, faults = parse(_text(path), str(path))
    if faults:
        raise CaseError(faults)
    return tree


def parse(text: str, file: str) -> tuple[SourcedTree, list[Fault]]:
    """The values of a YAML text, and what is wrong with its form; the values stop where the form breaks."""
    top = Mark(file=file, line=1, column=1)
    empty = SourcedTree(file=file, values={}, places={})
    node, faults = _composed(text, file)
    if faults:
        return empty, faults
    if node is None:
        remedy = "start from a commented case: sacrofix new quickstart"
        return empty, [Fault(mark=top, problem="the file is empty", remedy=remedy)]
    if not isinstance(node, MappingNode):
        kind = "a list" if isinstance(node, SequenceNode) else "a single value"
        remedy = "write keys with values, such as schema: 1; sacrofix new quickstart shows them all"
        return empty, [
            Fault(mark=top, problem=f"{kind} at the top, where a mapping of keys belongs", remedy=remedy)
        ]
    walk = _Walk(file)
    values = walk.mapping(node, (), 0)
    return SourcedTree(file=file, values=values, places=walk.places), walk.faults


def parse_value(text: str) -> object:
    """The plain value of one YAML scalar or flow list, as on a command line.

    Raises:
        CaseError: no YAML value.
    """
    tree, faults = parse(f"value: {text}", "--set")
    if faults or set(tree.values) != {"value"}:
        raise CaseError([Fault(mark=Mark(file="--set"), problem="not a YAML value", value=shown(text))])
    return tree.values["value"]


def write_yaml(values: Mapping[str, object]) -> str:
    """The values as YAML text, in their order."""
    yaml = YAML()
    yaml.default_flow_style = False
    yaml.width = 100
    stream = io.StringIO()
    yaml.dump(_flow_lists(values), stream)
    return stream.getvalue()


def _text(path: Path) -> str:
    """The text of a file that is small, regular and UTF-8."""
    top = Mark(file=str(path))
    try:
        status = path.stat()
        if not stat.S_ISREG(status.st_mode):
            what = "a directory" if stat.S_ISDIR(status.st_mode) else "no regular file"
            raise CaseError([Fault(mark=top, problem=f"is {what}", remedy="name a YAML file")])
        if status.st_size > LARGEST_BYTES:
            problem = f"is {status.st_size:,} bytes, more than the {LARGEST_BYTES:,} of any case file"
            raise CaseError([Fault(mark=top, problem=problem, remedy="is this the file you meant?")])
        raw = path.read_bytes()
    except (OSError, ValueError) as error:
        raise CaseError([_unreadable(top, error)]) from None
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        column = error.start - raw.rfind(b"\n", 0, error.start)
        at = Mark(file=str(path), line=line, column=column)
        problem = f"byte 0x{raw[error.start]:02x} is no UTF-8 text"
        raise CaseError([Fault(mark=at, problem=problem, remedy="save the file as UTF-8 text")]) from None


def _unreadable(top: Mark, error: OSError | ValueError) -> Fault:
    number = error.errno if isinstance(error, OSError) else None
    if number == errno.ENOENT:
        remedy = "check the path, or write a new case: sacrofix new quickstart"
        return Fault(mark=top, problem="no such file", remedy=remedy)
    if number == errno.EACCES:
        return Fault(mark=top, problem="may not be read", remedy="check the permissions of the file")
    reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
    return Fault(mark=top, problem=f"cannot be read: {reason}", remedy="check the path")


def _composed(text: str, file: str) -> tuple[Node | None, list[Fault]]:
    """The node tree of one YAML document, or the fault that stopped the parser."""
    try:
        with warnings.catch_warnings():
            # such as an anchor used twice: what matters is told as a fault
            warnings.simplefilter("ignore")
            return YAML(typ="safe", pure=True).compose(text), []
    except RecursionError:
        mark = Mark(file=file)
        return None, [Fault(mark=mark, problem="nested too deeply", remedy=f"use at most {DEEPEST} levels")]
    except MarkedYAMLError as error:
        at = error.problem_mark or error.context_mark
        mark = Mark(file=file, line=at.line + 1, column=at.column + 1) if at else Mark(file=file)
        said = (error.problem or error.context or "cannot be parsed").replace("\n", " ")
        return None, [Fault(mark=mark, problem=f"not YAML: {said}", remedy=_yaml_remedy(said))]
    except YAMLError as error:
        return None, [_unprintable(text, file, error)]
    except (ValueError, TypeError, AttributeError, IndexError, KeyError, AssertionError):
        # the parser itself stumbles over some malformed directives and escapes
        return None, [
            Fault(mark=Mark(file=file), problem="not YAML", remedy="check the text around % and \\")
        ]


def _unprintable(text: str, file: str, error: YAMLError) -> Fault:
    position = getattr(error, "position", None)
    remedy = "save the file as plain UTF-8 text"
    if not isinstance(position, int):
        return Fault(mark=Mark(file=file), problem="not YAML", remedy=remedy)
    line = text.count("\n", 0, position) + 1
    column = position - text.rfind("\n", 0, position)
    letter = f"U+{ord(text[position]):04X}" if position < len(text) else "a letter"
    return Fault(
        mark=Mark(file=file, line=line, column=column),
        problem=f"{letter} cannot stand in YAML",
        remedy=remedy,
    )


def _yaml_remedy(said: str) -> str:
    if "\\t" in said or "tab" in said:
        return "indent with spaces, not with tabs"
    if "mapping values are not allowed" in said or "could not find expected ':'" in said:
        return "write key: value, one key to a line, and quote text that holds a colon"
    if "document" in said:
        return "keep one case to a file"
    return "check quotes, brackets and indentation here"


class _Walk:
    """Turns nodes into plain values, noting places and faults of form on the way."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.places: dict[KeyPath, Place] = {}
        self.faults: list[Fault] = []
        self.count = 0

    def value(self, node: Node, path: KeyPath, depth: int) -> object:
        """The plain value of a node; None where its form is at fault."""
        self.count += 1
        # aliases are followed, so a small file can stand for billions of values: stop early
        if self.count > MOST_VALUES or depth > DEEPEST:
            if self.count <= MOST_VALUES + 1:
                self._fault(
                    node, path, "too many or too deeply nested values", "write a plain, flat case file"
                )
            self.count = max(self.count, MOST_VALUES + 2)
            return None
        if str(node.tag) not in PLAIN_TAGS and _tagged(node):
            self._fault(node, path, f"the tag {shown(str(node.tag))} is not allowed", "delete the tag")
            return None
        if isinstance(node, MappingNode):
            return self.mapping(node, path, depth)
        if isinstance(node, SequenceNode):
            return [self._item(child, (*path, i), depth) for i, child in enumerate(node.value)]
        return _scalar(node) if isinstance(node, ScalarNode) else None

    def _item(self, node: Node, path: KeyPath, depth: int) -> object:
        mark = self._mark(node)
        self.places[path] = Place(key=mark, value=mark)
        return self.value(node, path, depth + 1)

    def mapping(self, node: MappingNode, path: KeyPath, depth: int) -> dict[str, object]:
        """The plain values of a mapping; of a key given twice, the first."""
        values: dict[str, object] = {}
        for key_node, value_node in node.value:
            if not isinstance(key_node, ScalarNode):
                self._fault(key_node, path, "a list or a mapping as a key", "use a plain word as the key")
                continue
            key = str(key_node.value)
            inner = (*path, key)
            if key in values:
                line = self.places[inner].key.line
                self._fault(key_node, inner, f"given twice, first on line {line}", "keep one of them")
                continue
            self.places[inner] = Place(key=self._mark(key_node), value=self._mark(value_node))
            values[key] = self.value(value_node, inner, depth + 1)
        return values

    def _mark(self, node: Node) -> Mark:
        return Mark(file=self.file, line=node.start_mark.line + 1, column=node.start_mark.column + 1)

    def _fault(self, node: Node, path: KeyPath, problem: str, remedy: str) -> None:
        key = ".".join(str(part) for part in path)
        self.faults.append(Fault(mark=self._mark(node), key=key, problem=problem, remedy=remedy))


def _tagged(node: Node) -> bool:
    """Whether the file named the tag; kinds that the parser sees, such as timestamps, are plain text here."""
    return not isinstance(node, ScalarNode) or str(node.tag).rpartition(":")[2] not in (
        "timestamp",
        "merge",
        "value",
    )


def _scalar(node: ScalarNode) -> object:
    """A scalar by the core schema of YAML 1.2: 1e-3 is a number and `no` is text."""
    text = str(node.value)
    if node.style is not None or str(node.tag).endswith(":str"):
        return text if node.style is not None or not DECIMAL.fullmatch(text) else float(text)
    if NULL.fullmatch(text):
        return None
    truth = TRUTH.fullmatch(text)
    if truth:
        return truth.group(1) is not None
    if INTEGER.fullmatch(text):
        return int(text)
    if DECIMAL.fullmatch(text):
        return float(text)
    endless = ENDLESS.fullmatch(text)
    if endless:
        return float(f"{endless.group(1)}inf")
    return float("nan") if NOT_A_NUMBER.fullmatch(text) else text


def _flow_lists(values: object) -> object:
    """The same values with every list on one line."""
    if isinstance(values, Mapping):
        return {str(key): _flow_lists(value) for key, value in values.items()}
    if isinstance(values, Sequence) and not isinstance(values, str):
        listed = CommentedSeq(_flow_lists(value) for value in values)
        listed.fa.set_flow_style()
        return listed
    return values
