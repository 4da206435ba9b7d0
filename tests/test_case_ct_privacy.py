"""No result says whose scan a case names, nor where it stands, and yet each can be had again."""

import json
from pathlib import Path

import numpy as np
import pytest
from scanned_case import (
    CASE,
    case_in,
)
from written_scan import PATIENT, write_dicom, write_nifti

from cases.build import case_anatomy, plan_case
from cases.case_density import case_scan, scan_record, scan_summary
from cases.faults import CaseError
from cases.load import read_case
from cases.store import case_text, provenance, result_folder, write_case, write_json
from cases.studies.sweep import resolved
from geometry.errors import MaterialError
from materials.ct.volume import ScanVolume


def test_a_resolved_case_hides_the_path_and_runs_again_when_it_is_named(
    patient_folder: Path, tmp_path: Path
) -> None:
    case = case_in(patient_folder, CASE)
    text = case_text(case)
    assert "file: withheld-" in text
    assert str(patient_folder) not in text
    (tmp_path / "resolved.yaml").write_text(text)
    with pytest.raises(CaseError, match=r"results do not say where a scan is\n.*--set bone.ct.file=PATH"):
        read_case(tmp_path / "resolved.yaml")
    named = [f"bone.ct.file={patient_folder / 'scans/ct.nii.gz'}"]
    assert read_case(tmp_path / "resolved.yaml", named).value == case
    other = [f"bone.ct.file={patient_folder / 'scans/lying.nii.gz'}"]
    with pytest.raises(CaseError, match="not the one the case gives"):
        read_case(tmp_path / "resolved.yaml", other)


def test_what_the_scan_holds_decides_and_not_where_it_stands(patient_folder: Path, tmp_path: Path) -> None:
    case = case_in(patient_folder, CASE)
    (tmp_path / "scans").mkdir()
    (tmp_path / "scans/ct.nii.gz").write_bytes((patient_folder / "scans/ct.nii.gz").read_bytes())
    assert case_in(tmp_path, CASE).content_hash("1") == case.content_hash("1")
    other = CASE.replace("0.81", "0.82")
    assert case_in(tmp_path, other).content_hash("1") != case.content_hash("1")


def test_a_scan_that_changed_after_the_case_was_read_is_refused(
    patient_scan: ScanVolume, tmp_path: Path
) -> None:
    (tmp_path / "scans").mkdir()
    path = write_nifti(patient_scan, tmp_path / "scans/ct.nii.gz")
    case = case_in(tmp_path, CASE)
    write_nifti(patient_scan, path, values=np.asarray(patient_scan.hu) + np.float32(50.0))
    with pytest.raises(MaterialError, match="the scan has changed since the case was read"):
        case_scan(case, plan_case(case).anatomy)


def test_nothing_that_is_written_names_the_patient(patient_scan: ScanVolume, tmp_path: Path) -> None:
    write_dicom(patient_scan, tmp_path / "in/DOE_JANE/CT")
    case = case_in(tmp_path / "in", CASE.replace("scans/ct.nii.gz", "DOE_JANE/CT"))
    anatomy = case_anatomy(case)
    with result_folder(tmp_path / "out") as out:
        write_case(out / "case.yaml", case)
        write_json(out / "provenance.json", provenance(case, scan=scan_record(case, anatomy)))
        (out / "log.txt").write_text("\n".join(scan_summary(case, anatomy)))
    written = b"".join(file.read_bytes() for file in (tmp_path / "out").iterdir()).lower()
    assert json.loads((tmp_path / "out/provenance.json").read_text())["scan"]["shape"] == list(
        patient_scan.grid.shape
    )
    for word in (*PATIENT.values(), "doe", "jane", str(tmp_path / "in")):
        assert word.lower().encode() not in written
    # the same of a table of a sweep over patients
    assert str(resolved(case, "bone.ct.file", "DOE_JANE/CT")).startswith("withheld-")
