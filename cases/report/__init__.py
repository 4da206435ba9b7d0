"""Tables and texts of results."""
