"""The keys of a scenario file, their defaults, and how files and overrides are merged."""
