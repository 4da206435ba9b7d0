"""Densities of human vertebral trabecular bone, for laws whose own range was not seen."""

# Wet apparent density of the specimens in a review of vertebral laws (evidence 4.2) [V 71].
VERTEBRAL_APPARENT_G_CM3 = (0.09, 0.35)
# The same as ash, at 0.60 ash over apparent (evidence 4.1).
VERTEBRAL_ASH_G_CM3 = (0.054, 0.21)
# Cortical bone burns down to about this much ash (chosen; recalled, medium confidence).
CORTICAL_ASH_G_CM3 = 1.2
