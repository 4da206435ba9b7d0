"""Does a planned screw fit: breaches, distances to what must not be hit, and the nearest plan that does."""
