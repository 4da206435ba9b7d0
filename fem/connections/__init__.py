"""What joins a body to itself, to another body or to the ground: one file each."""

from fem.connections.connection import (
    Connection,
    OneSidedSprings,
    RigidNodes,
    Springs,
    SwitchedSprings,
    Tie,
)
from fem.connections.foundation import elastic_foundation
from fem.connections.ground import springs_to_ground, springs_to_points
from fem.connections.rigid import rigid_faces
from fem.connections.springs import bushings, face_spring, springs_between
from fem.connections.ties import tied_faces

__all__ = [
    "Connection",
    "OneSidedSprings",
    "RigidNodes",
    "Springs",
    "SwitchedSprings",
    "Tie",
    "bushings",
    "elastic_foundation",
    "face_spring",
    "rigid_faces",
    "springs_between",
    "springs_to_ground",
    "springs_to_points",
    "tied_faces",
]
