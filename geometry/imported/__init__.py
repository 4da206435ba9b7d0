"""A real sacrum from a surface file: read, repaired, placed and used like a drawn one."""
