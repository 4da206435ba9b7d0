"""A case names a scan: what is planned with it, and how it is placed."""

from pathlib import Path

import meshio
import numpy as np
import pytest
from level_sets import level_set_surface
from scanned_case import BONE, CASE, DENSER, LYING, POINTS, TRUE, case_in, landmarks, lying, miss, shown
from synthetic_scan import elements_inside

from cases.build import bone_material, case_anatomy, plan_case
from cases.case_density import scan_record, scan_summary
from cases.faults import UsageError
from cases.load import read_compare, read_sweep
from cases.studies.compare import described
from cases.studies.sensitivity.inputs import asked_inputs, inputs_of, strayed
from geometry.arrays import Floats
from geometry.mesh import Mesh
from geometry.meshing.quadratic import quadratic_mesh
from geometry.meshing.tet_mesh import TetMesh
from geometry.mirror import ACROSS
from materials.density_field import SACRUM
from materials.field import map_material


def test_the_bone_of_a_case_has_the_density_of_its_scan(patient_folder: Path) -> None:
    case = case_in(patient_folder, CASE)
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
def test_landmarks_place_the_scan_in_either_frame(coordinates: str, patient_folder: Path) -> None:
    assert miss(case_in(patient_folder, lying(coordinates)), DENSER) < 0.025


def test_a_right_screw_is_planned_in_the_mirrored_scan(patient_folder: Path) -> None:
    case = case_in(patient_folder, lying("lps", "right"))
    # the bone that is planned on the left is the patient's right, the lighter one
    assert miss(case, TRUE.mg_cm3(SACRUM, POINTS * ACROSS)) < 0.025


def test_the_landmarks_of_a_surface_place_its_scan(patient_folder: Path) -> None:
    # the surface of a drawn sacrum, in the scanner's frame with x to the right
    surface = level_set_surface(BONE, BONE.bounds_mm, 2.0)
    places = (surface.vertices_mm @ LYING[:3, :3].T + LYING[:3, 3]) * [-1.0, -1.0, 1.0]
    meshio.write_points_cells(
        patient_folder / "sacrum.stl", places, [("triangle", surface.triangles)], binary=True
    )
    text = CASE.replace("scans/ct", "scans/lying").replace("sacral", "ras")
    points = landmarks(np.array([-1.0, -1.0, 1.0]))
    case = case_in(
        patient_folder, f"{text}anatomy:\n  sacrum_surface:\n    file: sacrum.stl\n    landmarks:\n{points}"
    )
    # the shell of the imported bone is that of the template fitted to it
    assert miss(case, DENSER) < 0.03
    assert shown(case).measures.edge_share > 0.8


def test_what_the_scan_shows_is_told_and_kept(patient_folder: Path) -> None:
    case = case_in(patient_folder, CASE)
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
    assert scan_record(case_in(patient_folder, CASE.split("bone:")[0]), anatomy) is None


def test_studies_find_their_scan_too(patient_folder: Path) -> None:
    bone = CASE.split("bone:\n")[1]
    inner = "case:\n  bone:\n" + "".join(f"  {line}\n" for line in bone.splitlines())
    compare = patient_folder / "compare.yaml"
    compare.write_text(f"schema: 1\nname: two\nstudy: compare\nscrews: [{{preset: s1_pedicle}}]\n{inner}")
    ct = read_compare(compare).value.case.bone.ct
    sweep = patient_folder / "sweep.yaml"
    grid = "grid: {bone.density_law: [crawford2003, morgan2003]}\n"
    sweep.write_text(f"schema: 1\nname: laws\nstudy: sweep\n{grid}{inner}  screw: {{preset: s1_pedicle}}\n")
    points = read_sweep(sweep).value.points
    assert ct is not None
    assert {point.case.bone.ct for point in points} == {ct}


def test_what_a_scan_shows_is_not_uncertain_but_its_line_is(patient_folder: Path) -> None:
    case = case_in(patient_folder, CASE)
    inputs = {one.key: one.values for one in inputs_of(case)}
    assert inputs["bone.ct.calibration.slope"] == pytest.approx((0.729, 0.891))
    assert not {"bone.ala_to_body_ratio", "bone.t_score", "bone.s1_body_mg_cm3"} & set(inputs)
    denser = strayed(case, {"bone.ct.calibration.slope": 0.891}).case
    # the intercept stays: 0.84 of 184 mg/cm3
    ratio = shown(denser).measures.s1_body_mg_cm3 / shown(case).measures.s1_body_mg_cm3
    assert ratio == pytest.approx(1.1, rel=2e-3)
    with pytest.raises(UsageError, match="bone.ala_to_body_ratio' is measured in the scan"):
        asked_inputs(case, ["bone.ala_to_body_ratio=0.3:0.7"])
