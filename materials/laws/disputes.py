"""Where copies of one paper, or two papers, disagree: every reading is offered, none is preferred."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Dispute:
    """One disagreement.

    Attributes:
        about: what is in doubt.
        readings: what each source says, with its mark.
        laws: rows of `LAWS` that differ by it.
        strength_laws: rows of `STRENGTH_LAWS` that differ by it.
    """

    about: str
    readings: str
    laws: tuple[str, ...] = ()
    strength_laws: tuple[str, ...] = ()


DISPUTES: tuple[Dispute, ...] = (
    Dispute(
        about="exponent of Keller's pooled modulus",
        readings="printed 2.51 [V 68], coded 2.29 [V 67], recalled 2.57",
        laws=("keller1994_pooled_229", "keller1994_pooled_251", "keller1994_pooled_257"),
    ),
    Dispute(
        about="density kind of Kopperdahl's powers",
        readings="coded for QCT [V 67], recalled apparent [R-M]; so read they follow its lines",
        laws=("crawford2003", "kopperdahl2002_qct", "kopperdahl2002_apparent"),
        strength_laws=("kopperdahl2002_line", "kopperdahl2002_qct", "kopperdahl2002_apparent"),
    ),
)
