"""How much memory a solve will take, and refusing one that does not fit."""

from geometry.errors import ResourceError

# Bytes at the peak of discretise + solve beyond what the program held before, fitted to measured peaks
# between 0.1 and 3 million unknowns: blocks and columns of the quadratic matrix dominate.
_BYTES_PER_NODE = 1450.0
_BYTES_PER_ELEMENT = 800.0
_BYTES_PER_ELEMENT_OF_GRAIN = 300.0
_BYTES_PER_NODE_AND_CASE = 130.0
# Eight lanes of vectors, whatever the number of load cases beyond one.
_BYTES_PER_NODE_OF_LANES = 1100.0
# More of them where parts are nearly incompressible: MINRES keeps more vectors.
_BYTES_PER_NODE_OF_MIXED_LANES = 2000.0
_GIB = 2.0**30


def predicted_gib(
    nodes: int, elements: int, load_cases: int = 1, *, grain: bool = False, pressure: bool = False
) -> float:
    """Memory in GiB that discretising and solving a mesh with multigrid adds to what the program holds; more
    with a grain, and for several load cases with nearly incompressible parts, which have a pressure."""
    per_node = _BYTES_PER_NODE + load_cases * _BYTES_PER_NODE_AND_CASE
    if load_cases > 1:
        per_node += _BYTES_PER_NODE_OF_LANES + (_BYTES_PER_NODE_OF_MIXED_LANES if pressure else 0.0)
    per_element = _BYTES_PER_ELEMENT + (_BYTES_PER_ELEMENT_OF_GRAIN if grain else 0.0)
    return (nodes * per_node + elements * per_element) / _GIB


def require_memory(needed_gib: float, available_gib: float) -> None:
    """Refuses a solve that needs more than is available, and says how much smaller a mesh would fit."""
    if needed_gib <= available_gib:
        return
    share = max(available_gib, 0.0) / needed_gib
    cure = (
        f"A mesh with {100.0 * share:.0f} % of the nodes would fit" if share > 0.01 else "No mesh would fit"
    )
    raise ResourceError(
        f"the solve needs about {needed_gib:.2g} GiB, only {available_gib:.2g} GiB are free",
        where="mesh",
        advice=cure + ": edge lengths grow with the cube root",
    )
