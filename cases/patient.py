"""The bones of a case from L4 to the pelvis, and what an anatomist measures on them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from cases.build import side_anatomy
from cases.schema import Case
from geometry.anatomy import Anatomy
from geometry.errors import GeometryError
from geometry.lumbar.measures import Measure, disc_measures, vertebra_measures
from geometry.lumbar.spine import Lumbar, build_lumbar, mean_lumbar
from geometry.morphometry import Measured, morphometry
from geometry.pelvis.pelvic_measures import PelvicMeasure, pelvic_measures


@dataclass(frozen=True, kw_only=True)
class Side:
    """One side of the bones of a case and what was measured on it.

    Attributes:
        anatomy: sacrum, ilium and joint with this side on the left.
        sacral, pelvic: measures of sacrum and pelvis.
    """

    anatomy: Anatomy
    sacral: Sequence[Measured]
    pelvic: Sequence[PelvicMeasure]


@dataclass(frozen=True, kw_only=True)
class Patient:
    """The bones of a case and what was measured on them.

    Attributes:
        sides: "left" and "right"; one and the same where both are alike.
        screw_side: the one that the screw is planned in.
        lumbar: L5 and L4 on the sacrum, the screw's side on the left; None where they do not fit.
        misfit: why they do not; "" where they do.
        spinal: measures of vertebrae and discs by part.
    """

    sides: Mapping[str, Side]
    screw_side: str
    lumbar: Lumbar | None
    misfit: str
    spinal: Mapping[str, Sequence[Measure]]

    @property
    def anatomy(self) -> Anatomy:
        """The bones as the screw is planned in: its side on the left."""
        return self.sides[self.screw_side].anatomy

    @property
    def opposite(self) -> Anatomy:
        """The bones with the other side on the left; the same ones where both are alike."""
        return self.sides["right" if self.screw_side == "left" else "left"].anatomy

    @property
    def told_sides(self) -> Mapping[str, Side]:
        """Each side by its name, or one as "both" where they are alike."""
        alike = self.sides["left"] is self.sides["right"]
        return {"both": self.sides["left"]} if alike else self.sides


def measured_patient(case: Case) -> Patient:
    """The bones of a case, measured; L5 and L4 are the means of its sex.

    Raises:
        GeometryError: a sacrum or an ilium that cannot be built.
    """
    sex, own = case.anatomy.sex, case.screw.side
    left, right = (side_anatomy(case.anatomy, side) for side in ("left", "right"))
    measured = _measured(left, sex)
    sides = {"left": measured, "right": measured if right is left else _measured(right, sex)}
    lumbar, misfit = fitting_lumbar(sides[own].anatomy, sex)
    return Patient(
        sides=sides,
        screw_side=own,
        lumbar=lumbar,
        misfit=misfit,
        spinal={} if lumbar is None else _spinal(lumbar, sex),
    )


def fitting_lumbar(anatomy: Anatomy, sex: str) -> tuple[Lumbar | None, str]:
    """The mean L5 and L4 on a sacrum and ""; or None and why they do not fit.

    An unusual sacrum is worth looking at all the same.
    """
    try:
        return build_lumbar(anatomy.sacrum, mean_lumbar(sex)), ""
    except GeometryError as error:
        return None, str(error)


def _measured(anatomy: Anatomy, sex: str) -> Side:
    """What is on the left of these bones, measured."""
    return Side(
        anatomy=anatomy,
        sacral=morphometry(anatomy.sacrum, sex),
        pelvic=pelvic_measures(anatomy.ilium, anatomy.joint, anatomy.sacral_slope_deg, sex),
    )


def _spinal(lumbar: Lumbar, sex: str) -> dict[str, Sequence[Measure]]:
    """Measures of what there is, from below upwards."""
    found: dict[str, Sequence[Measure]] = {}
    if lumbar.l5s1 is not None:
        found["disc L5-S1"] = disc_measures(lumbar.l5s1, "l5s1", sex)
    found["L5"] = vertebra_measures(lumbar.l5, "l5", sex)
    if lumbar.l4l5 is not None:
        found["disc L4-L5"] = disc_measures(lumbar.l4l5, "l4l5", sex)
    if lumbar.l4 is not None:
        found["L4"] = vertebra_measures(lumbar.l4, "l4", sex)
    return found
