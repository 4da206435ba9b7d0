"""What is read off a solved construct."""

from collections.abc import Mapping, Sequence
from itertools import pairwise

import numpy as np

from cases.construct.directions import DIRECTIONS, LOAD_UNITS, MOMENT, MOTION_UNITS
from cases.construct.interfaces import interface_motions
from cases.construct.model import N_MM_PER_N_M, SpineModel
from cases.construct.results import DirectionResult, ModelResult
from cases.construct.sections import carried_loads
from cases.construct.solve import SolvedSpine
from cases.mesh_hash import mesh_hash
from fem.body_motion import BodyMotion, body_motion
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
    regions = screw_regions(setup)
    errors = estimated_errors(solution, names)
    return ModelResult(
        model=setup.spine.model,
        linear=setup.spine.case.is_linear,
        directions=tuple(
            measured_direction(setup, solution, name, regions, error, touching)
            for name, error, touching in zip(names, errors, solved.touching, strict=True)
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
    error: ErrorEstimate,
    touching: Sequence[Touching],
) -> DirectionResult:
    """The numbers of one direction."""
    direction = DIRECTIONS[name]
    load = direction.load(setup.spine.case.loading)
    index = solution.model.case_index(name)
    fields = gauss_fields(solution, name)
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
        motions=relative_motions(setup, solution.displacement_of(name), name),
        motion_unit=units[1],
        nutation_deg=nutation_deg(setup, solution.displacement_of(name)),
        von_mises_mpa=implant_stresses(setup, fields),
        bone_strain_p98={
            screw: _percentiles(fields.effective_strain, fields, region, STRAIN_PERCENT)[0]
            for screw, region in regions.items()
        },
        carried=carried_loads(setup, solution, name),
        interfaces=interface_motions(touching),
        iterations=int(solution.iterations[index]),
        relative_residual=float(solution.relative_residual[index]),
        balance_error=float(solution.imbalance()[index]),
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


def relative_motions(setup: SpineModel, displacement_mm: Floats, name: str) -> dict[str, float]:
    """How far each bone moves on the next, and the top one on the ilia, in degrees or mm along the load.

    Bones move as their best rigid motion says; the sacrum as its first segment does. Shifts are those of the
    centre of the lower endplate of the upper vertebra.
    """
    spine, direction = setup.spine, DIRECTIONS[name]
    vector = spine.heading(direction)
    chain = _chain(setup, displacement_mm)
    names = list(chain)
    pairs = [*pairwise(names), (names[0], names[-1])]
    found = {}
    for upper, lower in pairs:
        above, below = chain[upper], chain[lower]
        if direction.kind == MOMENT:
            amount = np.degrees((above.turn_rad - below.turn_rad) @ vector)
        else:
            plate = spine.lumbar.l5.lower if upper != "l4" else spine.top.lower
            at = plate.centre_mm
            amount = (above.at_mm(at) - below.at_mm(at)) @ vector
        found[f"{upper}_on_{lower}"] = float(amount)
    return found


def nutation_deg(setup: SpineModel, displacement_mm: Floats) -> float:
    """How far the sacrum turns on the ilia about the axis to the left: its base forwards is positive."""
    chain = _chain(setup, displacement_mm)
    return float(np.degrees(chain["sacrum"].turn_rad - chain["ilia"].turn_rad)[0])


def _chain(setup: SpineModel, displacement_mm: Floats) -> dict[str, BodyMotion]:
    """Motions of the bones from the top down to the ilia."""
    mesh = setup.mesh
    masks: dict[str, Bools] = {}
    for part in ("l4", "l5"):
        if part in mesh.part_names:
            masks[part] = setup.body(part)
    sacrum = setup.spine.anatomy.sacrum
    arc, _ = sacrum.curve_coordinates(mesh.corner_points_mm().mean(axis=1))
    masks["sacrum"] = setup.body("sacrum") & (arc < sacrum.junction_arcs_mm[0])
    masks["ilia"] = setup.body(f"ilium{LEFT}") | setup.body(f"ilium{RIGHT}")
    return {name: body_motion(mesh, mask, displacement_mm) for name, mask in masks.items()}


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
