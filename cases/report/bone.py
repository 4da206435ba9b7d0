"""The bone of a case in a few words, for captions."""

from cases.build import case_anatomy
from cases.case_density import case_scan
from cases.schema import Case


def described(case: Case) -> str:
    """Sex, density, R, shape of the loss, density law and grain."""
    bone = case.bone
    scanned = case_scan(case, case_anatomy(case))
    ratio = bone.ala_to_body_ratio if scanned is None else scanned.measures.ala_to_body
    if scanned is not None:
        density = f"CT, S1 body {scanned.measures.s1_body_mg_cm3:.0f} mg/cm3"
    elif bone.t_score is not None:
        density = f"T-score {bone.t_score:g}"
    else:
        density = f"{bone.s1_body_mg_cm3:g} mg/cm3 {bone.s1_body_kind}"
    r = "" if ratio is None else f", ala/body R = {ratio:.3g}"
    shape = case.body_loss.shape.replace("_", "-")
    grain = f", {bone.anisotropy} anisotropy" if bone.anisotropic else ""
    return f"{case.anatomy.sex}, {density}{r}, {shape} loss, {bone.density_law}{grain}"
