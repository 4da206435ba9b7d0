"""A patient whose scan a case names: how he lay in the scanner, and what the case should find in it."""

from pathlib import Path

import numpy as np
from synthetic_scan import LINE, turned

from cases.build import case_anatomy
from cases.case_density import case_scan
from cases.load import read_case
from cases.schema import Case
from geometry.arrays import Floats
from geometry.sacrum.bone import Sacrum
from geometry.sacrum.shape import MALE
from materials.cortex import CortexThickness
from materials.ct.scanned import ScannedDensity
from materials.density_field import SACRUM
from materials.density_map import bone_density, lay_density
from materials.regions.sacral import SacralRegions
from materials.templates import T_SCORE_MAPS

BONE = Sacrum(MALE)
SACRAL = SacralRegions(field=BONE)
TRUE = lay_density(
    {SACRUM: SACRAL},
    bone_density("clinical_ct", T_SCORE_MAPS["class_boundary"], s1_body_mg_cm3=160.0, ala_to_body=0.4),
)
# How the patient lay in the scanner: the frame of the sacrum as DICOM sees it.
LYING = np.eye(4)
LYING[:3, :3], LYING[:3, 3] = turned(38.0, 4.0, -6.0), [12.0, -180.0, -640.0]
CASE = """\
schema: 1
name: scanned
screw: {preset: s1_pedicle, side: left}
bone:
  ct:
    file: scans/ct.nii.gz
    coordinates: sacral
    calibration: {slope: 0.81, intercept: 0.84}
"""


def case_in(folder: Path, text: str) -> Case:
    file = folder / "case.yaml"
    file.write_text(text)
    return read_case(file).value


def shown(case: Case) -> ScannedDensity:
    found = case_scan(case, case_anatomy(case))
    assert found is not None
    return found


def clear_points() -> Floats:
    """Points on the left, well away from shell and midline."""
    points = np.random.default_rng(8).uniform(*BONE.bounds_mm, (40_000, 3))
    deep = -BONE(points) > CortexThickness().at_mm(SACRAL, points) + 2.5
    return points[deep & (points[:, 0] > 4.0)]


POINTS = clear_points()
DENSER = 1.3 * (TRUE.mg_cm3(SACRUM, POINTS) - LINE.intercept_mg_cm3) + LINE.intercept_mg_cm3


def miss(case: Case, true: Floats) -> float:
    """Root mean square miss of the scan at those points, over the mean."""
    return float(np.sqrt(((shown(case).mg_cm3(SACRUM, POINTS) - true) ** 2).mean()) / true.mean())


def landmarks(sign: Floats) -> str:
    """The endplate where the scanner saw it, its first two axes signed."""
    half_width, half_depth = 0.5 * MALE.endplate_width_mm, 0.5 * MALE.endplate_depth_mm
    places = {
        "promontory": [0.0, -half_depth, 0.0],
        "endplate_posterior": [0.0, half_depth, 0.0],
        "endplate_left": [half_width, 0.0, 0.0],
        "endplate_right": [-half_width, 0.0, 0.0],
    }
    lying = {name: sign * (LYING[:3, :3] @ place + LYING[:3, 3]) for name, place in places.items()}
    return "".join(f"      {name}: [{x:.4f}, {y:.4f}, {z:.4f}]\n" for name, (x, y, z) in lying.items())


def lying(coordinates: str, side: str = "left") -> str:
    sign = np.array([-1.0, -1.0, 1.0]) if coordinates == "ras" else np.ones(3)
    text = CASE.replace("scans/ct", "scans/lying").replace("sacral", coordinates).replace("left", side, 1)
    return f"{text}    landmarks:\n{landmarks(sign)}"
