"""Discs, ligaments and joints: their numbers, each with its range and source.

Marks are those of docs/evidence.md: [V] seen in the source, [R-M] recalled, [A] assumed. Where the source is
a range, the default is its middle.
"""

from dataclasses import dataclass, fields

from geometry.parameters import check_ranges, number
from materials.tables import Solid

_RANGE = "middle of the published range (evidence 5 [V 78, 82])"
_TOE = "small strains (evidence 5 [V 154])"
_STRAIGHT = "strain at which it is straight (evidence 5 [V 154])"


@dataclass(frozen=True, kw_only=True)
class DiscTissue:
    """Annulus and nucleus of every disc, and what takes their place."""

    annulus_young_mpa: float = number(4.2, 0.5, 50.0, "MPa", "matrix between the fibres (evidence 5 [V 74])")
    annulus_poisson: float = number(0.45, 0.2, 0.48, "", "matrix (evidence 5 [V 74])")
    fibre_young_mpa: float = number(475.0, 100.0, 800.0, "MPa", "450 to 500 (evidence 5 [V 74, 77])")
    fibre_share: float = number(
        0.16, 0.02, 0.3, "", "share of the annulus volume, recalled: 0.16 to 0.19 [R-M]"
    )
    fibre_angle_deg: float = number(30.0, 15.0, 60.0, "deg", "to the middle plane, recalled [R-M]")
    nucleus_young_mpa: float = number(1.0, 0.05, 20.0, "MPa", "evidence 5 [V 74, 78]")
    nucleus_poisson: float = number(
        0.48,
        0.3,
        0.4999,
        "",
        "chosen: 0.49 to 0.4999 is published (evidence 5 [V 74, 78]) and takes ten times as long; "
        "what it changes is in docs/construct.md",
    )
    graft_young_mpa: float = number(
        2250.0, 50.0, 20_000.0, "MPa", "iliac strut as one block, 1000 to 3500, middle (evidence 5 [A])"
    )

    def __post_init__(self) -> None:
        check_ranges(self, "soft_tissue.disc")

    def annulus(self) -> Solid:
        """The matrix of the annulus."""
        return Solid(young_mpa=self.annulus_young_mpa, poisson=self.annulus_poisson, source="case")

    def nucleus(self) -> Solid:
        """The nucleus."""
        return Solid(young_mpa=self.nucleus_young_mpa, poisson=self.nucleus_poisson, source="case")

    def graft(self) -> Solid:
        """A strut in place of the disc."""
        return Solid(young_mpa=self.graft_young_mpa, poisson=0.3, source="case; evidence 5 [A]")


@dataclass(frozen=True, kw_only=True)
class LumbarLigaments:
    """Young's modulus and area of each ligament between two vertebrae; its length is that of the anatomy.

    Up to its toe strain a ligament has the modulus of its toe, where it is not taken to be linear. That holds
    for strains near zero; a toe stiffer than the ligament is taken to be as stiff.
    """

    anterior_longitudinal_mpa: float = number(20.0, 1.0, 60.0, "MPa", "evidence 5 [V 78, 82]")
    anterior_longitudinal_mm2: float = number(50.9, 10.0, 90.0, "mm2", f"38 to 63.7, {_RANGE}")
    posterior_longitudinal_mpa: float = number(45.0, 1.0, 100.0, "MPa", f"20 to 70, {_RANGE}")
    posterior_longitudinal_mm2: float = number(20.0, 5.0, 40.0, "mm2", "evidence 5 [V 78, 82]")
    flavum_mpa: float = number(34.8, 1.0, 100.0, "MPa", f"19.5 to 50, {_RANGE}")
    flavum_mm2: float = number(50.0, 10.0, 90.0, "mm2", f"40 to 60, {_RANGE}")
    interspinous_mpa: float = number(19.8, 1.0, 60.0, "MPa", f"11.6 to 28, {_RANGE}")
    interspinous_mm2: float = number(37.5, 5.0, 60.0, "mm2", f"35 to 40, {_RANGE}")
    supraspinous_mpa: float = number(21.5, 1.0, 60.0, "MPa", f"15 to 28, {_RANGE}")
    supraspinous_mm2: float = number(32.8, 5.0, 60.0, "mm2", f"30 to 35.5, {_RANGE}")
    intertransverse_mpa: float = number(54.5, 1.0, 100.0, "MPa", f"50 to 59, {_RANGE}")
    intertransverse_mm2: float = number(6.8, 1.0, 20.0, "mm2", f"3.6 to 10, {_RANGE}")

    capsular_mpa: float = number(26.5, 1.0, 60.0, "MPa", f"20 to 33, {_RANGE}")
    capsular_mm2: float = number(50.0, 5.0, 90.0, "mm2", f"40 to 60, {_RANGE}")
    capsule_mm: float = number(6.0, 2.0, 15.0, "mm", "length of the facet capsule, chosen")
    anterior_longitudinal_toe_mpa: float = number(7.8, 0.1, 60.0, "MPa", _TOE)
    anterior_longitudinal_toe_strain: float = number(0.12, 0.0, 0.5, "", _STRAIGHT)
    posterior_longitudinal_toe_mpa: float = number(10.0, 0.1, 100.0, "MPa", _TOE)
    posterior_longitudinal_toe_strain: float = number(0.11, 0.0, 0.5, "", _STRAIGHT)
    flavum_toe_mpa: float = number(15.0, 0.1, 100.0, "MPa", _TOE)
    flavum_toe_strain: float = number(0.062, 0.0, 0.5, "", _STRAIGHT)
    interspinous_toe_mpa: float = number(10.0, 0.1, 60.0, "MPa", _TOE)
    interspinous_toe_strain: float = number(0.14, 0.0, 0.5, "", _STRAIGHT)
    supraspinous_toe_mpa: float = number(8.0, 0.1, 60.0, "MPa", _TOE)
    supraspinous_toe_strain: float = number(0.20, 0.0, 0.5, "", _STRAIGHT)
    intertransverse_toe_mpa: float = number(10.0, 0.1, 100.0, "MPa", _TOE)
    intertransverse_toe_strain: float = number(0.18, 0.0, 0.5, "", _STRAIGHT)
    capsular_toe_mpa: float = number(7.5, 0.1, 60.0, "MPa", "small strains, recalled [R-M]")
    capsular_toe_strain: float = number(0.25, 0.0, 0.5, "", "recalled [R-M]")

    def __post_init__(self) -> None:
        check_ranges(self, "soft_tissue.lumbar")

    def stretching_n(self, kind: str) -> float:
        """Modulus times area in N: the pull at which the ligament would be twice as long."""
        return float(getattr(self, f"{kind}_mpa") * getattr(self, f"{kind}_mm2"))

    def toe_share(self, kind: str) -> float:
        """The modulus of small strains over the other, 1 at most."""
        return min(float(getattr(self, f"{kind}_toe_mpa") / getattr(self, f"{kind}_mpa")), 1.0)

    def toe_strain(self, kind: str) -> float:
        """The strain up to which it holds."""
        return float(getattr(self, f"{kind}_toe_strain"))


@dataclass(frozen=True, kw_only=True)
class PelvicLigaments:
    """Stiffness of each ligament of the pelvis on one side, all its lines together."""

    iliolumbar_n_per_mm: float = number(1000.0, 1.0, 5000.0, "N/mm", "evidence 5 [V 74]")
    anterior_sacroiliac_n_per_mm: float = number(700.0, 1.0, 5000.0, "N/mm", "evidence 5 [V 74]")
    interosseous_sacroiliac_n_per_mm: float = number(2800.0, 1.0, 20_000.0, "N/mm", "evidence 5 [V 74]")
    short_posterior_sacroiliac_n_per_mm: float = number(400.0, 1.0, 5000.0, "N/mm", "evidence 5 [V 74]")
    long_posterior_sacroiliac_n_per_mm: float = number(1000.0, 1.0, 5000.0, "N/mm", "evidence 5 [V 74]")
    sacrospinous_n_per_mm: float = number(1400.0, 1.0, 5000.0, "N/mm", "evidence 5 [V 74]")
    sacrotuberous_n_per_mm: float = number(1500.0, 1.0, 5000.0, "N/mm", "evidence 5 [V 74]")

    def __post_init__(self) -> None:
        check_ranges(self, "soft_tissue.pelvic")

    @classmethod
    def kinds(cls) -> tuple[str, ...]:
        """The ligaments that have a row here."""
        return tuple(entry.name.removesuffix("_n_per_mm") for entry in fields(cls))

    def stiffness_n_per_mm(self, kind: str) -> float:
        """All lines of one ligament together."""
        return float(getattr(self, f"{kind}_n_per_mm"))


@dataclass(frozen=True, kw_only=True)
class JointCartilage:
    """Cartilage of the sacroiliac and the facet joints."""

    sacroiliac_young_mpa: float = number(30.0, 0.5, 100.0, "MPa", "10 to 35 (evidence 5 [V 17, 74])")
    sacroiliac_poisson: float = number(0.4, 0.2, 0.48, "", "evidence 5 [V 74, 80]")
    facet_young_mpa: float = number(30.0, 0.5, 100.0, "MPa", "facet model (evidence 5 [V 80])")
    facet_poisson: float = number(0.4, 0.2, 0.48, "", "facet model (evidence 5 [V 80])")

    def __post_init__(self) -> None:
        check_ranges(self, "soft_tissue.joints")

    def sacroiliac(self) -> Solid:
        """Of the sacroiliac joints."""
        return Solid(young_mpa=self.sacroiliac_young_mpa, poisson=self.sacroiliac_poisson, source="case")

    def facet(self) -> Solid:
        """Of the facet joints."""
        return Solid(young_mpa=self.facet_young_mpa, poisson=self.facet_poisson, source="case")


@dataclass(frozen=True, kw_only=True)
class SoftTissue:
    """All that is neither bone nor metal.

    Attributes:
        disc: annulus, fibres, nucleus, and the strut in their place.
        lumbar: ligaments between vertebrae.
        pelvic: ligaments of the pelvis.
        joints: cartilage.
    """

    disc: DiscTissue = DiscTissue()
    lumbar: LumbarLigaments = LumbarLigaments()
    pelvic: PelvicLigaments = PelvicLigaments()
    joints: JointCartilage = JointCartilage()
