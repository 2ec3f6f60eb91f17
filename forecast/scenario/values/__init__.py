"""Quantities with units, distributions, and what may stand at the end of a path."""
