"""Implicit bodies to a conforming multi-part tetrahedral mesh."""
