"""L5 and L4 with their discs, facet joints and bone grafts, standing on a sacrum."""
