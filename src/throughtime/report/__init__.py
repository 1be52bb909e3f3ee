"""Pictures: of wirings, of how training went, and of what a model has learned, one file each."""
