"""Validation: what published tests measured against what is computed, misses included."""
