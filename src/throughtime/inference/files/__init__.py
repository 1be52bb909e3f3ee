"""Answers for whole files, by one process or by a cluster: the same files, byte by byte.

- ``pieces``: the rows that are read, answered and written at once
- ``batching``: which of them are in one batch
- ``worker``: what a process does: it loads the model once, and answers piece after piece
- ``arrow_rows``: answers as rows of Parquet
- ``out``: the folder of the answers, in which nothing is lost or doubled
- ``engines``: one process after another piece, or Ray
- ``answers``: the whole, from the files to the folder
"""
