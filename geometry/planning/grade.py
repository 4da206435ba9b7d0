"""Breach grades: how far a screw's wall stands out of bone."""

import numpy as np

# After Gertzbein and Robbins [R-H]: the most millimetres of each grade.
GRADES = (("A", 0.0), ("B", 2.0), ("C", 4.0), ("D", 6.0), ("E", np.inf))


def breach_grade(breach_mm: float) -> str:
    """The grade of a breach of that many millimetres, A (none) to E (more than 6)."""
    return next(grade for grade, most in GRADES if breach_mm <= most)
