"""Loss of a vertebral body: nested shapes, as a share of its bone, as material or as bone removed."""

from geometry.body_loss.body import BodyPlaces, LossBody
from geometry.body_loss.families import FAMILIES
from geometry.body_loss.front import front_plate
from geometry.body_loss.loss import SIDES, BodyLoss
from geometry.body_loss.sacral import S1Body
from geometry.body_loss.vertebral import VertebralBody
from geometry.body_loss.void import LossVoid

__all__ = [
    "FAMILIES",
    "SIDES",
    "BodyLoss",
    "BodyPlaces",
    "LossBody",
    "LossVoid",
    "S1Body",
    "VertebralBody",
    "front_plate",
]
