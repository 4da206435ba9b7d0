"""A real sacrum from a surface file: read, repaired, placed in the anatomical frame, and used like a drawn one."""
