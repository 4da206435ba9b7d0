"""A case names a scan: what is planned with it, how it is placed, and that no result says whose it is."""

import json
from pathlib import Path

import meshio
import numpy as np
import pytest
from level_sets import level_set_surface
from synthetic_scan import LINE, Scanner, elements_inside, rendered, turned
from written_scan import PATIENT, write_dicom, write_nifti

from cases.build import bone_material, case_anatomy, plan_case
from cases.case_density import case_scan, scan_record, scan_summary
from cases.commands.main import main
from cases.faults import CaseError, UsageError
from cases.load import read_case, read_compare, read_sweep
from cases.schema import Case
from cases.store import case_text, provenance, result_folder, write_case, write_json
from cases.studies.compare import described
from cases.studies.sensitivity.inputs import asked_inputs, inputs_of, strayed
from cases.studies.sweep import resolved
from geometry.arrays import Floats
from geometry.errors import MaterialError
from geometry.mesh import Mesh
from geometry.meshing.quadratic import quadratic_mesh
from geometry.meshing.tet_mesh import TetMesh
from geometry.mirror import ACROSS
from geometry.sacrum.bone import Sacrum
from geometry.sacrum.shape import MALE
from materials.cortex import CortexThickness
from materials.ct.scanned import ScannedDensity
from materials.ct.volume import ScanVolume
from materials.density_field import SACRUM
from materials.density_map import bone_density, lay_density
from materials.field import map_material
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


@pytest.fixture(scope="module")
def scan() -> ScanVolume:
    """The default sacrum in its own frame, 30 % denser on the patient's left."""
    even = rendered(BONE, TRUE, CortexThickness(), Scanner(spacing_mm=(2.0, 2.0, 2.0), fwhm_mm=1.5))
    left = even.grid.centres_mm()[:, 0].reshape(even.grid.shape) > 0.0
    return ScanVolume(even.grid, even.hu * np.where(left, np.float32(1.3), np.float32(1.0)))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory, scan: ScanVolume) -> Path:
    """A folder with that scan, and with the same patient as the scanner saw him."""
    place = tmp_path_factory.mktemp("patient")
    (place / "scans").mkdir()
    write_nifti(scan, place / "scans/ct.nii.gz")
    write_nifti(ScanVolume(scan.grid.moved(LYING), scan.hu), place / "scans/lying.nii.gz")
    return place


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


def test_the_bone_of_a_case_has_the_density_of_its_scan(folder: Path) -> None:
    case = case_in(folder, CASE)
    assert case.bone.t_score is None
    # the blur of a rough scan; asked of a fine one are 2 % (test_ct_density)
    assert miss(case, DENSER) < 0.025
    plan = plan_case(case)
    corners = elements_inside(BONE, 5.0)
    mesh = one_part(corners)
    material = map_material(mesh, bone_material(case, plan.anatomy), {})
    np.testing.assert_array_equal(material.density_mg_cm3, shown(case).in_elements("sacrum", corners))


def one_part(corners: Floats) -> Mesh:
    """The tetrahedra as a mesh of a sacrum, each with nodes of its own."""
    tets = np.arange(4 * len(corners)).reshape(-1, 4)
    linear = TetMesh(
        vertices_mm=corners.reshape(-1, 3),
        tets=tets,
        part=np.zeros(len(tets), dtype=np.int64),
        part_names=("sacrum",),
        faces={},
    )
    return quadratic_mesh(linear)


@pytest.mark.parametrize("coordinates", ["lps", "ras"])
def test_landmarks_place_the_scan_in_either_frame(coordinates: str, folder: Path) -> None:
    assert miss(case_in(folder, lying(coordinates)), DENSER) < 0.025


def test_a_right_screw_is_planned_in_the_mirrored_scan(folder: Path) -> None:
    case = case_in(folder, lying("lps", "right"))
    # the bone that is planned on the left is the patient's right, the lighter one
    assert miss(case, TRUE.mg_cm3(SACRUM, POINTS * ACROSS)) < 0.025


def test_the_landmarks_of_a_surface_place_its_scan(folder: Path) -> None:
    # the surface of a drawn sacrum, in the scanner's frame with x to the right
    surface = level_set_surface(BONE, BONE.bounds_mm, 2.0)
    places = (surface.vertices_mm @ LYING[:3, :3].T + LYING[:3, 3]) * [-1.0, -1.0, 1.0]
    meshio.write_points_cells(folder / "sacrum.stl", places, [("triangle", surface.triangles)], binary=True)
    text = CASE.replace("scans/ct", "scans/lying").replace("sacral", "ras")
    points = landmarks(np.array([-1.0, -1.0, 1.0]))
    case = case_in(
        folder, f"{text}anatomy:\n  sacrum_surface:\n    file: sacrum.stl\n    landmarks:\n{points}"
    )
    # the shell of the imported bone is that of the template fitted to it
    assert miss(case, DENSER) < 0.03
    assert shown(case).measures.edge_share > 0.8


def test_what_the_scan_shows_is_told_and_kept(folder: Path) -> None:
    case = case_in(folder, CASE)
    anatomy = case_anatomy(case)
    told = "\n".join(scan_summary(case, anatomy))
    assert "scan: 0.81 mg/cm3 per HU +0.84, given line; scanner specific" in told
    record = scan_record(case, anatomy)
    assert record is not None
    assert set(record) == {"voxels_sha256", "shape", "spacing_mm", "calibration", "measures"}
    assert record["spacing_mm"] == [2.0, 2.0, 2.0]
    assert "slices of 2 mm reach beyond shell_margin_mm" in told
    # half of the body is 30 % denser
    body = shown(case).measures.s1_body_mg_cm3
    assert body == pytest.approx(1.15 * 160.0, rel=0.02)
    assert f"S1 body {body:.0f} mg/cm3, ala over body R = 0." in told
    assert described(case).startswith(f"male, CT, S1 body {body:.0f} mg/cm3, ala/body R = 0.")
    assert scan_record(case_in(folder, CASE.split("bone:")[0]), anatomy) is None


def test_a_resolved_case_hides_the_path_and_runs_again_when_it_is_named(folder: Path, tmp_path: Path) -> None:
    case = case_in(folder, CASE)
    text = case_text(case)
    assert "file: withheld-" in text
    assert str(folder) not in text
    (tmp_path / "resolved.yaml").write_text(text)
    with pytest.raises(CaseError, match=r"results do not say where a scan is\n.*--set bone.ct.file=PATH"):
        read_case(tmp_path / "resolved.yaml")
    named = [f"bone.ct.file={folder / 'scans/ct.nii.gz'}"]
    assert read_case(tmp_path / "resolved.yaml", named).value == case
    other = [f"bone.ct.file={folder / 'scans/lying.nii.gz'}"]
    with pytest.raises(CaseError, match="not the one the case gives"):
        read_case(tmp_path / "resolved.yaml", other)


def test_what_the_scan_holds_decides_and_not_where_it_stands(folder: Path, tmp_path: Path) -> None:
    case = case_in(folder, CASE)
    (tmp_path / "scans").mkdir()
    (tmp_path / "scans/ct.nii.gz").write_bytes((folder / "scans/ct.nii.gz").read_bytes())
    assert case_in(tmp_path, CASE).content_hash("1") == case.content_hash("1")
    other = CASE.replace("0.81", "0.82")
    assert case_in(tmp_path, other).content_hash("1") != case.content_hash("1")


def test_a_scan_that_changed_after_the_case_was_read_is_refused(scan: ScanVolume, tmp_path: Path) -> None:
    (tmp_path / "scans").mkdir()
    path = write_nifti(scan, tmp_path / "scans/ct.nii.gz")
    case = case_in(tmp_path, CASE)
    write_nifti(scan, path, values=np.asarray(scan.hu) + np.float32(50.0))
    with pytest.raises(MaterialError, match="the scan has changed since the case was read"):
        case_scan(case, plan_case(case).anatomy)


def test_nothing_that_is_written_names_the_patient(scan: ScanVolume, tmp_path: Path) -> None:
    write_dicom(scan, tmp_path / "in/DOE_JANE/CT")
    case = case_in(tmp_path / "in", CASE.replace("scans/ct.nii.gz", "DOE_JANE/CT"))
    anatomy = case_anatomy(case)
    with result_folder(tmp_path / "out") as out:
        write_case(out / "case.yaml", case)
        write_json(out / "provenance.json", provenance(case, scan=scan_record(case, anatomy)))
        (out / "log.txt").write_text("\n".join(scan_summary(case, anatomy)))
    written = b"".join(file.read_bytes() for file in (tmp_path / "out").iterdir()).lower()
    assert json.loads((tmp_path / "out/provenance.json").read_text())["scan"]["shape"] == list(
        scan.grid.shape
    )
    for word in (*PATIENT.values(), "doe", "jane", str(tmp_path / "in")):
        assert word.lower().encode() not in written
    # the same of a table of a sweep over patients
    assert str(resolved(case, "bone.ct.file", "DOE_JANE/CT")).startswith("withheld-")


def test_studies_find_their_scan_too(folder: Path) -> None:
    bone = CASE.split("bone:\n")[1]
    inner = "case:\n  bone:\n" + "".join(f"  {line}\n" for line in bone.splitlines())
    compare = folder / "compare.yaml"
    compare.write_text(f"schema: 1\nname: two\nstudy: compare\nscrews: [{{preset: s1_pedicle}}]\n{inner}")
    ct = read_compare(compare).value.case.bone.ct
    sweep = folder / "sweep.yaml"
    grid = "grid: {bone.density_law: [crawford2003, morgan2003]}\n"
    sweep.write_text(f"schema: 1\nname: laws\nstudy: sweep\n{grid}{inner}  screw: {{preset: s1_pedicle}}\n")
    points = read_sweep(sweep).value.points
    assert ct is not None
    assert {point.case.bone.ct for point in points} == {ct}


def test_what_a_scan_shows_is_not_uncertain_but_its_line_is(folder: Path) -> None:
    case = case_in(folder, CASE)
    inputs = {one.key: one.values for one in inputs_of(case)}
    assert inputs["bone.ct.calibration.slope"] == pytest.approx((0.729, 0.891))
    assert not {"bone.ala_to_body_ratio", "bone.t_score", "bone.s1_body_mg_cm3"} & set(inputs)
    denser = strayed(case, {"bone.ct.calibration.slope": 0.891}).case
    # the intercept stays: 0.84 of 184 mg/cm3
    ratio = shown(denser).measures.s1_body_mg_cm3 / shown(case).measures.s1_body_mg_cm3
    assert ratio == pytest.approx(1.1, rel=2e-3)
    with pytest.raises(UsageError, match="bone.ala_to_body_ratio' is measured in the scan"):
        asked_inputs(case, ["bone.ala_to_body_ratio=0.3:0.7"])


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
def test_a_fault_is_told_at_its_place(fault: str, folder: Path) -> None:
    old, new, message = FAULTS[fault]
    with pytest.raises(CaseError, match=message) as caught:
        case_in(folder, CASE.replace(old, new))
    assert caught.value.faults[0].mark.line is not None
    assert caught.value.faults[0].mark.line >= 4


def test_landmarks_of_the_surface_and_of_the_scan_are_one_too_many(folder: Path) -> None:
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


def test_a_poor_phantom_is_told_at_its_line(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rods = "{rods: {density_mg_cm3: [0, 50, 100, 200], hu: [0, 130, 60, 250], sd_hu: [9, 9, 9, 9]}}"
    file = folder / "phantom.yaml"
    file.write_text(CASE.replace("{slope: 0.81, intercept: 0.84}", rods))
    assert main(["check", str(file)]) == 3
    told = capsys.readouterr().err
    assert f"{file}:8:" in told
    assert "no line follows the rods" in told


def test_a_line_without_a_phantom_is_doubted_at_its_place(folder: Path) -> None:
    case_in(folder, CASE)
    (doubt,) = read_case(folder / "case.yaml").doubts
    assert (doubt.key, doubt.mark.line) == ("bone.ct.calibration.slope", 8)
    assert "its error is not known without a phantom" in doubt.problem


def test_a_phantom_takes_the_place_of_the_line(folder: Path) -> None:
    hu = ", ".join(f"{(density - 0.84) / 0.81:.2f}" for density in (0, 50, 100, 200))
    rods = f"{{rods: {{density_mg_cm3: [0, 50, 100, 200], hu: [{hu}], sd_hu: [9, 9, 9, 9]}}}}"
    case = case_in(folder, CASE.replace("{slope: 0.81, intercept: 0.84}", rods))
    assert miss(case, DENSER) < 0.025
    assert read_case(folder / "case.yaml").doubts == ()


def test_landmarks_that_span_no_endplate_are_told_at_their_key(folder: Path) -> None:
    case = case_in(folder, lying("lps").replace("promontory: [", "promontory: [9"))
    with pytest.raises(MaterialError, match="the endplate is .* mm deep") as caught:
        case_scan(case, case_anatomy(case))
    assert caught.value.where == "bone.ct.landmarks"
