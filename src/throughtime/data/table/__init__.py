"""A table, whatever format it had, and what is done to its columns and rows.

- ``table``: rows by named columns, with the line of each row
- ``grouped``: rows that are the steps of one sequence; ``nested``: objects inside rows
- ``equal``: rows that are equal in some columns
- ``missing``: numbers that may mean that one is missing
- ``row_numbers``, ``times_as_values``, ``media``: columns that are no x or y by a guess
"""
