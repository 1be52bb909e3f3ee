"""Rows of cells: delimited text and workbooks, and what people put around a table in them."""
