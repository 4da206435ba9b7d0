"""The loading, mesh and solver sections of a case."""

from typing import TYPE_CHECKING

from cases.head_loads import LOADS, PULL_OUT
from cases.section import Section, choice, overrides_of, quantity
from geometry.meshing.sizing import Sizing

ENGINES = ("multigrid", "direct", "sfepy")

if TYPE_CHECKING:
    SizingNumbers = Section
else:
    SizingNumbers = overrides_of(Sizing, name="SizingNumbers", about="Edge lengths of the elements.")


class Loading(Section):
    """The load and what holds the bone against it."""

    kind: str = choice(
        PULL_OUT,
        LOADS,
        about="load on the screw head: " + "; ".join(f"{name}, {load.about}" for name, load in LOADS.items()),
        source="; ".join(load.source for load in LOADS.values()),
    )
    force_n: float = quantity(
        100.0,
        1.0,
        5_000.0,
        unit="N",
        about="its size; the model is linear, so stiffness does not depend on it",
        source="chosen",
    )
    support_clearance_diameters: float = quantity(
        5.0,
        2.0,
        15.0,
        unit="",
        about="bone nearer to the screw than this many diameters is left free",
        source="at least 5 D (evidence 8)",
    )


class Meshing(SizingNumbers):
    """How finely the bone is divided."""

    scale: float = quantity(
        1.0,
        0.25,
        3.0,
        unit="",
        about="multiplies every wished edge; 2 gives about a third of the elements, since thin walls and "
        "foramina keep edges that suit them",
        source="chosen; 1 is the size that studies report",
    )

    def sizing(self) -> Sizing:
        """The wished edges of this case."""
        numbers = {key: value for key, value in self.given().items() if key != "scale"}
        return Sizing(**numbers).scaled(self.scale)


class Solver(Section):
    """How the equations are solved, and when a solution is accepted."""

    engine: str = choice(
        "multigrid",
        ENGINES,
        about="multigrid; to check it, a direct solve on small meshes, or sfepy, 8 to 17 times slower",
        source="design 4",
    )
    relative_tolerance: float = quantity(
        1e-8,
        1e-12,
        1e-4,
        unit="",
        about="residual over load at which a solution is accepted",
        source="chosen",
    )
    max_iterations: int = quantity(
        400,
        1,
        20_000,
        unit="",
        about="iterations after which the solve is refused",
        source="chosen",
        whole=True,
    )
    threads: int | None = quantity(
        None,
        1,
        1024,
        unit="",
        about="threads of one solve; left out: all cores",
        source="chosen",
        whole=True,
        example=2,
    )
