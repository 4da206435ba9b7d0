"""Faults of a case that names a scan, each told at its place."""

from pathlib import Path

import pytest
from scanned_case import CASE, DENSER, case_in, lying, miss

from cases.build import case_anatomy
from cases.case_density import case_scan
from cases.commands.main import main
from cases.faults import CaseError
from cases.load import read_case
from cases.schema import Case
from geometry.errors import MaterialError

FAULTS = {
    "no such file": ("ct.nii.gz", "other.nii.gz", "no such file or folder"),
    "a way out": ("scans/ct.nii.gz", "../ct.nii.gz", "leads out of the folder of the case"),
    "an unknown format": ("scans/ct.nii.gz", "case.yaml", "no volume format has this ending"),
    "another checksum": ("ct.nii.gz", f"ct.nii.gz\n    sha256: '{64 * '0'}'", "not the one the case gives"),
    "a T-score beside it": ("bone:", "bone:\n  t_score: -2", "given beside ct, in which it is measured"),
    "R beside it": ("bone:", "bone:\n  ala_to_body_ratio: 0.5", "given beside ct"),
    "half a line": (", intercept: 0.84", "", "missing: no line without it"),
    "a line beside rods": ("0.84}", "0.84, rods: {hu: [1]}}", "given beside rods"),
    "half the rods": ("slope: 0.81, intercept: 0.84", "rods: {hu: [1, 2, 3]}", "missing beside the other"),
    "a slope of no scanner": ("0.81", "8.1", "outside 0.4 to 1.6"),
    "no place": ("    coordinates: sacral\n", "", "nothing says where the sacrum lies in the scan"),
    "two places": ("sacral", "sacral\n    landmarks: {promontory: [0, 0, 0]}", "given although coordinates"),
    "half an endplate": ("sacral", "lps\n    landmarks: {promontory: [0, 0, 0]}", "missing: the rear edge"),
    "an unknown key": ("sacral", "sacral\n    smoothing_mm: 1", "unknown key"),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_is_told_at_its_place(fault: str, patient_folder: Path) -> None:
    old, new, message = FAULTS[fault]
    with pytest.raises(CaseError, match=message) as caught:
        case_in(patient_folder, CASE.replace(old, new))
    assert caught.value.faults[0].mark.line is not None
    assert caught.value.faults[0].mark.line >= 4


def test_landmarks_of_the_surface_and_of_the_scan_are_one_too_many(patient_folder: Path) -> None:
    with pytest.raises(ValueError, match="given beside those of sacrum_surface"):
        Case.model_validate(
            {
                "schema": 1,
                "name": "both",
                "screw": {"preset": "s1_pedicle"},
                "anatomy": {"sacrum_surface": {"file": "sacrum.stl"}},
                "bone": {
                    "ct": {
                        "file": "ct.nii.gz",
                        "calibration": {"slope": 0.81, "intercept": 0.84},
                        "landmarks": {
                            name: [0.0, 0.0, 0.0]
                            for name in (
                                "promontory",
                                "endplate_posterior",
                                "endplate_left",
                                "endplate_right",
                            )
                        },
                    }
                },
            }
        )


def test_a_poor_phantom_is_told_at_its_line(patient_folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rods = "{rods: {density_mg_cm3: [0, 50, 100, 200], hu: [0, 130, 60, 250], sd_hu: [9, 9, 9, 9]}}"
    file = patient_folder / "phantom.yaml"
    file.write_text(CASE.replace("{slope: 0.81, intercept: 0.84}", rods))
    assert main(["check", str(file)]) == 3
    told = capsys.readouterr().err
    assert f"{file}:8:" in told
    assert "no line follows the rods" in told


def test_a_line_without_a_phantom_is_doubted_at_its_place(patient_folder: Path) -> None:
    case_in(patient_folder, CASE)
    (doubt,) = read_case(patient_folder / "case.yaml").doubts
    assert (doubt.key, doubt.mark.line) == ("bone.ct.calibration.slope", 8)
    assert "its error is not known without a phantom" in doubt.problem


def test_a_phantom_takes_the_place_of_the_line(patient_folder: Path) -> None:
    hu = ", ".join(f"{(density - 0.84) / 0.81:.2f}" for density in (0, 50, 100, 200))
    rods = f"{{rods: {{density_mg_cm3: [0, 50, 100, 200], hu: [{hu}], sd_hu: [9, 9, 9, 9]}}}}"
    case = case_in(patient_folder, CASE.replace("{slope: 0.81, intercept: 0.84}", rods))
    assert miss(case, DENSER) < 0.025
    assert read_case(patient_folder / "case.yaml").doubts == ()


def test_landmarks_that_span_no_endplate_are_told_at_their_key(patient_folder: Path) -> None:
    case = case_in(patient_folder, lying("lps").replace("promontory: [", "promontory: [9"))
    with pytest.raises(MaterialError, match="the endplate is .* mm deep") as caught:
        case_scan(case, case_anatomy(case))
    assert caught.value.where == "bone.ct.landmarks"
