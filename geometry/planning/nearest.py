"""The nearest plan that fits: other angles, another length, another entry, changed as little as possible."""

import itertools
from dataclasses import dataclass, replace

import numpy as np

from geometry.anatomy import Anatomy
from geometry.arrays import Floats
from geometry.errors import GeometryError
from geometry.frame import axial_angles_deg, direction
from geometry.planning.breach import SHORTEST_MM, acceptable, inspect, refuse_bad_plan
from geometry.planning.scan import fields_of_fan, walk_paths
from geometry.planning.walk import LONGEST
from geometry.rays import first_hits_mm, outward_normals
from geometry.screws.design import TIP_CONE_MM
from geometry.screws.kind import screw_kind
from geometry.screws.plan import entry_field, named_preset, plan_screw
from geometry.screws.preset import ScrewPreset
from geometry.screws.screw import Screw

# What is tried to either side of the plan: angles to the endplate, and the entry over the dorsal surface.
ANGLES_DEG = np.arange(-15.0, 15.1, 2.5)
ENTRIES_MM = (-4.0, -2.0, 0.0, 2.0, 4.0)
# The changes that weigh the same: an angle by 5 deg, the length by 5 mm (what plans are uncertain by,
# section 10 of evidence.md) and the entry by 2 mm (chosen: a drill can be set down so exactly).
ANGLE_UNIT_DEG, LENGTH_UNIT_MM, ENTRY_UNIT_MM = 5.0, 5.0, 2.0
# Lengths are found on samples of the bones: this much shorter is on the safe side (chosen).
SHY_MM = 0.5
# Candidates that are looked at exactly before giving up; each takes about 10 ms.
MOST_TRIES = 40
# Coarser samples than a scan's: what they propose is inspected exactly.
COARSER = 1.5
# Less than this share of the length asked for is no proposal (chosen: it would be another operation).
SHORTEST_SHARE = 0.6
LOOK_BEHIND_MM = 20.0


@dataclass(frozen=True, kw_only=True)
class NearestPlan:
    """The acceptable plan that is nearest to one that is not.

    Attributes:
        preset: what to ask for; `plan_screw` makes `screw` of it.
        screw: in this anatomy.
        distance: the change as the root of the sum of squares of its parts, each over its unit: 5 deg of
            lateral or caudal angle, 5 mm of length, 2 mm of either way of the entry.
        moved_mm: shift of the entry laterally and cranially, 0 where it stays.
    """

    preset: ScrewPreset
    screw: Screw
    distance: float
    moved_mm: tuple[float, float]

    def text(self) -> str:
        """The plan in a sentence."""
        preset = self.preset
        plane = "the S1 endplate" if preset.angle_reference == "s1_endplate" else "the axial plane"
        words = [
            f"lateral {preset.lateral_deg:.4g}, caudal {preset.caudal_deg:.4g} deg to {plane}",
            f"length {self._length_to_ask_mm():g} mm",
        ]
        if preset.entry_mm is not None and self.moved_mm != (0.0, 0.0):
            words.append("entry_mm [" + ", ".join(f"{part:.1f}" for part in preset.entry_mm) + "]")
        return f"Nearest that fits: {', '.join(words)}"

    def _length_to_ask_mm(self) -> float:
        """In tenths, for no longer a screw than this: a bicortical one ends by itself, given the room."""
        tenths = 10.0 * self.screw.trajectory.length_mm
        bicortical = self.preset.exit == "bicortical"
        return float(np.ceil(tenths) if bicortical else np.floor(tenths + 1e-6)) / 10.0


def accepted_screw(anatomy: Anatomy, preset: str | ScrewPreset) -> Screw:
    """The screw of a preset in this anatomy, on the left side, inspected and found acceptable.

    Raises:
        GeometryError: the preset cannot be planned, or breaches; the advice is the nearest plan that fits.
    """
    screw = plan_screw(anatomy, preset)
    exit_kind = named_preset(preset).exit
    if not acceptable(anatomy, screw, exit_kind):
        found = nearest_plan(anatomy, preset)
        refuse_bad_plan(inspect(anatomy, screw, exit_kind), found.text() if found else "")
    return screw


def nearest_plan(anatomy: Anatomy, preset: str | ScrewPreset) -> NearestPlan | None:
    """The acceptable plan with the least change of angles, length and entry; None if none is in reach.

    Paths are sorted out on samples of the bones, entry by entry; the best are inspected exactly. The answer
    is the nearest of the lattice tried, and the same on every run.

    Raises:
        GeometryError: the preset cannot be planned at all.
    """
    wanted = named_preset(preset)
    planned = plan_screw(anatomy, replace(wanted, exit="unicortical"))
    trajectory = planned.trajectory
    turns = np.array(list(itertools.product(ANGLES_DEG, ANGLES_DEG)))
    angles = np.round(np.array([trajectory.lateral_deg, trajectory.caudal_deg]) + turns, 1)
    headings = np.array([direction(*pair) for pair in angles])
    moves, entries = _entries_mm(anatomy, planned)
    reach = min(wanted.length_mm + TIP_CONE_MM, screw_kind(planned.kind).longest_mm)
    fields = fields_of_fan(anatomy, planned.kind, entries, headings, reach_mm=reach, coarser=COARSER)
    best: NearestPlan | None = None
    tries = 0
    for moved, entry in zip(moves, entries, strict=True):
        away = float(np.hypot(*moved)) / ENTRY_UNIT_MM
        if best is not None and best.distance <= away:
            break
        longest = walk_paths(
            anatomy,
            fields,
            np.repeat(entry[None], len(headings), axis=0),
            headings,
            kind=planned.kind,
            diameter_mm=planned.diameter_mm,
            length_mm=wanted.length_mm,
            longest_mm=reach,
        )[:, LONGEST]
        lengths = _lengths_mm(longest, wanted)
        changes = np.column_stack([turns / ANGLE_UNIT_DEG, (lengths - wanted.length_mm) / LENGTH_UNIT_MM])
        distance = np.hypot(np.linalg.norm(changes, axis=1), away)
        distance[lengths < max(SHORTEST_MM, SHORTEST_SHARE * wanted.length_mm)] = np.inf
        for index in np.argsort(distance, kind="stable"):
            if not distance[index] < (np.inf if best is None else best.distance) or tries == MOST_TRIES:
                break
            tries += 1
            trial = _trial(anatomy, wanted, angles[index], float(lengths[index]), moved, entry)
            screw = _fitting(anatomy, trial)
            if screw is not None:
                best = NearestPlan(preset=trial, screw=screw, distance=float(distance[index]), moved_mm=moved)
                break
    return best


def _entries_mm(anatomy: Anatomy, screw: Screw) -> tuple[list[tuple[float, float]], Floats]:
    """Shifts (lateral, cranial) and the points of the bone's surface there, (n, 3), nearest first."""
    entry, field = np.array(screw.trajectory.entry_mm), entry_field(anatomy, screw.kind)
    normal = outward_normals(field, entry[None], 0.5 * screw.diameter_mm)[0]
    lateral = np.array([1.0, 0.0, 0.0]) - normal[0] * normal
    lateral /= np.linalg.norm(lateral)
    cranial = np.cross(lateral, normal)
    cranial *= np.sign(cranial[2])
    moves = sorted(itertools.product(ENTRIES_MM, ENTRIES_MM), key=lambda pair: (np.hypot(*pair), pair))
    starts = entry + LOOK_BEHIND_MM * normal + np.array(moves) @ np.stack([lateral, cranial])
    hits = first_hits_mm(field, starts, -normal, 2.0 * LOOK_BEHIND_MM)
    points = starts - hits[:, None] * normal
    points[0] = entry
    kept = np.isfinite(points).all(axis=1)
    return [move for move, keep in zip(moves, kept, strict=True) if keep], points[kept]


def _lengths_mm(longest_mm: Floats, wanted: ScrewPreset) -> Floats:
    """The length to try on each path, in half millimetres; a bicortical screw finds its own up to that."""
    if wanted.exit == "bicortical":
        return np.where(longest_mm >= SHORTEST_MM, wanted.length_mm, 0.0)
    shorter = np.floor(2.0 * (longest_mm - SHY_MM)) / 2.0
    return np.asarray(np.where(longest_mm >= wanted.length_mm, wanted.length_mm, shorter))


def _trial(
    anatomy: Anatomy,
    wanted: ScrewPreset,
    angles_deg: Floats,
    length_mm: float,
    moved_mm: tuple[float, float],
    entry_mm: Floats,
) -> ScrewPreset:
    """The preset with these numbers in place of its own, in its own reference."""
    lateral, caudal = (float(angle) for angle in angles_deg)
    if wanted.angle_reference == "global_axial":
        lateral, caudal = axial_angles_deg(lateral, caudal, sacral_slope_deg=anatomy.sacral_slope_deg)
    moved = moved_mm != (0.0, 0.0)
    x, y, z = (round(float(part), 1) for part in entry_mm)
    return replace(
        wanted,
        entry="" if moved else wanted.entry,
        entry_mm=(x, y, z) if moved else wanted.entry_mm,
        lateral_deg=round(lateral, 1),
        caudal_deg=round(caudal, 1),
        length_mm=length_mm,
        aim="angles",
    )


def _fitting(anatomy: Anatomy, trial: ScrewPreset) -> Screw | None:
    """The screw of this preset if it is acceptable."""
    try:
        screw = plan_screw(anatomy, trial)
    except GeometryError:
        # no room for the head, or no bone behind: not this one
        return None
    return screw if acceptable(anatomy, screw, trial.exit) else None
