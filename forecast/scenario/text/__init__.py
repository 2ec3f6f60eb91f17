"""Files as trees of texts with their lines and comments, and trees as files. Knows no key of the format."""
