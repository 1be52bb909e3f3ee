"""A table as time series: its clocks, its values, and its parts by time."""
