"""A small linear-elastic finite-element engine on quadratic tetrahedra. Knows no bone."""

import os

# GNU OpenMP lets a thread that waits at a barrier burn its core. When another program runs on that core,
# the one waited for cannot go on until its time slice ends: measured 540 ms for a cycle that takes 90 ms
# with sleeping threads. Must be set before the first parallel call; whoever has set it otherwise is obeyed.
os.environ.setdefault("OMP_WAIT_POLICY", "passive")
