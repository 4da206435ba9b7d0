"""A construct's result as text for a terminal."""

from cases.construct.comparison import ConstructComparison
from cases.construct.directions import DIRECTIONS
from cases.construct.results import ConstructResult, DirectionResult, ModelResult

# Every report says what this model can and cannot tell.
ONE_WAY_LIMITS = (
    "Small displacements, no preload, no muscles; what acts one way depends on the load, so stiffness is a",
    "secant. How the intact spine compares with tests, and where it misses: docs/construct.md.",
)
LINEAR_LIMITS = (
    "Linear and bonded: ligaments, fibres and facet joints push as they pull; there is no neutral zone, no",
    "contact and no preload. The intact spine comes out several times too stiff (docs/construct.md): compare",
    "constructs with each other; the share of intact motion that is left is no prediction of a test.",
)

# Directions where the table is narrow.
SHORT = {
    "flexion_extension": "flexion",
    "lateral_bending": "bending",
    "axial_rotation": "turning",
    "extension": "extend",
    "bending_left": "bend L",
    "bending_right": "bend R",
    "rotation_left": "turn L",
    "rotation_right": "turn R",
    "compression": "compr.",
    "anterior_shear": "shear",
    "lateral_shear": "side",
    "follower": "follow",
}


def construct_text(result: ConstructResult) -> str:
    """The table of directions, then implants and bone at their highest, then the limits."""
    computed = result.computed
    lines = [
        f"{result.name}: {computed.model}, {computed.elements:,} elements, {computed.unknowns:,} unknowns"
    ]
    lines += [f"note: {finding}" for finding in computed.findings]
    lines += ["", *_stiffness_rows(result), "", *_motion_rows(result)]
    if any(row.von_mises_mpa for row in computed.directions):
        lines += ["", *_carried_rows(computed), "", *_stress_rows(computed)]
    if any(row.interfaces for row in computed.directions):
        lines += ["", *_interface_rows(computed)]
    return "\n".join([*lines, "", *limits_of(computed)])


def constructs_text(comparison: ConstructComparison) -> str:
    """A table for each direction, stiffness over the loss of S1, with what overtakes what."""
    names = comparison.names
    width = max(16, *(len(name) + 2 for name in names))
    lines = [f"{comparison.name}: stiffness of the loaded endplate (- discretisation error)"]
    told = dict.fromkeys((row.name, finding) for row in comparison.rows for finding in row.result.findings)
    lines += [f"note: {name}: {finding}" for name, finding in told]
    for name in comparison.directions:
        direction = DIRECTIONS[name]
        unit = comparison.rows[0].result.direction(name).stiffness_unit
        head = "".join(f"{label:>{width}}" for label in names)
        lines += ["", f"{direction.title}, {unit}", f"{'S1 body loss':>14}{head}"]
        curves = [comparison.curve(label, name) for label in names]
        for points in zip(*curves, strict=True):
            cells = [f"{at.high:.4g} -{100.0 * (1.0 - at.low / at.high):.0f} %" for at in points]
            loss = f"{points[0].loss_percent:g} %"
            lines.append(f"{loss:>14}" + "".join(f"{cell:>{width}}" for cell in cells))
        lines += [f"  {one.sentence()}" for one in comparison.crossovers(name)]
    lines += [f"failed: {name}: {reason}" for name, reason in comparison.failures.items()]
    return "\n".join([*lines, "", *limits_of(comparison.rows[0].result)])


def limits_of(result: ModelResult) -> tuple[str, ...]:
    """What its model cannot tell."""
    return LINEAR_LIMITS if result.linear else ONE_WAY_LIMITS


def _stiffness_rows(result: ConstructResult) -> list[str]:
    """Stiffness of the loaded endplate against what is held."""
    lines = [f"{'direction':<24}{'load':>12}{'stiffness':>24}{'  discretisation error':>24}"]
    for row in result.computed.directions:
        load = f"{row.load:g} {row.load_unit}"
        stiffness = f"{row.stiffness:.4g} {row.stiffness_unit}"
        error = f"-{row.stiffness_error_percent:.1f} %"
        lines.append(f"{DIRECTIONS[row.direction].title:<24}{load:>12}{stiffness:>24}{error:>24}")
    return lines


def _motion_rows(result: ConstructResult) -> list[str]:
    """Motion of each bone on the next; in brackets the percentage of the reference's."""
    names = list(result.computed.directions[0].motions)
    lines = [f"{'motion':<24}" + "".join(f"{name.replace('_', ' '):>22}" for name in names)]
    if result.reference is not None:
        lines[0] += f"   (% of {result.reference.model})"
    for row in result.computed.directions:
        kept = result.remaining_percent(row.direction)
        cells = "".join(f"{_cell(row, name, kept):>22}" for name in names)
        lines.append(f"{DIRECTIONS[row.direction].title:<24}{cells}")
    return lines


def _cell(row: DirectionResult, name: str, kept: dict[str, float]) -> str:
    share = f" ({kept[name]:.0f} %)" if name in kept else ""
    return f"{row.motions[name]:.3f} {row.motion_unit}{share}"


def _carried_rows(computed: ModelResult) -> list[str]:
    """Most bending along each rod, screw and graft, the pull or push on each screw at its entry and on each
    graft, of both sides the one with more; and what the grafts carry of the load."""
    carried = [row.carried for row in computed.directions]
    parts = dict.fromkeys(_one_side(part) for part in carried[0])
    lines = [f"{'most bending, N m':<24}" + _heads(computed)]
    for one in parts:
        cells = [
            max(load.most_bent_n_m for part, load in loads.items() if _one_side(part) == one)
            for loads in carried
        ]
        lines.append(f"{one:<24}" + "".join(f"{cell:>8.2f}" for cell in cells))
    lines += ["", f"{'axial at the entry, N':<24}"]
    for one in (part for part in parts if part.startswith(("screw", "graft"))):
        cells = [
            max((load.axial_n[0] for part, load in loads.items() if _one_side(part) == one), key=abs)
            for loads in carried
        ]
        lines.append(f"{one:<24}" + "".join(f"{cell:>+8.0f}" for cell in cells))
    if "graft" in parts:
        shares = "".join(f"{row.graft_share_percent:>+8.0f}" for row in computed.directions)
        lines += ["", f"{'through the grafts, %':<24}{shares}"]
    return lines


def _stress_rows(computed: ModelResult) -> list[str]:
    """Stress of each implant, and strain of the bone round each screw; the larger of both sides."""
    lines = [f"{'von Mises p95, MPa':<24}" + _heads(computed)]
    implants = dict.fromkeys(_one_side(part) for part in computed.directions[0].von_mises_mpa)
    for implant in implants:
        cells = [
            max(found["p95"] for part, found in row.von_mises_mpa.items() if _one_side(part) == implant)
            for row in computed.directions
        ]
        lines.append(f"{implant:<24}" + "".join(f"{cell:>8.1f}" for cell in cells))
    lines += ["", f"{'bone strain p98, 1e-6':<24}"]
    for screw in dict.fromkeys(_one_side(part) for part in computed.directions[0].bone_strain_p98):
        cells = [
            1e6 * max(found for part, found in row.bone_strain_p98.items() if _one_side(part) == screw)
            for row in computed.directions
        ]
        lines.append(f"round {screw:<18}" + "".join(f"{cell:>8.0f}" for cell in cells))
    return lines


def _interface_rows(computed: ModelResult) -> list[str]:
    """Gaps, slip and share of faces that press, of both sides the one that moves more."""
    lines = []
    parts = dict.fromkeys(_one_side(part) for part in computed.directions[0].interfaces)
    for title, key in (
        ("opening, um", "opening_um"),
        ("slip, um", "slip_um"),
        ("faces that press, %", "touching_percent"),
    ):
        lines.append(f"{title:<24}" + _heads(computed))
        for part in parts:
            cells = [
                max(getattr(one, key) for name, one in row.interfaces.items() if _one_side(name) == part)
                for row in computed.directions
            ]
            lines.append(f"{part:<24}" + "".join(f"{cell:>8.1f}" for cell in cells))
    return lines


def _heads(computed: ModelResult) -> str:
    return "".join(f"{_short(row.direction):>8}" for row in computed.directions)


def _short(direction: str) -> str:
    return SHORT.get(direction, direction)


def _one_side(part: str) -> str:
    return part.removesuffix("_left").removesuffix("_right")
