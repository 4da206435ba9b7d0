"""How much memory a solve will take, and refusing one that does not fit."""

from geometry.errors import ResourceError

# Bytes at the peak of discretise + solve with one load case, fitted to measured peaks of
# benchmarks/solver.py between 0.1 and 1 million unknowns (within 15 %): blocks and columns of the quadratic
# matrix dominate.
_BYTES_PER_NODE = 3000.0
_BYTES_PER_ELEMENT = 900.0
_BYTES_PER_NODE_AND_CASE = 100.0
# Interpreter, libraries and compiled kernels.
_BASE_GIB = 0.35
_GIB = 2.0**30


def predicted_gib(nodes: int, elements: int, load_cases: int = 1) -> float:
    """Peak memory in GiB of discretising and solving a mesh with multigrid, the running program included."""
    per_mesh = nodes * _BYTES_PER_NODE + elements * _BYTES_PER_ELEMENT
    return _BASE_GIB + (per_mesh + nodes * load_cases * _BYTES_PER_NODE_AND_CASE) / _GIB


def require_memory(needed_gib: float, available_gib: float) -> None:
    """Refuses a solve that needs more than is available, and says how much smaller a mesh would fit."""
    if needed_gib <= available_gib:
        return
    share = max(available_gib - _BASE_GIB, 0.0) / max(needed_gib - _BASE_GIB, 1e-9)
    cure = (
        f"A mesh with {100.0 * share:.0f} % of the nodes would fit" if share > 0.01 else "No mesh would fit"
    )
    raise ResourceError(
        f"the solve needs about {needed_gib:.2g} GiB, only {available_gib:.2g} GiB are free",
        where="mesh",
        advice=cure + ": edge lengths grow with the cube root",
    )
