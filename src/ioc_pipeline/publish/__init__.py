"""Marts → a new verified version that readers switch to at once."""
