"""The memory that the solve of a construct needs."""

from cases.construct.directions import directions_of
from cases.schema_construct import ConstructCase
from fem.memory import predicted_gib
from fem.pressure import NEARLY_INCOMPRESSIBLE


def needed_gib(case: ConstructCase, nodes: int, elements: int) -> float:
    """Memory in GiB for all directions on a mesh of that size."""
    return predicted_gib(
        nodes,
        elements,
        len(directions_of(case)),
        grain=case.bone.anisotropic,
        pressure=case.soft_tissue.tissue().disc.nucleus().poisson > NEARLY_INCOMPRESSIBLE,
    )
