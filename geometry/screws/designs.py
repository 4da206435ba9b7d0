"""Screw designs that ship: one row each."""

from collections.abc import Mapping

from geometry.screws.design import ScrewDesign
from geometry.screws.thread import LEAST_FLAT_SHARE, Thread

# Chosen: the core falls by this much from the entry to the tip, half of it either side of the published mean.
# The screws of [V 124] have a tapered core; the taper itself is not in the table.
WEIDLING_TAPER_MM = 0.6
# Chosen: the neck is this much thicker than the core at the entry.
WEIDLING_NECK_MM = 0.3
# Outer diameter, mean core diameter and pitch in mm, from table 2 of [V 124], doi 10.1038/s41598-022-11824-2.
WEIDLING_2022: Mapping[str, tuple[float, float, float]] = {
    "st1_6": (6.0, 3.65, 3.00),
    "st1_7": (7.0, 4.04, 3.00),
    "st2_6": (6.0, 3.86, 3.00),
    "st2_7": (7.0, 3.94, 3.00),
    "st3_6.2": (6.2, 4.36, 2.00),
    "st3_7": (7.0, 5.03, 2.00),
    "st4_6.5": (6.5, 4.15, 4.00),
    "st4_7.5": (7.5, 4.78, 4.00),
    "st5_6.5": (6.5, 4.25, 2.75),
    "st5_7.5": (7.5, 4.99, 2.75),
    "st6_6.5": (6.5, 4.45, 2.80),
    "st6_7.5": (7.5, 5.10, 2.80),
}


def _weidling(name: str) -> ScrewDesign:
    """A screw of that study; what its table leaves open is chosen."""
    outer, core, pitch = WEIDLING_2022[name]
    entry = core + 0.5 * WEIDLING_TAPER_MM
    return ScrewDesign(
        diameter_mm=outer,
        core_entry_mm=entry,
        core_tip_mm=core - 0.5 * WEIDLING_TAPER_MM,
        thread=Thread(pitch_mm=pitch, crest_mm=max(0.3, LEAST_FLAT_SHARE * pitch)),
        shank_diameter_mm=entry + WEIDLING_NECK_MM,
        source=f"diameters and pitch of {name} [V 124]; starts, taper and profile chosen",
    )


DESIGNS: Mapping[str, ScrewDesign] = {
    "pedicle_7.0": ScrewDesign(
        thread=Thread(starts=2),
        source="7.0 mm [V 1]; core and pitch chosen within [V 124], two starts chosen",
    ),
    "alar_7.0": ScrewDesign(
        core_entry_mm=4.8,
        core_tip_mm=4.0,
        shank_diameter_mm=5.6,
        source="7.0 mm [V 1]; deeper thread for the ala's soft bone, chosen",
    ),
    "s2ai_8.5": ScrewDesign(
        diameter_mm=8.5,
        core_entry_mm=6.6,
        core_tip_mm=5.8,
        thread=Thread(starts=2),
        shank_diameter_mm=7.2,
        source="8.5 x 90 mm [A from V 50-54]; core, pitch and two starts chosen",
    ),
    "iliac_8.5": ScrewDesign(
        diameter_mm=8.5,
        core_entry_mm=6.2,
        core_tip_mm=5.4,
        shank_mm=15.0,
        shank_diameter_mm=7.0,
        source="8-9 mm [V 54]; smooth for 15 mm under the head, core and pitch chosen",
    ),
    "pedicle_7.0_cannulated": ScrewDesign(
        tip_share=0.4,
        bore_mm=1.8,
        thread=Thread(starts=2),
        source="as pedicle_7.0; bore for a guide wire chosen",
    ),
    **{f"weidling_{name}": _weidling(name) for name in WEIDLING_2022},
}
