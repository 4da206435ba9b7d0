"""The case of a construct: from its file to its results."""
