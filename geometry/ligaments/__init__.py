"""Where ligaments and the fibres of discs run, as straight lines from bone to bone."""

from geometry.ligaments.annulus import annulus_fibres
from geometry.ligaments.ligament import Ligament
from geometry.ligaments.lumbar import lumbar_ligaments
from geometry.ligaments.pelvic import pelvic_ligaments

__all__ = ["Ligament", "annulus_fibres", "lumbar_ligaments", "pelvic_ligaments"]
