"""A table, and what its columns and rows say about it, whatever format it had."""
