"""The formats of files: each module reads one as a table; ``guess`` says which one a file has.

- ``guess``: the format of a file, by its first bytes, its ending and its lines
- ``tables``: tables by their endings, which ``sheets``, ``arrow`` and ``json_rows`` read
- ``sheets``: delimited text (CSV, TSV) and workbooks
- ``arrow``: Arrow's own files, and Parquet
- ``json_rows``: JSON and JSON lines
- ``captions``, ``folder``: pictures with captions or labels
- ``conll``, ``fasta``, ``fasttext``, ``ucr``, ``arrays``: formats that are named so
- ``memory``: rows in memory, and data frames
"""
