"""Values that may be larger than memory: in temporary files, in pieces."""
