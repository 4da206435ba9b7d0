"""Cases: read, build, run, compare, store, report, show."""
