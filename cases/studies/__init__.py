"""Studies: many cases and what is read off them."""
