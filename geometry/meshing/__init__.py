"""Implicit bodies to a conforming multi-part tetrahedral mesh."""

from geometry.meshing.body import Body, Cap, HalfSpace
from geometry.meshing.build import mesh_bodies
from geometry.meshing.mirror import whole_of
from geometry.meshing.pull_out import pull_out_mesh
from geometry.meshing.quadratic import quadratic_mesh
from geometry.meshing.sizing import GradedSize, SizedSurface, Sizing
from geometry.meshing.tet_mesh import TetMesh

__all__ = [
    "Body",
    "Cap",
    "GradedSize",
    "HalfSpace",
    "SizedSurface",
    "Sizing",
    "TetMesh",
    "mesh_bodies",
    "pull_out_mesh",
    "quadratic_mesh",
    "whole_of",
]
