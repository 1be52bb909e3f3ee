"""A run: its options, its configuration, its model and its folder."""
