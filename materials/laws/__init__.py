"""Density-modulus laws, one file each."""
