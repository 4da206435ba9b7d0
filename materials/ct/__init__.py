"""Bone density from a calibrated CT volume. Knows no files: reading one is `cases.scans`."""
