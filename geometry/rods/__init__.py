"""Rods bent through the heads of screws, and bars between them."""

from geometry.rods.cross_link import CrossLink, CrossLinkDesign
from geometry.rods.rod import Rod, RodDesign
from geometry.rods.seat import SeatedRod, seated_rod
from geometry.rods.standing import Standing, standing

__all__ = [
    "CrossLink",
    "CrossLinkDesign",
    "Rod",
    "RodDesign",
    "SeatedRod",
    "Standing",
    "seated_rod",
    "standing",
]
