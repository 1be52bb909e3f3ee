"""Arrow's tables: in its own files, in Parquet and in memory."""
