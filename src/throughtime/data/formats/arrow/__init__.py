"""Arrow's tables: in its own files, in Parquet and in memory.

- ``arrow``, ``parquet``: the two kinds of files
- ``row_groups``: the rows of Parquet, in little memory
- ``values``: columns of Arrow as the values that a text file would have
- ``messages``: how many bytes a file makes, before it is unpacked
"""
