"""How a lumbar ligament pulls as it is stretched: one stiffness, or soft at first and stiff later."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from geometry.arrays import Floats
from materials.soft_tissue import LumbarLigaments


@dataclass(frozen=True, kw_only=True)
class Branch:
    """A stretch of a ligament's curve on which its stiffness is constant, up to the next one.

    Attributes:
        strain: from which it holds.
        n_per_mm: stiffness of each of its lines there, shape (k,).
    """

    strain: float
    n_per_mm: Floats


# From the numbers of a case, the kind of ligament and the lengths of its lines in mm, shape (k,): its
# branches, each stiffer than the one before.
LigamentLaw = Callable[[LumbarLigaments, str, Floats], tuple[Branch, ...]]

# N/mm of whole ligaments from a strain on (evidence 5 [V 155]); of the interspinous one the table prints the
# first branch up to 20 %, where the second one begins at 13.9 %: taken to end there.
STIFFNESS: Mapping[str, tuple[tuple[float, float], ...]] = {
    "anterior_longitudinal": ((0.0, 347.0), (0.122, 787.0), (0.203, 1864.0)),
    "posterior_longitudinal": ((0.0, 29.5), (0.111, 61.7), (0.23, 236.0)),
    "flavum": ((0.0, 7.7), (0.059, 9.6), (0.49, 58.2)),
    "interspinous": ((0.0, 1.4), (0.139, 1.5), (0.20, 14.7)),
    "supraspinous": ((0.0, 2.5), (0.20, 5.3), (0.25, 34.0)),
    "intertransverse": ((0.0, 0.3), (0.182, 1.8), (0.233, 10.7)),
    "capsular": ((0.0, 36.0), (0.25, 159.0), (0.30, 384.0)),
}


def linear(numbers: LumbarLigaments, kind: str, lengths_mm: Floats) -> tuple[Branch, ...]:
    """Modulus times area over length, shared by the lines, at every strain."""
    per_line = numbers.stretching_n(kind) / (len(lengths_mm) * lengths_mm)
    return (Branch(strain=0.0, n_per_mm=np.asarray(per_line)),)


def by_moduli(numbers: LumbarLigaments, kind: str, lengths_mm: Floats) -> tuple[Branch, ...]:
    """The same with the modulus of small strains up to that at which the ligament is straight."""
    (taut,) = linear(numbers, kind, lengths_mm)
    toe = Branch(strain=0.0, n_per_mm=taut.n_per_mm * numbers.toe_share(kind))
    return toe, Branch(strain=numbers.toe_strain(kind), n_per_mm=taut.n_per_mm)


def by_stiffness(numbers: LumbarLigaments, kind: str, lengths_mm: Floats) -> tuple[Branch, ...]:
    """The published stiffness of the whole ligament, shared by its lines, whatever its modulus and area."""
    del numbers
    count = len(lengths_mm)
    return tuple(
        Branch(strain=strain, n_per_mm=np.full(count, n_per_mm / count))
        for strain, n_per_mm in STIFFNESS[kind]
    )


LINEAR, MODULI, BY_STIFFNESS = "linear", "moduli", "stiffness"
LIGAMENT_LAWS: Mapping[str, LigamentLaw] = {
    LINEAR: linear,
    MODULI: by_moduli,
    BY_STIFFNESS: by_stiffness,
}
