"""A small linear-elastic finite-element engine on quadratic tetrahedra. Knows no bone."""
