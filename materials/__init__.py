"""Bone density, cortex, density laws and implant tables. Knows no finite elements."""
