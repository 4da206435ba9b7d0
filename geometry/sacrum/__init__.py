"""The sacrum: its numbers, its curved axis, and the implicit body made of them."""
