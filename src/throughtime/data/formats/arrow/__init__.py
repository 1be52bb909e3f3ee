"""Arrow's tables: in its own files, in Parquet and in memory.

- ``arrow``, ``parquet``: the two kinds of files
- ``values``: columns of Arrow as the values that a text file would have
- ``messages``: how many bytes a file makes, before it is unpacked
"""
