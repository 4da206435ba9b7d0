"""What an anatomist would measure on a built sacrum, beside what has been published."""

from geometry.morphometry.measure import Measure, Measured, Published
from geometry.morphometry.measured import morphometry
from geometry.morphometry.table import MEASURES

__all__ = ["MEASURES", "Measure", "Measured", "Published", "morphometry"]
