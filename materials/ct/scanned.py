"""The bone density of one patient: the sacrum from a scan, what the scan does not show from a template."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from geometry.arrays import Bools, Floats
from geometry.errors import MaterialError
from materials.cortex import CortexThickness
from materials.ct.inner_bone import SacrumInScan, carried_outwards, sacrum_in_scan
from materials.ct.projection import density_at, density_in_elements
from materials.ct.volume import DensityVolume
from materials.density_field import SACRUM
from materials.density_map import DensityMap
from materials.regions.of_interest import SampledBone, sampled_bone
from materials.regions.sacral import SacralRegions
from materials.templates import ALA_REGIONS, S1_ALA, S1_BODY

WHERE = "bone.ct"
REFUSE, TEMPLATE = "refuse", "template"
# A region is measured where so much of its core is clear of the shell (chosen: noise of 20 HU in voxels of
# 16 mm3 leaves 4 HU of its mean).
LEAST_MM3 = 400.0
# The S1 body must be seen to be measured (chosen), and measure what bone measures (the range of the key
# bone.s1_body_mg_cm3).
LEAST_S1_SEEN = 0.95
S1_BODY_MG_CM3 = (20.0, 500.0)
# The template takes no other R (the range of the key bone.ala_to_body_ratio); a measured one may be lower,
# even negative, where the ala is full of fat (evidence 3.1).
TEMPLATE_R = (0.1, 1.2)
# From the shell to soft tissue 3 mm outside density falls by more than this, blurred as it is (chosen).
EDGE_MM, EDGE_MG_CM3 = 3.0, 100.0
# Share of the surface that must show it. In a synthetic scan it is 1.0 in place, 0.33 to 0.60 after a shift
# by 3 mm, 0.19 to 0.40 by 5 mm, 0.12 to 0.30 by 10 mm, and 0.02 to 0.13 in a wrong frame; joints and the disc
# have another bone or cartilage outside. Refused is what can only be misplaced (chosen).
LEAST_EDGE, POOR_EDGE = 0.25, 0.6


@dataclass(frozen=True, kw_only=True)
class ScanMeasures:
    """What a scan shows of a sacrum.

    Attributes:
        regions_mg_cm3: QCT density of each region of the density map that is seen.
        s1_body_mg_cm3: that of the S1 body.
        ala_to_body: R, mean of the S1 ala over the S1 body.
        outside_share: share of the sacrum's volume that the scan does not show.
        carried_share: share of the bone under the shell that lies within the margin and gets the density
            of bone further in.
        edge_share: share of the sacrum's surface where the scan shows the edge of a bone.
    """

    regions_mg_cm3: Mapping[str, float]
    s1_body_mg_cm3: float
    ala_to_body: float
    outside_share: float
    carried_share: float
    edge_share: float

    def summary(self) -> tuple[str, ...]:
        """What the scan shows, in words."""
        lines = [
            f"S1 body {self.s1_body_mg_cm3:.0f} mg/cm3, ala over body R = {self.ala_to_body:.2f}",
            f"the edge of a bone shows on {100 * self.edge_share:.0f} % of the sacrum's surface"
            + ("" if self.edge_share >= POOR_EDGE else ": it lies some millimetres off the scan's"),
            f"{100 * self.carried_share:.0f} % of the bone lies next to the shell: density from further in",
        ]
        if self.outside_share:
            lines.append(f"{100 * self.outside_share:.1f} % of the sacrum lies outside: from the template")
        return tuple(lines)


@dataclass(frozen=True, kw_only=True, eq=False)
class ScannedDensity:
    """Density of the sacrum from a scan, of the ilium from a template: a `DensityField`.

    The ilium is drawn, not the patient's: a scan read at its place would show soft tissue.

    Attributes:
        volume: with the density of inner bone in the shell and beside it.
        template: for the ilium, and for the sacrum where the scan does not reach.
        measures: what the scan shows.
    """

    volume: DensityVolume
    template: DensityMap
    measures: ScanMeasures

    def mg_cm3(self, part: str, points_mm: Floats) -> Floats:
        """QCT density in mg/cm3 at points (n, 3) of a bone, shape (n,): the template's but in the sacrum."""
        if part != SACRUM:
            return self.template.mg_cm3(part, points_mm)
        found = density_at(self.volume, points_mm)
        unseen = np.isnan(found)
        found[unseen] = self.template.mg_cm3(part, points_mm[unseen])
        return found

    def in_elements(self, part: str, corners_mm: Floats) -> Floats:
        """QCT density in mg/cm3 at the Gauss points of elements with corners (m, 4, 3), shape (m, 4).

        In the sacrum it has the mass of the voxels in each element.
        """
        if part != SACRUM:
            return self.template.in_elements(part, corners_mm)
        found = density_in_elements(self.volume, corners_mm)
        unseen = np.isnan(found).any(axis=1)
        found[unseen] = self.template.in_elements(part, corners_mm[unseen])
        return found


def scanned_density(
    volume: DensityVolume,
    sacrum: SacralRegions,
    thickness: CortexThickness,
    template: Callable[[float, float], DensityMap],
    *,
    margin_mm: float,
    outside: str = REFUSE,
) -> ScannedDensity:
    """The density that a calibrated scan shows of a sacrum.

    Args:
        volume: in the frame of the sacrum.
        sacrum: the bone that is meshed.
        thickness: of its shell.
        template: the map for a density of the S1 body and a ratio R.
        margin_mm: see `carried_outwards`.
        outside: whether bone that the scan does not show is refused or taken from the template.

    Raises:
        MaterialError: the scan does not show the sacrum, or not where it is said to be.
    """
    sampled = sampled_bone(sacrum)
    outside_share = _outside_share(volume, sampled)
    if outside_share and outside == REFUSE:
        raise MaterialError(
            f"{100 * outside_share:.1f} % of the sacrum lies outside the scan",
            where=f"{WHERE}.outside",
            advice=f"Use a scan of the whole sacrum, or write outside: {TEMPLATE}",
        )
    shell = thickness.at_mm(sacrum, sampled.points_mm)
    clear = -sacrum.field(sampled.points_mm) >= shell + margin_mm
    _refuse_unmeasured(sampled, clear & ~np.isnan(density_at(volume, sampled.points_mm)))
    found = sacrum_in_scan(volume.grid, sacrum, thickness)
    carried = carried_outwards(volume, found, margin_mm)
    # beside the shell too, or the middle of a region would count for all of it
    density = density_at(carried, sampled.points_mm)
    read = ~np.isnan(density)
    cores = {name: sampled.core((name,)) & read for name in sampled.weights}
    means = {name: float(density[core].mean()) for name, core in cores.items() if core.any()}
    low, high = S1_BODY_MG_CM3
    if not low <= means[S1_BODY] <= high:
        raise MaterialError(
            f"the S1 body measures {means[S1_BODY]:.0f} mg/cm3, outside {low:g} to {high:g}",
            where=WHERE,
            advice="Check the calibration, that the file holds Hounsfield units, coordinates and landmarks",
        )
    under = found.under_shell_mm()
    measures = ScanMeasures(
        regions_mg_cm3=means,
        s1_body_mg_cm3=means[S1_BODY],
        ala_to_body=float(density[sampled.core(ALA_REGIONS) & read].mean()) / means[S1_BODY],
        outside_share=outside_share,
        carried_share=float((under[under > 0.0] < margin_mm).mean()),
        edge_share=_edge_share(volume, found),
    )
    return ScannedDensity(
        volume=carried,
        template=template(measures.s1_body_mg_cm3, float(np.clip(measures.ala_to_body, *TEMPLATE_R))),
        measures=measures,
    )


def _outside_share(volume: DensityVolume, sampled: SampledBone) -> float:
    """Share of the bone that lies outside the scan; refuses one that does not show the S1 body."""
    seen = ~np.isnan(density_at(volume, sampled.points_mm))
    body = sampled.weights[S1_BODY]
    if not body[seen].sum() >= LEAST_S1_SEEN * body.sum():
        raise MaterialError(
            f"the scan shows {100 * body[seen].sum() / body.sum():.0f} % of the S1 body",
            where=WHERE,
            advice="Check coordinates and landmarks, or use a scan that shows all of it",
        )
    return 1.0 - float(seen.mean())


def _refuse_unmeasured(sampled: SampledBone, clear: Bools) -> None:
    """Refuse a scan in which too little of the S1 body or ala is seen clear of the shell, shape (n,)."""
    cores = {S1_BODY: (S1_BODY,), S1_ALA: ALA_REGIONS}
    unmeasured = [
        name
        for name, regions in cores.items()
        if (sampled.core(regions) & clear).sum() * sampled.point_mm3 < LEAST_MM3
    ]
    if unmeasured:
        raise MaterialError(
            f"too little of {', '.join(unmeasured)} is seen to measure its density",
            where=WHERE,
            advice="Use a scan of the whole of S1, or a smaller shell_margin_mm",
        )


def _edge_share(volume: DensityVolume, found: SacrumInScan) -> float:
    """Share of the surface across which density falls as at the edge of a bone; refuses too small a one."""
    near = np.abs(found.depth_mm.reshape(-1)) < 0.5 * float(found.grid.spacing_mm.max())
    places, outwards = found.points_mm[near], found.outwards[near]
    depth, shell = found.depth_mm.reshape(-1, 1)[near], found.shell_mm.reshape(-1, 1)[near]
    in_shell = density_at(volume, places + (depth - 0.5 * shell) * outwards)
    beyond = density_at(volume, places + (depth + EDGE_MM) * outwards)
    seen = ~np.isnan(in_shell - beyond)
    share = float((in_shell - beyond > EDGE_MG_CM3)[seen].mean()) if seen.any() else 0.0
    if not share >= LEAST_EDGE:
        raise MaterialError(
            f"the edge of a bone shows on {100 * share:.0f} % of the sacrum's surface, less than "
            f"{100 * LEAST_EDGE:.0f} %: the bone is not where it is said to be",
            where=WHERE,
            advice="Check coordinates and landmarks; a drawn sacrum needs a shape near the patient's",
        )
    return share
