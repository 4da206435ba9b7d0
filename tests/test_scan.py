"""A scan says of thousands of paths what an inspection says of one: bone, nerves, vessels and the notch."""

import numpy as np
import pytest

from geometry.anatomy import Anatomy
from geometry.planning import nearby
from geometry.planning.breach import BreachReport, inspect
from geometry.planning.hazards import Hazard
from geometry.planning.scan import Scan, scan
from geometry.screws import Screw, ScrewTrajectory, plan_screw

FANS = [
    ("s1_pedicle", (-45.0, 10.0), (-25.0, 30.0)),
    ("s1_alar_classic", (0.0, 50.0), (-10.0, 50.0)),
    ("s2ai", (20.0, 55.0), (-15.0, 15.0)),
]
LATERAL, CAUDAL = 12, 11


def fan(anatomy: Anatomy, name: str, lateral: tuple[float, float], caudal: tuple[float, float]) -> Scan:
    screw = plan_screw(anatomy, name)
    return scan(
        anatomy,
        screw.trajectory.entry_mm,
        np.linspace(*lateral, LATERAL),
        np.linspace(*caudal, CAUDAL),
        kind=screw.kind,
        diameter_mm=screw.diameter_mm,
        length_mm=screw.trajectory.length_mm,
    )


def inspected(anatomy: Anatomy, name: str, paths: Scan, i: int, j: int) -> BreachReport:
    screw = plan_screw(anatomy, name)
    trajectory = ScrewTrajectory(
        entry_mm=screw.trajectory.entry_mm,
        lateral_deg=float(paths.lateral_deg[i]),
        caudal_deg=float(paths.caudal_deg[j]),
        length_mm=screw.trajectory.length_mm,
    )
    return inspect(anatomy, Screw(kind=screw.kind, diameter_mm=screw.diameter_mm, trajectory=trajectory))


@pytest.mark.parametrize(("name", "lateral", "caudal"), FANS)
def test_a_scan_agrees_with_inspections(
    name: str, lateral: tuple[float, float], caudal: tuple[float, float], male: Anatomy
) -> None:
    paths = fan(male, name, lateral, caudal)
    assert paths.acceptable.any()
    assert not paths.acceptable.all()
    margins = []
    for i, j in np.random.default_rng(0).integers(0, (LATERAL, CAUDAL), (40, 2)):
        report = inspected(male, name, paths, i, j)
        near = [distance for _, distance in report.hazards_mm]
        bone = (report.wall_margin_mm, report.canal_mm, report.foramina_mm, report.endplate_mm)
        # samples every 1 to 1.5 mm know the surface to some tenths of a millimetre
        doubtful = min(abs(value) for value in (*bone, *near, report.notch_mm)) < 0.45
        assert paths.acceptable[i, j] == report.acceptable or doubtful, report.findings
        if report.wall_margin_mm > -4.0:
            margins.append(float(paths.wall_margin_mm[i, j]) - report.wall_margin_mm)
        for hazard, distance in report.hazards_mm:
            # rings of the wall are 1 mm wide: on the safe side by half of that; what is near a ring is sought
            # from its centre
            assert -0.5 < paths.hazards_mm[hazard][i, j] - distance < 0.2, hazard
        assert paths.notch_mm[i, j] == pytest.approx(report.notch_mm, abs=1e-9)
    assert np.median(np.abs(margins)) < 0.1
    assert np.abs(margins).max() < 1.0


def test_a_path_through_a_nerve_is_not_acceptable(male: Anatomy, monkeypatch: pytest.MonkeyPatch) -> None:
    free = fan(male, *FANS[1])
    i, j = free.safest(1)[0]
    screw = plan_screw(male, "s1_alar_classic")
    trajectory = ScrewTrajectory(
        entry_mm=screw.trajectory.entry_mm,
        lateral_deg=float(free.lateral_deg[i]),
        caudal_deg=float(free.caudal_deg[j]),
        length_mm=screw.trajectory.length_mm,
    )
    # a nerve where none is: across the tip of the best path
    across = trajectory.at_mm(trajectory.length_mm - 3.0) + np.array([[0.0, 0.0, -4.0], [0.0, 0.0, 4.0]])
    nerve = Hazard(name="nerve", centreline_mm=across, radius_mm=1.0, source="test")
    monkeypatch.setattr(nearby, "hazards", lambda anatomy: (nerve,))
    minded = fan(male, *FANS[1])
    assert not minded.acceptable[i, j]
    assert minded.hazards_mm["nerve"][i, j] < 0.0
    assert (minded.acceptable <= free.acceptable).all()
    assert minded.acceptable.any()


def test_paths_are_filtered_and_ranked_by_their_room(male: Anatomy) -> None:
    paths = fan(male, *FANS[1])
    kept = paths.clear_of(hazard_mm=3.0, wall_mm=0.5)
    assert 0 < kept.sum() < paths.acceptable.sum()
    assert paths.hazard_mm[kept].min() >= 3.0
    assert paths.wall_margin_mm[kept].min() >= 0.5
    iliac = fan(male, *FANS[2])
    assert 0 < iliac.clear_of(notch_mm=12.0).sum() < iliac.acceptable.sum()
    assert iliac.notch_mm[iliac.clear_of(notch_mm=12.0)].min() >= 12.0
    best = paths.safest(5)
    assert len(best) == 5
    room = np.minimum(np.minimum(paths.hazard_mm, paths.notch_mm), paths.wall_margin_mm)
    ranked = [room[i, j] for i, j in best]
    assert ranked == sorted(ranked, reverse=True)
    assert ranked[0] == room[paths.acceptable].max()
    assert len(paths.safest(10_000)) == paths.acceptable.sum()


def test_a_screw_that_stays_in_the_sacrum_minds_no_notch(male: Anatomy) -> None:
    assert np.isinf(fan(male, *FANS[0]).notch_mm).all()


def test_a_longer_screw_is_never_easier(male: Anatomy) -> None:
    entry = plan_screw(male, "s1_alar_classic").trajectory.entry_mm

    def fitting(length_mm: float) -> np.ndarray:
        return scan(
            male,
            entry,
            np.linspace(0, 50, 20),
            np.linspace(0, 50, 20),
            kind="alar",
            diameter_mm=7.0,
            length_mm=length_mm,
        ).acceptable

    short, long = fitting(30.0), fitting(40.0)
    assert (long <= short).all()
    assert long.sum() < short.sum()
