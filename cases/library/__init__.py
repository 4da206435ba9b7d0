"""Case files that ship with sacrofix."""
