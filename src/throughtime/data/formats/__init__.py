"""Formats of files: one module per format, and how columns become x and y."""
