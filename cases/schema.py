"""The case: everything that decides a result, as one frozen noun."""

import hashlib
import json
import re
from typing import Any

from pydantic import Field, field_validator
from pydantic_core import PydanticCustomError

from cases.schema_anatomy import Anatomy
from cases.schema_bone import BodyLoss, Bone, Cortex
from cases.schema_screw import Screw
from cases.schema_solve import Loading, Meshing, Solver
from cases.section import Section

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
        """The keys and values of a file that says the same, in its order."""
        return self.model_dump(mode="json", by_alias=True)

    def content_hash(self, software_version: str) -> str:
        """A sha256 of everything that decides the result: no names, no number of threads."""
        content = self.model_dump(mode="json", by_alias=True)
        for part in (content, content.get("case", {})):
            part.pop("name", None)
            part.get("solver", {}).pop("threads", None)
            surface = part.get("anatomy", {}).get("sacrum_surface")
            if surface and surface["sha256"]:
                # what a file holds decides, not where it stands
                surface.pop("file")
        text = json.dumps([software_version, content], sort_keys=True, allow_nan=False)
        return hashlib.sha256(text.encode()).hexdigest()

    @field_validator("name")
    @classmethod
    def _a_safe_file_name(cls, name: str) -> str:
        if not NAME.fullmatch(name):
            raise PydanticCustomError("name", "not a name")
        return name


class Case(Named):
    """One screw in one bone, loaded once."""

    anatomy: Anatomy = Field(default_factory=Anatomy, description="the sacrum, the ilium and their joint")
    bone: Bone = Field(default_factory=Bone, description="density and stiffness of bone")
    body_loss: BodyLoss = Field(default_factory=BodyLoss, description="the lost part of the S1 body")
    screw: Screw = Field(description="the sacral screw")
    loading: Loading = Field(default_factory=Loading, description="load and supports")
    mesh: Meshing = Field(default_factory=Meshing, description="element sizes")
    solver: Solver = Field(default_factory=Solver, description="solution of the equations")


__all__ = [
    "Anatomy",
    "BodyLoss",
    "Bone",
    "Case",
    "Cortex",
    "Loading",
    "Meshing",
    "Screw",
    "Section",
    "Solver",
]
