"""Problems with known answers: one file a problem, one row a file. Sources: docs/evidence.md section 9."""

from collections.abc import Callable, Mapping

from fem.verification.ball import ball_checks
from fem.verification.bars import bimaterial_bar_checks, cantilever_checks, twisted_beam_checks
from fem.verification.check import Check
from fem.verification.contact import contact_checks
from fem.verification.curved_sides import curved_checks
from fem.verification.grain import grain_checks
from fem.verification.half_space import half_space_checks
from fem.verification.joints import joint_checks
from fem.verification.manufactured import manufactured_checks
from fem.verification.membrane import membrane_checks
from fem.verification.patch_test import patch_checks
from fem.verification.plates import thick_plate_checks, thin_plate_checks
from fem.verification.rigid_modes import rigid_mode_checks
from fem.verification.rings import ring_checks

PROBLEMS: Mapping[str, Callable[[], list[Check]]] = {
    "patch": patch_checks,
    "rigid_modes": rigid_mode_checks,
    "manufactured": manufactured_checks,
    "curved_sides": curved_checks,
    "grain": grain_checks,
    "joints": joint_checks,
    "contact": contact_checks,
    "bimaterial_bar": bimaterial_bar_checks,
    "cantilever": cantilever_checks,
    "twisted_beam": twisted_beam_checks,
    "cook_membrane": membrane_checks,
    "nafems_le1": thin_plate_checks,
    "nafems_le10": thick_plate_checks,
    "rings": ring_checks,
    "lame_ball": ball_checks,
    "half_space": half_space_checks,
}

__all__ = ["PROBLEMS", "Check"]
