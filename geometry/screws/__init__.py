"""Screws and where they go: one file per kind of screw, one row in the table."""

from geometry.screws.plan import ENTRIES, PRESETS, plan_screw
from geometry.screws.preset import ScrewPreset
from geometry.screws.screw import Screw, ScrewTrajectory

__all__ = ["ENTRIES", "PRESETS", "Screw", "ScrewPreset", "ScrewTrajectory", "plan_screw"]
