"""The JSON schema of case and study files, for editors that complete and check YAML while it is typed."""

from collections.abc import Mapping
from typing import Any

from cases.load import PULL_OUT
from cases.schema import Case
from cases.schema_construct import CONSTRUCT, ConstructCase
from cases.schema_construct_study import ConstructStudy
from cases.schema_study import CompareStudy, SweepFile
from cases.section import Section

FILES: Mapping[str, type[Section]] = {
    "case": Case,
    CONSTRUCT: ConstructCase,
    "compare_constructs": ConstructStudy,
    "compare": CompareStudy,
    "sweep": SweepFile,
}
WITH_UNIT = r"^\s*[-+]?[0-9.]+([eE][-+]?[0-9]+)?\s*\S.*$"


def json_schema(kind: str) -> dict[str, Any]:
    """The JSON schema (draft 2020-12) of one of `FILES`."""
    schema = FILES[kind].model_json_schema(by_alias=True)
    _walk(schema)
    if kind == "compare":
        # the base of a comparison needs no screw of its own, and may be another file
        schema["required"] = [key for key in schema["required"] if key != "case"]
        schema["$defs"]["Case"]["required"] = []
    if kind == "case":
        schema["properties"]["kind"] = {"const": PULL_OUT, "description": "what the file describes"}
    if kind == "compare_constructs":
        schema["required"] = [key for key in schema["required"] if key != "case"]
        schema["$defs"]["ConstructCase"]["required"] = []
    if kind in ("compare", "sweep", "compare_constructs"):
        schema["properties"]["base"] = {"type": "string", "description": "case file that `case` is laid over"}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": f"sacrofix {kind} file",
        **schema,
    }


def _walk(node: Any) -> None:
    """Put range, choices and the string with a unit where the schema says "number"; changes the schema."""
    if isinstance(node, list):
        for entry in node:
            _walk(entry)
    if not isinstance(node, dict):
        return
    for entry in node.values():
        _walk(entry)
    if "options" in node:
        options = node.pop("options")
        _narrow(node, "string", {"enum": options})
    if "low" in node:
        low, high, unit = node.pop("low"), node.pop("high"), node.get("unit")
        whole = node.pop("whole")
        node.pop("example", None)
        number = {"type": "integer" if whole else "number", "minimum": low, "maximum": high}
        union = {"anyOf": [number, {"type": "string", "pattern": WITH_UNIT}]} if unit else number
        for kind in ("number", "integer"):
            _narrow(node, kind, union)


def _narrow(node: Any, kind: str, narrower: Mapping[str, Any]) -> None:
    """Replace the schema of every value of that type below the node, the node itself included."""
    if isinstance(node, list):
        for entry in node:
            _narrow(entry, kind, narrower)
        return
    if not isinstance(node, dict):
        return
    if node.get("type") == kind and "pattern" not in node and "minimum" not in node:
        node.pop("type")
        node.update(narrower)
        return
    for key in ("anyOf", "items", "prefixItems"):
        _narrow(node.get(key), kind, narrower)
