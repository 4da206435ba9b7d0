"""Sensitivity: how far the answer moves with what is not known, one input after another and all at once."""
