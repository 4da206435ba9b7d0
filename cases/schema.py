"""The case: everything that decides a result, as one frozen noun."""

import hashlib
import json
import re
from collections.abc import Mapping
from typing import Any

from pydantic import Field, field_validator
from pydantic_core import PydanticCustomError

from cases.head_loads import LOADS, PULL_OUT
from cases.schema_anatomy import Anatomy
from cases.schema_bone import BodyLoss, Bone
from cases.schema_cortex import Cortex
from cases.schema_ct import SACRAL, withheld
from cases.schema_failure import Failure
from cases.schema_screw import Screw
from cases.schema_solve import Loading, Meshing, Solver
from cases.section import BrokenRule, Section

SCHEMA = 1
# Names become folder names: nothing that a file system or a shell reads as more than a name.
NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,79}")


class Named(Section):
    """What every file starts with: the version of its schema, and a name."""

    schema_version: int = Field(
        alias="schema",
        description="version of this format",
        json_schema_extra={"low": SCHEMA, "high": SCHEMA, "unit": "", "source": "", "whole": True},
    )
    name: str = Field(description="name of the case: letters, digits, dot, dash and underscore")

    def as_written(self) -> dict[str, Any]:
        """The keys and values of a file that says the same, in its order, but for the place of a scan."""
        content = self.model_dump(mode="json", by_alias=True)
        for scan in _sections(content, "bone", "ct"):
            # folders and files of patients are named after them
            scan["file"] = withheld(scan["sha256"])
        return content

    def content_hash(self, software_version: str) -> str:
        """A sha256 of everything that decides the result: no names, no number of threads."""
        content = self.model_dump(mode="json", by_alias=True)
        for part in (content, content.get("case", {})):
            part.pop("name", None)
            part.get("solver", {}).pop("threads", None)
        for named in (*_sections(content, "anatomy", "sacrum_surface"), *_sections(content, "bone", "ct")):
            if named["sha256"]:
                # what a file holds decides, not where it stands
                named.pop("file")
        text = json.dumps([software_version, content], sort_keys=True, allow_nan=False)
        return hashlib.sha256(text.encode()).hexdigest()

    @field_validator("name")
    @classmethod
    def _a_safe_file_name(cls, name: str) -> str:
        if not NAME.fullmatch(name):
            raise PydanticCustomError("name", "not a name")
        return name


def _sections(content: dict[str, Any], section: str, inner: str) -> list[dict[str, Any]]:
    """That inner section of a case and of a study's case, where it is given."""
    cases = (content, content.get("case", {}))
    found = [case.get(section, {}).get(inner) for case in cases]
    return [part for part in found if part]


class Case(Named):
    """One screw in one bone, loaded once."""

    anatomy: Anatomy = Field(default_factory=Anatomy, description="the sacrum, the ilium and their joint")
    bone: Bone = Field(default_factory=Bone, description="density and stiffness of bone")
    body_loss: BodyLoss = Field(default_factory=BodyLoss, description="the lost part of the S1 body")
    screw: Screw = Field(description="the sacral screw")
    loading: Loading = Field(default_factory=Loading, description="load and supports")
    failure: Failure = Field(default_factory=Failure, description="estimates of the force at failure")
    mesh: Meshing = Field(default_factory=Meshing, description="element sizes")
    solver: Solver = Field(default_factory=Solver, description="solution of the equations")

    @classmethod
    def broken_rules(cls, given: Mapping[str, object]) -> list[BrokenRule]:
        """Where the sacrum lies in a scan is said once, and only a pull goes beyond the linear range."""
        broken = _steps_without_a_pull(given.get("loading"), given.get("failure"))
        bone, anatomy = (given.get(key) for key in ("bone", "anatomy"))
        ct = bone.get("ct") if isinstance(bone, Mapping) else None
        if not isinstance(ct, Mapping):
            return broken
        surface = isinstance(anatomy, Mapping) and bool(anatomy.get("sacrum_surface"))
        placed = bool(ct.get("landmarks"))
        if surface and placed:
            problem, remedy = (
                "given beside those of sacrum_surface",
                "delete them: the surface's place the scan",
            )
            broken.append(BrokenRule(path=("bone", "ct", "landmarks"), problem=problem, remedy=remedy))
        if not surface and not placed and ct.get("coordinates") != SACRAL:
            problem = "nothing says where the sacrum lies in the scan"
            remedy = f"give landmarks, a sacrum_surface made from the scan, or coordinates: {SACRAL}"
            broken.append(BrokenRule(path=("bone", "ct"), problem=problem, remedy=remedy))
        return broken


def _steps_without_a_pull(loading: object, failure: object) -> list[BrokenRule]:
    """The fault of a pull beyond the linear range in a case that is not pulled."""
    kind = loading.get("kind") if isinstance(loading, Mapping) else None
    progressive = failure.get("progressive") if isinstance(failure, Mapping) else None
    steps = progressive.get("steps") if isinstance(progressive, Mapping) else None
    load = LOADS.get(kind) if isinstance(kind, str) else None
    if steps is None or load is None or load.pulls:
        return []
    problem = f"only a pull goes on beyond the linear range, and loading.kind is {kind}"
    remedy = f"delete steps, or set loading.kind: {PULL_OUT}"
    return [BrokenRule(path=("failure", "progressive", "steps"), problem=problem, remedy=remedy)]


__all__ = [
    "Anatomy",
    "BodyLoss",
    "Bone",
    "Case",
    "Cortex",
    "Failure",
    "Loading",
    "Meshing",
    "Screw",
    "Section",
    "Solver",
]
