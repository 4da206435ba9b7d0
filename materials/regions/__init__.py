"""The regions of each bone, blended into each other: of its density and of its cortical shell."""
