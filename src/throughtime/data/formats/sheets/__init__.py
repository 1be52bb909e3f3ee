"""Rows of cells: delimited text and workbooks, and what people put around a table in them.

- ``delimited``: CSV, TSV and the like; ``dialect``: by which delimiter, with which quotes
- ``excel``: the sheet of a workbook (.xlsx, .xls, .ods)
- ``header``: whether the first row names the columns
- ``tidy``: titles, comments, units, empty rows; ``footer``: totals below the rows
"""
