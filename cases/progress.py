"""How long work tells where it stands: a sentence at a time, to whoever listens."""

from typing import Protocol


class Progress(Protocol):
    """Takes one short sentence whenever a stage begins, such as "meshing 1.0 mm"."""

    def __call__(self, stage: str) -> None:
        """Hear that this stage begins."""
        ...


def silent(stage: str) -> None:
    """Hears, and says nothing."""
    del stage
