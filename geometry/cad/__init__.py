"""Exact CAD solids as tetrahedra, for verification and test blocks; gmsh runs in a process of its own."""

from geometry.cad.foam_block import FoamBlock, foam_block_mesh
from geometry.cad.mesh import cad_mesh

__all__ = ["FoamBlock", "cad_mesh", "foam_block_mesh"]
