"""What is read off a solved construct."""

from collections.abc import Mapping, Sequence

import numpy as np

from cases.construct.directions import DIRECTIONS, LOAD_UNITS, MOMENT, MOTION_UNITS
from cases.construct.graft_load import graft_load
from cases.construct.interfaces import interface_motions
from cases.construct.model import N_MM_PER_N_M, SpineModel
from cases.construct.motions import bone_masks, bone_motions, nutation_deg, relative_motions
from cases.construct.results import DirectionResult, ModelResult
from cases.construct.sections import carried_loads
from cases.construct.solve import SolvedSpine
from cases.mesh_hash import mesh_hash
from fem.contact import Touching
from fem.elastic import GAUSS_4
from fem.error_estimate import ErrorEstimate, estimated_errors
from fem.recovery import GaussFields, gauss_fields, part_points, volume_percentiles
from fem.solution import Solution, work_stiffness
from geometry.arrays import Bools, Floats
from geometry.mirror import ACROSS
from geometry.screws import Screw
from materials.both_sides import LEFT, RIGHT

# A stress at one point is the mesh's own; the highest hundredth of the volume is left out.
PERCENTS: Mapping[str, float] = {"p50": 50.0, "p95": 95.0, "p99": 99.0}
IMPLANTS = ("rod", "head", "cross_link", "screw", "graft")
# Bone round a screw is counted this far from its wall, as for pull-out (evidence 7.1: 4.7 to 5.4 mm).
REGION_MM = 5.0
STRAIN_PERCENT = np.array([98.0])


def measured_model(setup: SpineModel, solved: SolvedSpine) -> ModelResult:
    """All numbers of one solved model."""
    mesh, solution = setup.mesh, solved.solution
    names = [case.name for case in solution.model.load_cases]
    volumes = mesh.volumes_mm3()
    regions, bones, balance = screw_regions(setup), bone_masks(setup), solution.imbalance()
    errors = estimated_errors(solution, names)
    return ModelResult(
        model=setup.spine.model,
        linear=setup.spine.case.is_linear,
        directions=tuple(
            measured_direction(setup, solution, name, regions, bones, error, touching, float(balance_error))
            for name, error, touching, balance_error in zip(
                names, errors, solved.touching, balance, strict=True
            )
        ),
        findings=setup.spine.findings,
        elements=len(mesh.tets),
        unknowns=3 * (len(mesh.nodes_mm) - len(setup.model.supports[0].nodes)),
        extrapolated_percent=100.0 * setup.material.extrapolated_share(volumes),
        clipped_percent=100.0 * setup.material.clipped_share(volumes),
        mesh_hash=mesh_hash(mesh),
    )


def measured_direction(
    setup: SpineModel,
    solution: Solution,
    name: str,
    regions: Mapping[str, Bools],
    bones: Mapping[str, Bools],
    error: ErrorEstimate,
    touching: Sequence[Touching],
    balance_error: float,
) -> DirectionResult:
    """The numbers of one direction."""
    direction = DIRECTIONS[name]
    load = direction.load(setup.spine.case.loading)
    index = solution.model.case_index(name)
    fields = gauss_fields(solution, name)
    moved = bone_motions(setup.mesh, bones, solution.displacement_of(name))
    grafts = graft_load(setup, solution, name)
    moment = direction.kind == MOMENT
    if moment:
        per_rad = work_stiffness(N_MM_PER_N_M * load, solution, name)
        stiffness = np.radians(per_rad) / N_MM_PER_N_M
    else:
        stiffness = work_stiffness(load, solution, name)
    units = LOAD_UNITS[direction.kind], MOTION_UNITS[direction.kind]
    return DirectionResult(
        direction=name,
        load=load,
        load_unit=units[0],
        stiffness=float(stiffness),
        stiffness_unit=f"{units[0]}/{units[1]}",
        stiffness_error_percent=stiffness_error_percent(setup, error),
        motions=relative_motions(setup.spine, moved, name),
        motion_unit=units[1],
        nutation_deg=nutation_deg(moved),
        von_mises_mpa=implant_stresses(setup, fields),
        bone_strain_p98={
            screw: _percentiles(fields.effective_strain, fields, region, STRAIN_PERCENT)[0]
            for screw, region in regions.items()
        },
        carried={**carried_loads(setup, solution, name), **grafts.carried},
        graft_share_percent=grafts.share_percent,
        interfaces=interface_motions(touching),
        iterations=int(solution.iterations[index]),
        relative_residual=float(solution.relative_residual[index]),
        balance_error=balance_error,
    )


def stiffness_error_percent(setup: SpineModel, error: ErrorEstimate) -> float:
    """Estimated discretisation error of the stiffness in the direction of an estimate.

    Lost elements and the bone next to them are left out: a disc squeezes the void below it so much that
    strains smoothed across the front of the loss make several times the energy of the whole, where finer
    meshes change the stiffness by a few per cent (measured).
    """
    shares, mesh = error.element_share, setup.mesh
    at_front = np.zeros(len(mesh.nodes_mm), bool)
    at_front[mesh.tets[setup.lost > 0.0]] = True
    beside = at_front[mesh.tets].any(axis=1) & setup.material.is_bone()
    return 100.0 * float(shares[~beside].sum())


def implant_stresses(setup: SpineModel, fields: GaussFields) -> dict[str, dict[str, float]]:
    """Percentiles of the von Mises stress in MPa of each implant and graft, by part."""
    percents = np.array(list(PERCENTS.values()))
    stress = fields.von_mises_mpa
    found = {}
    for part in setup.mesh.part_names:
        if part.startswith(IMPLANTS):
            region = part_points(setup.model.discretisation, part)
            values = _percentiles(stress, fields, region, percents)
            found[part] = dict(zip(PERCENTS, values, strict=True))
    return found


def screw_regions(setup: SpineModel) -> dict[str, Bools]:
    """Gauss points of bone near the wall of each screw, by its part, shape (m, 4); none without implants."""
    construct = setup.spine.construct
    if construct is None:
        return {}
    points = GAUSS_4.points_mm(setup.mesh.corner_points_mm()).reshape(-1, 3)
    left = (setup.material.is_bone() & (setup.lost < 0.5))[:, None]
    found = {}
    for name, screw in construct.screws.items():
        for side, hand in ((LEFT, np.ones(3)), (RIGHT, ACROSS)):
            found[f"screw_{name}{side}"] = left & _near(screw, points * hand)
    return found


def _near(screw: Screw, points_mm: Floats) -> Bools:
    """The points near a screw on the left, shape (m, 4)."""
    return np.asarray(screw.axis_distance_mm(points_mm) < 0.5 * screw.diameter_mm + REGION_MM).reshape(-1, 4)


def _percentiles(values: Floats, fields: GaussFields, region: Bools, percents: Floats) -> list[float]:
    found = volume_percentiles(values, fields.points_volume_mm3, region, percents)
    return [float(value) for value in found]
