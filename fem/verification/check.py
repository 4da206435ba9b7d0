"""One number held against a known answer."""

from dataclasses import dataclass

DISPLACEMENT = 0.01
STRESS = 0.02
# How far an observed order may lie below theory, and above it before the asymptotic range.
ORDER_BELOW, ORDER_ABOVE = 0.1, 0.4


@dataclass(frozen=True, kw_only=True)
class Check:
    """A computed number, what it should be, and how near.

    Attributes:
        case: the benchmark.
        quantity: what is compared, with its unit.
        reference: the known answer.
        source: where it is from.
        computed: by this engine.
        lowest, highest: bounds that `computed` must keep.
    """

    case: str
    quantity: str
    reference: float
    source: str
    computed: float
    lowest: float
    highest: float

    @property
    def error(self) -> float:
        """Relative error; absolute where the reference is zero."""
        return (self.computed - self.reference) / (abs(self.reference) or 1.0)

    @property
    def passed(self) -> bool:
        """Whether the computed number keeps the bounds; a NaN does not."""
        return self.lowest <= self.computed <= self.highest


def near(case: str, quantity: str, computed: float, reference: float, within: float, source: str) -> Check:
    """A check with a relative tolerance."""
    reach = within * abs(reference)
    return Check(
        case=case, quantity=quantity, reference=reference, source=source, computed=float(computed),
        lowest=reference - reach, highest=reference + reach,
    )  # fmt: skip


def order(case: str, quantity: str, computed: float, theory: float, source: str) -> Check:
    """A check of an observed order of convergence."""
    return Check(
        case=case, quantity=quantity, reference=theory, source=source, computed=float(computed),
        lowest=theory - ORDER_BELOW, highest=theory + ORDER_ABOVE,
    )  # fmt: skip
