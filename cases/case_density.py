"""The bone density of a case: from its template or from its scan, and what is kept on record of a scan."""

from collections.abc import Mapping
from dataclasses import asdict
from functools import lru_cache
from pathlib import Path

import numpy as np

from cases.scans.formats import read_scan
from cases.schema import Case
from cases.schema_ct import SACRAL, Ct
from geometry.anatomy import Anatomy
from geometry.errors import GeometryError, MaterialError
from geometry.imported.landmarks import AnatomicalFrame
from geometry.imported.sacrum import ImportedSacrum
from geometry.lumbar.spine import Lumbar
from materials.cortex import CortexThickness
from materials.ct.scanned import REFUSE, ScannedDensity, scanned_density
from materials.ct.volume import ScanVolume
from materials.density_map import DensityMap, bone_density, lay_density
from materials.regions.bones import regional_bones
from materials.regions.sacral import SacralRegions
from materials.templates import T_SCORE_MAPS

# Bone is carried outwards over voxels this far beyond the sacrum, so that elements at its surface find some.
BEYOND_MM = 4.0


def case_scan(case: Case, anatomy: Anatomy, lumbar: Lumbar | None = None) -> ScannedDensity | None:
    """The density that the scan of a case shows of its sacrum; None without a scan.

    Args:
        case: as read.
        anatomy: its bones, as its screw is planned in.
        lumbar: what stands on the sacrum.

    Raises:
        MaterialError: a scan that cannot be calibrated, or that does not show this sacrum.
    """
    bone = case.bone
    if bone.ct is None:
        return None
    # before a T-score thins it: the scan is believed a little further in
    thickness = bone.cortex.thickness()
    mirrored = case.screw.side == "right"
    return _shown(bone.ct, bone.map, bone.t_score_map, thickness, anatomy, lumbar, mirrored)


@lru_cache(maxsize=2)
def _shown(
    ct: Ct,
    template: str,
    t_score_map: str,
    thickness: CortexThickness,
    anatomy: Anatomy,
    lumbar: Lumbar | None,
    mirrored: bool,
) -> ScannedDensity:
    """The density a scan shows; several screws and losses of a study share it."""
    bones = regional_bones(anatomy, lumbar)
    motion = ct.motion(_frame(ct, anatomy), mirrored=mirrored)
    box = anatomy.sacrum.bounds_mm + BEYOND_MM * np.array([[-1.0], [1.0]])
    volume = _scan(ct).density(ct.calibration.line(), motion, box)

    def laid(s1_body_mg_cm3: float, ala_to_body: float) -> DensityMap:
        density = bone_density(
            template, T_SCORE_MAPS[t_score_map], s1_body_mg_cm3=s1_body_mg_cm3, ala_to_body=ala_to_body
        )
        return lay_density(bones, density)

    return scanned_density(
        volume,
        SacralRegions(field=anatomy.sacrum),
        thickness,
        laid,
        margin_mm=ct.margin_mm,
        outside=ct.outside or REFUSE,
    )


def _scan(ct: Ct) -> ScanVolume:
    """The scan of a case; refuses one that is no longer what it was when the case was read."""
    scan = read_scan(Path(ct.file))
    if ct.sha256 is not None and scan.sha256 != ct.sha256:
        raise MaterialError("the scan has changed since the case was read", where="bone.ct.file")
    return scan


def _frame(ct: Ct, anatomy: Anatomy) -> AnatomicalFrame | None:
    """The frame of the sacrum in the coordinates of the surface file or the landmarks."""
    if ct.coordinates == SACRAL:
        return None
    if isinstance(anatomy.sacrum, ImportedSacrum):
        return anatomy.sacrum.frame
    try:
        return ct.own_frame()
    except GeometryError as error:
        raise MaterialError(str(error.args[0]), where="bone.ct.landmarks", advice=error.advice) from None


def scan_summary(case: Case, anatomy: Anatomy) -> tuple[str, ...]:
    """What the scan of a case shows, in words; nothing without a scan."""
    scanned = case_scan(case, anatomy)
    if case.bone.ct is None or scanned is None:
        return ()
    lines = [case.bone.ct.calibration.line().summary(), *scanned.measures.summary()]
    thickest = float(scanned.volume.grid.spacing_mm.max())
    if thickest > case.bone.ct.margin_mm:
        lines.append(
            f"slices of {thickest:.3g} mm reach beyond shell_margin_mm: density there holds some of the shell"
        )
    return tuple(f"scan: {line}" for line in lines)


def scan_record(case: Case, anatomy: Anatomy) -> Mapping[str, object] | None:
    """What results keep of a scan: checksum, number and size of its voxels, the line, and what it shows."""
    scanned = case_scan(case, anatomy)
    if case.bone.ct is None or scanned is None:
        return None
    scan = _scan(case.bone.ct)
    return {
        "voxels_sha256": scan.sha256,
        "shape": list(scan.grid.shape),
        "spacing_mm": [round(float(step), 4) for step in scan.grid.spacing_mm],
        "calibration": asdict(case.bone.ct.calibration.line()),
        "measures": asdict(scanned.measures),
    }
