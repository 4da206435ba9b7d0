"""Shapes and meshes: frame, sacrum, ilium, screws, body loss, meshing, mesh quality. Knows no mechanics."""
