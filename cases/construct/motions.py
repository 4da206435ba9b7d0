"""How the bones of a spine move on each other: each as its best rigid motion says."""

from collections.abc import Mapping
from itertools import pairwise

import numpy as np

from cases.construct.directions import DIRECTIONS, MOMENT
from cases.construct.model import SpineModel
from cases.construct.plan import Spine
from fem.body_motion import BodyMotion, body_motion
from geometry.arrays import Bools, Floats
from geometry.mesh import Mesh
from materials.both_sides import LEFT, RIGHT


def bone_masks(setup: SpineModel) -> dict[str, Bools]:
    """The elements of each bone from the top down, shape (m,); the sacrum as its first segment, both ilia
    as one."""
    mesh, sacrum = setup.mesh, setup.spine.anatomy.sacrum
    arc, _ = sacrum.curve_coordinates(mesh.corner_points_mm().mean(axis=1))
    return {
        **{part: setup.body(part) for part in ("l4", "l5") if part in mesh.part_names},
        "sacrum": setup.body("sacrum") & (arc < sacrum.junction_arcs_mm[0]),
        "ilia": setup.body(f"ilium{LEFT}") | setup.body(f"ilium{RIGHT}"),
    }


def bone_motions(mesh: Mesh, masks: Mapping[str, Bools], displacement_mm: Floats) -> dict[str, BodyMotion]:
    """The motion of each bone under one load, from displacements of shape (n, 3)."""
    return {name: body_motion(mesh, mask, displacement_mm) for name, mask in masks.items()}


def relative_motions(spine: Spine, moved: Mapping[str, BodyMotion], name: str) -> dict[str, float]:
    """How far each bone moves on the next, and the top one on the ilia, in degrees or mm along the load.

    Shifts are those of the centre of the lower endplate of the upper vertebra.
    """
    direction = DIRECTIONS[name]
    vector = spine.heading(direction)
    names = list(moved)
    found = {}
    for upper, lower in (*pairwise(names), (names[0], names[-1])):
        above, below = moved[upper], moved[lower]
        if direction.kind == MOMENT:
            amount = np.degrees((above.turn_rad - below.turn_rad) @ vector)
        else:
            plate = spine.lumbar.l5.lower if upper != "l4" else spine.top.lower
            at = plate.centre_mm
            amount = (above.at_mm(at) - below.at_mm(at)) @ vector
        found[f"{upper}_on_{lower}"] = float(amount)
    return found


def nutation_deg(moved: Mapping[str, BodyMotion]) -> float:
    """How far the sacrum turns on the ilia about the axis to the left: its base forwards is positive."""
    return float(np.degrees(moved["sacrum"].turn_rad - moved["ilia"].turn_rad)[0])
