"""Thousands of trajectories from one entry at once: which are acceptable, how long, with how much bone."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np

from geometry.anatomy import Anatomy
from geometry.arrays import Bools, Floats, Ints, frozen_copy
from geometry.frame import direction
from geometry.planning.breach import SHORTEST_MM
from geometry.planning.grade import GRADES
from geometry.planning.nearby import Paths, hazard_distances_mm, notch_distances_mm
from geometry.planning.sampled_fields import SampledFields, sampled_fields
from geometry.planning.walk import CLEAR, LONGEST, MARGIN, walk
from geometry.rays import outward_normals
from geometry.screws.kind import ILIUM, screw_kind
from geometry.screws.plan import entry_field

# Room round the paths that is sampled too: the widest screw's radius and a little.
ROOM_MM = 8.0


@dataclass(frozen=True, kw_only=True, eq=False)
class Scan:
    """Unicortical screws of one size from one entry, over a grid of angles to the S1 endplate.

    Read from samples of the bones: `geometry.planning.breach.inspect` agrees on what is acceptable wherever
    the wall margin, or the room to a nerve or vessel, is more than half a millimetre from zero
    (tests/test_scan.py).

    Attributes:
        lateral_deg: shape (k,).
        caudal_deg: shape (m,).
        acceptable: nothing is broken or touched, the right bones are passed above the notch, shape (k, m).
        longest_inside_mm: longest screw on the path that stays in bone, 0 if none, shape (k, m).
        wall_margin_mm: bone over the wall at its thinnest, negative outside, shape (k, m).
        hazards_mm: from the wall to each nerve and vessel by name, up to half a millimetre too little, each
            of shape (k, m).
        notch_mm: to the apex of the greater sciatic notch, negative below it, shape (k, m); infinite for a
            screw that stays in the sacrum.
    """

    lateral_deg: Floats
    caudal_deg: Floats
    acceptable: Bools
    longest_inside_mm: Floats
    wall_margin_mm: Floats
    hazards_mm: Mapping[str, Floats]
    notch_mm: Floats

    @property
    def grade(self) -> np.ndarray[tuple[int, ...], np.dtype[np.str_]]:
        """Breach grade A to E of each path, shape (k, m)."""
        limits = [most for _, most in GRADES[:-1]]
        letters = np.array([grade for grade, _ in GRADES])
        return letters[np.searchsorted(limits, np.maximum(-self.wall_margin_mm, 0.0))]

    @property
    def hazard_mm(self) -> Floats:
        """From the wall to the nearest nerve or vessel, shape (k, m)."""
        return np.asarray(np.min(list(self.hazards_mm.values()), axis=0))

    def clear_of(self, *, hazard_mm: float = 0.0, notch_mm: float = 0.0, wall_mm: float = 0.0) -> Bools:
        """Acceptable paths with at least so much room to nerves, vessels, notch and cortex, shape (k, m)."""
        far = (self.hazard_mm >= hazard_mm) & (self.notch_mm >= notch_mm)
        return np.asarray(self.acceptable & far & (self.wall_margin_mm >= wall_mm))

    def safest(self, count: int) -> Ints:
        """Places (i, j) of the acceptable paths with most room, the best first, shape (up to count, 2).

        Room is the least of bone over the wall and the distances to nerves, vessels and notch.
        """
        room = np.minimum(np.minimum(self.hazard_mm, self.notch_mm), self.wall_margin_mm)
        order = np.argsort(np.where(self.acceptable, -room, np.inf), axis=None, kind="stable")
        best = order[: min(count, int(self.acceptable.sum()))]
        return np.stack(np.unravel_index(best, room.shape), axis=1)


def scan(
    anatomy: Anatomy,
    entry_mm: tuple[float, float, float],
    lateral_deg: Floats,
    caudal_deg: Floats,
    *,
    kind: str,
    diameter_mm: float,
    length_mm: float,
) -> Scan:
    """Every combination of these angles, from an entry on the bone's surface.

    Args:
        anatomy: the bones.
        entry_mm: where every axis meets bone.
        lateral_deg: angles to the sagittal plane, shape (k,).
        caudal_deg: angles below the S1 endplate, shape (m,).
        kind: a row of `geometry.screws.kind.KINDS`.
        diameter_mm, length_mm: of the screw.
    """
    lateral, caudal = np.asarray(lateral_deg, dtype=float), np.asarray(caudal_deg, dtype=float)
    headings = direction_grid(lateral, caudal)
    entry = np.array([entry_mm], dtype=float)
    entries = np.repeat(entry, len(headings), axis=0)
    reach = screw_kind(kind).longest_mm
    fields = fields_of_fan(anatomy, kind, entry, headings, reach_mm=reach)
    answers = walk_paths(
        anatomy,
        fields,
        entries,
        headings,
        kind=kind,
        diameter_mm=diameter_mm,
        length_mm=length_mm,
        longest_mm=reach,
    )
    paths = Paths(entries, headings, radius_mm=0.5 * diameter_mm, length_mm=float(length_mm))
    near = hazard_distances_mm(anatomy, paths)
    notch = np.full(len(headings), np.inf)
    if ILIUM in screw_kind(kind).passes:
        notch = notch_distances_mm(anatomy, paths)
    fits = (answers[:, CLEAR] > 0.0) & (np.min(list(near.values()), axis=0) >= 0.0) & (notch >= 0.0)
    shape = (len(lateral), len(caudal))
    return Scan(
        lateral_deg=frozen_copy(lateral),
        caudal_deg=frozen_copy(caudal),
        acceptable=fits.reshape(shape),
        longest_inside_mm=frozen_copy(answers[:, LONGEST].reshape(shape)),
        wall_margin_mm=frozen_copy(answers[:, MARGIN].reshape(shape)),
        hazards_mm=MappingProxyType({name: frozen_copy(gap.reshape(shape)) for name, gap in near.items()}),
        notch_mm=frozen_copy(notch.reshape(shape)),
    )


def direction_grid(lateral_deg: Floats, caudal_deg: Floats) -> Floats:
    """Unit vectors of every combination, caudal running faster, shape (k * m, 3)."""
    return np.array([direction(one, other) for one in lateral_deg for other in caudal_deg])


def fields_of_fan(
    anatomy: Anatomy,
    kind: str,
    entries_mm: Floats,
    headings: Floats,
    *,
    reach_mm: float,
    coarser: float = 1.0,
) -> SampledFields:
    """The fields wherever paths run that start at these entries, at `coarser` times the usual spacing."""
    ends = entries_mm[:, None] + reach_mm * headings
    points = np.vstack([entries_mm, ends.reshape(-1, 3)])
    return sampled_fields(anatomy, kind, np.vstack([points - ROOM_MM, points + ROOM_MM]), coarser)


def walk_paths(
    anatomy: Anatomy,
    fields: SampledFields,
    entries_mm: Floats,
    headings: Floats,
    *,
    kind: str,
    diameter_mm: float,
    length_mm: float,
    longest_mm: float,
) -> Floats:
    """What `geometry.planning.walk` says of each path, shape (n, 3), with the bone of the tip checked too."""
    found = screw_kind(kind)
    starts, first = np.unique(entries_mm, axis=0, return_inverse=True)
    normals = outward_normals(entry_field(anatomy, kind), starts, 0.5 * diameter_mm)[first]
    answers = walk(
        fields,
        entries_mm,
        normals,
        headings,
        diameter_mm=diameter_mm,
        length_mm=length_mm,
        longest_mm=longest_mm,
    )
    if ILIUM in found.passes:
        for column, lengths in ((CLEAR, np.full(len(headings), length_mm)), (LONGEST, answers[:, LONGEST])):
            tips = entries_mm + lengths[:, None] * headings
            answers[anatomy.ilium(tips) >= 0.0, column] = 0.0
    answers[answers[:, LONGEST] < SHORTEST_MM, LONGEST] = 0.0
    return answers
