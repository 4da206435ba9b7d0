"""Pictures and windows; the only place that imports pyvista."""
