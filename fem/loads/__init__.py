"""Loads, one file each."""

from collections.abc import Callable, Mapping

from fem.loads.load_case import LoadCase, combined
from fem.loads.moment import face_moment
from fem.loads.pressure import face_pressure
from fem.loads.remote import FaceMotion, face_motion, remote_load
from fem.loads.traction import face_traction

# Every load on faces of a mesh; called with (mesh, face_nodes, amount, name).
FACE_LOADS: Mapping[str, Callable[..., LoadCase]] = {
    "moment": face_moment,
    "pressure": face_pressure,
    "traction": face_traction,
}

__all__ = [
    "FACE_LOADS",
    "FaceMotion",
    "LoadCase",
    "combined",
    "face_moment",
    "face_motion",
    "face_pressure",
    "face_traction",
    "remote_load",
]
