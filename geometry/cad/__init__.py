"""Exact CAD solids as tetrahedra, for verification and test blocks; gmsh runs in a process of its own."""

from geometry.cad.mesh import cad_mesh

__all__ = ["cad_mesh"]
