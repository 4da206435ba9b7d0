"""When a body fails: criteria on strain, the load they allow, and damage that grows with the displacement."""

from fem.failure.criteria import Criterion, EffectiveStrain, PrincipalStrain
from fem.failure.damage import DAMAGE_RULES, DamageLaw, DamageRule
from fem.failure.load_factor import load_factor
from fem.failure.progressive import PulledStep, pulled_steps

__all__ = [
    "DAMAGE_RULES",
    "Criterion",
    "DamageLaw",
    "DamageRule",
    "EffectiveStrain",
    "PrincipalStrain",
    "PulledStep",
    "load_factor",
    "pulled_steps",
]
