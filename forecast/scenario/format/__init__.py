"""The scenario format: keys, defaults, merging of files, overrides, paths."""
