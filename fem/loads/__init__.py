"""Loads, one file each."""
