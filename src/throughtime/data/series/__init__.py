"""A table as a time series.

- ``series``: the whole way, from a table to a data set
- ``clocks``: its columns of times, and whether the rows are in their order
- ``calendar``: times in several columns, such as year and month
- ``time_parts``: the division into training, validation and test by time
- ``counters``: columns that may count the steps, or go back
- ``stacked``, ``class_column``: tables that are no single series, which are refused
"""
