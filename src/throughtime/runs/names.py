"""The names of the files in a run's folder."""

CONFIG = "config.json"
"""The version of the folder's format, and every choice."""

SCHEMA = "schema.json"
"""The columns of x and y, with what they learned; the hash of the data."""

BEST = "best.safetensors"
"""The weights that validation prefers so far."""

STATE = "state.safetensors"
"""All that training continues from: the last weights, the optimiser, the metrics."""

METRICS = "metrics.csv"
"""A line for each epoch, to look at: a copy of what the state has."""

PICTURES = "pictures"
"""The folder of the pictures that training and ``throughtime report`` draw."""

NUMBERS = "numbers"
"""The folder of the numbers that ``throughtime report`` writes, as CSV."""

REPORT = "report.html"
"""The page that ``throughtime report`` writes."""

LOCK = ".lock"
"""The file that is locked in a folder which is written to."""
