"""Screws and where they go: one file per kind of screw, one row in the table."""

from geometry.screws.cement import Cement, CementDose, injected
from geometry.screws.design import ScrewDesign
from geometry.screws.designs import DESIGNS
from geometry.screws.plan import ENTRIES, PRESETS, plan_screw
from geometry.screws.preset import ScrewPreset
from geometry.screws.screw import Screw, ScrewTrajectory
from geometry.screws.thread import Thread
from geometry.screws.tulip import Tulip, TulipDesign

__all__ = [
    "DESIGNS",
    "ENTRIES",
    "PRESETS",
    "Cement",
    "CementDose",
    "Screw",
    "ScrewDesign",
    "ScrewPreset",
    "ScrewTrajectory",
    "Thread",
    "Tulip",
    "TulipDesign",
    "injected",
    "plan_screw",
]
