"""Files for other programs, one format each."""
