"""Rods bent through the heads of screws, and bars between them."""

from geometry.rods.cross_link import CrossLink, CrossLinkDesign
from geometry.rods.rod import Rod, RodDesign
from geometry.rods.seat import SeatedRod, seated_rod

__all__ = ["CrossLink", "CrossLinkDesign", "Rod", "RodDesign", "SeatedRod", "seated_rod"]
