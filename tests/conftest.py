"""The mean bones, and a patient with a scan, as fixtures, one of each for all tests."""

from pathlib import Path

import numpy as np
import pytest
from bones import SEXES, mean_anatomy, mean_sacrum, mean_spine
from scanned_case import BONE, LYING, TRUE
from synthetic_scan import Scanner, rendered
from written_scan import write_nifti

from geometry.anatomy import Anatomy
from geometry.lumbar.spine import Lumbar
from geometry.sacrum.bone import Sacrum
from materials.cortex import CortexThickness
from materials.ct.volume import ScanVolume


@pytest.fixture(scope="session", params=SEXES)
def anatomy(request: pytest.FixtureRequest) -> Anatomy:
    """The mean bones of either sex."""
    return mean_anatomy(request.param)


@pytest.fixture(scope="session")
def male() -> Anatomy:
    return mean_anatomy("male")


@pytest.fixture(scope="session")
def sacra() -> dict[str, Sacrum]:
    return {sex: mean_sacrum(sex) for sex in SEXES}


@pytest.fixture(scope="session")
def spines() -> dict[str, Lumbar]:
    """L5 and L4 on the sacra."""
    return {sex: mean_spine(sex) for sex in SEXES}


@pytest.fixture(scope="session")
def patient_scan() -> ScanVolume:
    """The default sacrum in its own frame, 30 % denser on the patient's left."""
    even = rendered(BONE, TRUE, CortexThickness(), Scanner(spacing_mm=(2.0, 2.0, 2.0), fwhm_mm=1.5))
    left = even.grid.centres_mm()[:, 0].reshape(even.grid.shape) > 0.0
    return ScanVolume(even.grid, even.hu * np.where(left, np.float32(1.3), np.float32(1.0)))


@pytest.fixture(scope="session")
def patient_folder(tmp_path_factory: pytest.TempPathFactory, patient_scan: ScanVolume) -> Path:
    """A folder with that scan, and with the same patient as the scanner saw him."""
    place = tmp_path_factory.mktemp("patient")
    (place / "scans").mkdir()
    write_nifti(patient_scan, place / "scans/ct.nii.gz")
    write_nifti(ScanVolume(patient_scan.grid.moved(LYING), patient_scan.hu), place / "scans/lying.nii.gz")
    return place
