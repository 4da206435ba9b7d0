"""The faults sacrofix can meet: each says what, where and what to do; `cases/commands` adds an exit code."""


class SacrofixError(Exception):
    """A fault that a user can understand and cure.

    Attributes:
        where: dotted path of the case key at fault, such as `screw.length_mm`; empty if no key is.
        advice: the remedy, one sentence.
    """

    def __init__(self, message: str, *, where: str = "", advice: str = "") -> None:
        super().__init__(message)
        self.where = where
        self.advice = advice

    def __str__(self) -> str:
        message = super().__str__()
        return f"{message}. {self.advice}" if self.advice else message


class GeometryError(SacrofixError):
    """A shape that cannot be built, or a screw plan that leaves the bone."""


class MeshError(SacrofixError):
    """A mesh that fails its quality gate or lacks a named face."""


class BadMeshError(MeshError):
    """A mesh that came out badly by chance of where its vertices fell: another start may give a good one."""


class MaterialError(SacrofixError):
    """A density, law or modulus that is missing or outside its range."""


class ModelError(SacrofixError):
    """A mechanical model with free rigid motion, or loads and supports that do not fit the mesh."""


class SolveError(SacrofixError):
    """A solve that did not reach its tolerance: no answer is handed out."""


class ResourceError(SacrofixError):
    """Not enough memory or disk for what was asked."""


class GateError(SacrofixError):
    """A result that was computed but misses a quality gate."""
