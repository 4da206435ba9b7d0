"""Ligaments between the sacrum and the pelvis, drawn on the left and mirrored."""

import numpy as np

from geometry.anatomy import Anatomy
from geometry.arrays import Floats
from geometry.frame import standing_from_anatomical
from geometry.ligaments.ligament import Ligament, lines, on_surface

# Lines of each, as many as in the source of their stiffness (evidence 5 [V 74]).
ANTERIOR, INTEROSSEOUS, SHORT, LONG, SPINOUS, TUBEROUS = 10, 4, 10, 4, 5, 5
# How far in front of the joint, behind it and to both sides of it a line ends (chosen).
BEFORE_MM, BEHIND_MM, ASIDE_MM = 2.0, 6.0, 5.0
# Distance of the sampled points of a joint from each other (chosen).
STEP_MM = 2.0
# Lateral crest of the sacrum beside the midline at S1 to S2 and at S3 to S4, and how far behind the axis it
# is looked for (chosen: medial of the dorsal foramina's outer rim).
SHORT_CREST_MM, LONG_CREST_MM, CREST_DEPTH_MM = 27.0, 20.0, 18.0
# Ischial spine and tuberosity from the centre of the hip: medial, back and down of the standing patient
# [R-L]; neither is part of the drawn ilium.
SPINE_FROM_HIP_MM, TUBER_FROM_HIP_MM = (-25.0, 38.0, -12.0), (-20.0, 32.0, -75.0)


def pelvic_ligaments(anatomy: Anatomy) -> tuple[Ligament, ...]:
    """The sacroiliac ligaments and those to the ischium, on both sides."""
    left = [*_round_joint(anatomy), *_behind(anatomy), *_to_ischium(anatomy)]
    return tuple(left + [one.mirrored() for one in left])


def _named(kind: str, first: str, second: str, lines_mm: Floats) -> Ligament:
    return Ligament(kind=kind, name=f"{kind}_left", first=first, second=second, lines_mm=lines_mm)


def _round_joint(anatomy: Anatomy) -> list[Ligament]:
    """Anterior ligament along the front edge of the joint, interosseous one behind it."""
    points = anatomy.joint.surface_points_mm(STEP_MM)
    found = []
    for kind, count, way in (
        ("anterior_sacroiliac", ANTERIOR, -BEFORE_MM),
        ("interosseous_sacroiliac", INTEROSSEOUS, BEHIND_MM),
    ):
        levels = np.array_split(points[np.argsort(points[:, 2], kind="stable")], count)
        edge = np.array([level[np.argmax(np.sign(way) * level[:, 1])] for level in levels])
        edge[:, 1] += way
        aside = np.array([ASIDE_MM, 0.0, 0.0])
        ends = on_surface(anatomy.sacrum, edge - aside), on_surface(anatomy.ilium, edge + aside)
        found.append(_named(kind, "sacrum", "ilium_left", lines(*ends)))
    return found


def _behind(anatomy: Anatomy) -> list[Ligament]:
    """Short and long posterior ligament, from the posterior iliac spines to the lateral crest."""
    sacrum, marks = anatomy.sacrum, anatomy.ilium.landmarks
    s1, s2, s3 = sacrum.junction_arcs_mm[:3]
    share = np.linspace(0.0, 1.0, SHORT)[:, None]
    crest = [
        sacrum.curve.point_mm(SHORT_CREST_MM, arc, CREST_DEPTH_MM) for arc in np.linspace(0.7 * s1, s2, SHORT)
    ]
    spines = marks["psis"] + share * (marks["piis"] - marks["psis"])
    lower = [
        sacrum.curve.point_mm(LONG_CREST_MM, arc, CREST_DEPTH_MM) for arc in s3 + np.linspace(-4.0, 8.0, LONG)
    ]
    top = np.repeat(marks["psis"][None], LONG, axis=0) + np.linspace(0.0, 6.0, LONG)[:, None] * [0, 0, -1.0]
    return [
        _named(
            kind,
            "sacrum",
            "ilium_left",
            lines(on_surface(sacrum, np.array(first)), on_surface(anatomy.ilium, second)),
        )
        for kind, first, second in (
            ("short_posterior_sacroiliac", crest, spines),
            ("long_posterior_sacroiliac", lower, top),
        )
    ]


def _to_ischium(anatomy: Anatomy) -> list[Ligament]:
    """Sacrospinous and sacrotuberous ligament; the ischium stands still, as the acetabulum does."""
    sacrum = anatomy.sacrum
    back = standing_from_anatomical(anatomy.sacral_slope_deg).T
    s2, s3, _, tip = sacrum.junction_arcs_mm[1:]
    found = []
    for kind, count, arcs, place in (
        ("sacrospinous", SPINOUS, (s3, tip - 8.0), SPINE_FROM_HIP_MM),
        ("sacrotuberous", TUBEROUS, (s2, tip - 8.0), TUBER_FROM_HIP_MM),
    ):
        margin = [
            sacrum.curve.point_mm(float(sacrum.ala_half_width_mm(np.array([arc]))[0]), arc, 0.0)
            for arc in np.linspace(*arcs, count)
        ]
        ischium = anatomy.ilium.landmarks["hip"] + back @ np.array(place)
        ends = on_surface(sacrum, np.array(margin)), np.repeat(ischium[None], count, axis=0)
        found.append(_named(kind, "sacrum", "", lines(*ends)))
    return found
