"""The interfaces section of a construct: what is bonded, and what may part."""

from cases.section import Section, choice

BONDED, UNILATERAL, FUSED, UNFUSED = "bonded", "unilateral", "fused", "unfused"


class Interfaces(Section):
    """What happens where implants and grafts meet bone; all but bonded makes the model act one way only."""

    screws: str = choice(
        BONDED,
        (BONDED, UNILATERAL),
        about="bonded to bone, or unilateral: walls press without friction and do not pull, and the thread "
        "holds along the axis",
        source="chosen: bonded is the usual assumption of linear models (evidence 7.1)",
    )
    grafts: str = choice(
        FUSED,
        (FUSED, UNFUSED),
        about="grown together with both bones, or unfused: its ends press, do not pull and do not slide",
        source="chosen: fused is late, unfused is after the operation (fusion took 7.7 months, evidence 0.1)",
    )

    @property
    def is_linear(self) -> bool:
        """Whether all of it is bonded."""
        return self.screws == BONDED and self.grafts == FUSED
