"""Screws and where they go: one file per kind of screw, one row in the table."""
