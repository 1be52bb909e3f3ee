"""Formats of files, one module each, as tables; and which format a file has."""
