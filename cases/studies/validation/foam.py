"""Screws pulled out of foam: the six of Weidling 2022, and one of them in three grades.

Each estimator has one constant, fitted here on the six and frozen in `materials.calibration`.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from cases.estimators import ESTIMATORS
from cases.progress import Progress
from cases.studies.validation.target import Row, Target
from fem.discretisation import discretise
from fem.elastic import GAUSS_4, elastic_by_part
from fem.failure import Criterion, EffectiveStrain, PrincipalStrain, load_factor
from fem.loads.traction import face_traction
from fem.model import Model
from fem.recovery import gauss_fields
from fem.solvers import solve
from fem.supports import FixedNodes
from geometry.cad import FoamBlock, foam_block_mesh
from geometry.mesh import Mesh
from geometry.screws.designs import WEIDLING_2022
from geometry.screws.envelope import thread_shape_factor
from materials.foam import FOAMS, WEIDLING_2022_TESTS, FoamGrade
from materials.tables import METALS

# Foam is taken as isotropic with this ratio [R-M] (evidence 7.3).
FOAM_POISSON = 0.3
PULL_N, LOAD = 100.0, "pull_out"
# As for bone: the share of the foam within this distance of the thread that is beyond its limit.
REGION_MM, EXCEEDED_PERCENT = 5.0, 2.0
GRADE = 15
# The screw of the study over density, in the middle of the six.
OVER_DENSITY = "st5_6.5"
WITHIN = 0.15
# Mean and standard deviation in N of one pedicle screw in foam [V 91], by grade.
MEASURED_OVER_DENSITY_N = {5: (300.0, 20.0), 10: (650.0, 120.0), 15: (990.0, 40.0)}


@dataclass(frozen=True, kw_only=True)
class FoamPull:
    """A screw in its block, pulled.

    Attributes:
        block: the shapes.
        grade: pounds per cubic foot.
        forces_n: by estimator, before any constant.
        stiffness_n_per_mm: of the pull.
        elements: of the mesh.
    """

    block: FoamBlock
    grade: int
    forces_n: Mapping[str, float]
    stiffness_n_per_mm: float
    elements: int


def block_of(screw: str) -> FoamBlock:
    """The block of one of the six screws, with its thread as measured."""
    outer, core, pitch = WEIDLING_2022[screw]
    return FoamBlock(
        outer_diameter_mm=outer,
        core_diameter_mm=core,
        pitch_mm=pitch,
        length_mm=WEIDLING_2022_TESTS[screw].engaged_mm,
    )


def pulls(report: Progress, *, coarser: float = 1.0) -> Iterator[tuple[str, FoamPull]]:
    """Each of the six screws in grade 15, then one in the lighter grades; by name, as they are solved.

    Args:
        report: is told each screw.
        coarser: element edges on the thread over two to a flank.

    Raises:
        SacrofixError: a mesh that cannot be made, or a solve that fails.
    """
    for screw in WEIDLING_2022_TESTS:
        block = block_of(screw)
        report(f"foam, {screw}: meshing")
        mesh = foam_block_mesh(block, edges_per_flank=2.0 / coarser)
        report(f"foam, {screw}: solving {len(mesh.tets)} tetrahedra")
        yield screw, pull(block, mesh, GRADE)
        if screw == OVER_DENSITY:
            for grade in (5, 10):
                report(f"foam, {screw} in grade {grade}: solving")
                yield f"{screw} in grade {grade}", pull(block, mesh, grade)


def pull(block: FoamBlock, mesh: Mesh, grade: int) -> FoamPull:
    """The screw pulled along its axis, the block held at its sides and its bottom."""
    foam, metal = FOAMS[grade], METALS["titanium"]
    held = np.unique(np.concatenate([mesh.face("block_sides").ravel(), mesh.face("block_bottom").ravel()]))
    model = Model(
        discretisation=discretise(mesh),
        elastic=elastic_by_part(
            mesh, {"foam": (foam.young_mpa, FOAM_POISSON), "screw": (metal.young_mpa, metal.poisson)}
        ),
        supports=(FixedNodes(name="sides and bottom of the block", nodes=held),),
        load_cases=(face_traction(mesh, mesh.face("screw_head"), np.array([0.0, 0.0, PULL_N]), name=LOAD),),
    )
    fields = gauss_fields(solution := solve(model), LOAD)
    points = GAUSS_4.points_mm(mesh.corner_points_mm())
    near = np.hypot(points[..., 0], points[..., 1]) < 0.5 * block.outer_diameter_mm + REGION_MM
    near &= points[..., 2] > -block.length_mm - REGION_MM
    region = near & (mesh.part == mesh.part_index("foam"))[:, None]
    volumes = fields.points_volume_mm3
    forces = {
        name: PULL_N * load_factor(criterion.demand(fields), volumes, region, EXCEEDED_PERCENT)
        for name, criterion in foam_criteria(foam).items()
    }
    forces["thread_shear"] = chapman_n(block, foam.shear_strength_mpa)
    moved = solution.displacement_of(LOAD)[np.unique(mesh.face("screw_head"))]
    return FoamPull(
        block=block,
        grade=grade,
        forces_n=forces,
        stiffness_n_per_mm=PULL_N / float(moved[:, 2].mean()),
        elements=len(mesh.tets),
    )


def foam_criteria(foam: FoamGrade) -> Mapping[str, Criterion]:
    """The criteria on strain with the limit of a foam: strength over modulus, in both directions."""
    limit = foam.strength_mpa / foam.young_mpa
    return {
        "effective_strain": EffectiveStrain(limit=limit),
        "principal_strain": PrincipalStrain(tension=limit, compression=limit),
    }


def chapman_n(block: FoamBlock, shear_strength_mpa: float) -> float:
    """Chapman's force in N: the shear strength on the outer surface of the thread, times its shape factor."""
    factor = thread_shape_factor(block.depth_mm, block.pitch_mm)
    return float(shear_strength_mpa * np.pi * block.outer_diameter_mm * block.length_mm * factor)


def foam_rows(found: Mapping[str, FoamPull]) -> Iterator[Row]:
    """The six screws after the constant of each estimator, then the ratios of grades."""
    for screw, test in WEIDLING_2022_TESTS.items():
        target = Target(
            name=f"foam, {screw}",
            measured=f"{test.force_n:g} +- {test.force_sd_n:g} N",
            value=test.force_n,
            low=(1.0 - WITHIN) * test.force_n,
            high=(1.0 + WITHIN) * test.force_n,
            unit="N",
            source="Weidling 2022 (evidence 7.5 [V 124])",
            remark="after one constant for each estimator, fitted on these six",
        )
        for name, force in found[screw].forces_n.items():
            yield Row(target=target, by=name, computed=ESTIMATORS[name].calibration.factor * force)
    for light, dense in ((5, 10), (10, 15)):
        yield from _over_density(found, light, dense)


def _over_density(found: Mapping[str, FoamPull], light: int, dense: int) -> Iterator[Row]:
    """The force in one grade over that in a lighter one, by estimator."""
    (low_n, low_sd), (high_n, high_sd) = (MEASURED_OVER_DENSITY_N[grade] for grade in (light, dense))
    ratio = high_n / low_n
    # one standard deviation of a ratio of independent means, to first order
    spread = ratio * float(np.hypot(low_sd / low_n, high_sd / high_n))
    target = Target(
        name=f"foam, {FOAMS[dense].density_mg_cm3:g} over {FOAMS[light].density_mg_cm3:g} mg/cm3",
        measured=f"{ratio:.2f} +- {spread:.2f}",
        value=ratio,
        low=ratio - 2.0 * spread,
        high=ratio + 2.0 * spread,
        unit="1",
        source="one pedicle screw in three foams (evidence 7.5 [V 91])",
        remark="densities of the denser two are recalled; band of two standard deviations",
    )
    numerator, denominator = (
        found[OVER_DENSITY if grade == GRADE else f"{OVER_DENSITY} in grade {grade}"].forces_n
        for grade in (dense, light)
    )
    for name, force in numerator.items():
        yield Row(target=target, by=name, computed=force / denominator[name])
