"""The metrics of training: a line of ``metrics.csv`` for each epoch."""

from __future__ import annotations

import csv
from pathlib import Path

from throughtime.runs.errors import RunError

COLUMNS = ("epoch", "step", "seconds", "train nats", "valid nats", "learning rate", "epsilon")
"""The columns of ``metrics.csv``: nats are per symbol, ends included; epsilon is the probability of
observed values in scheduled sampling."""
COUNTS = ("epoch", "step")
"""The columns that are whole numbers."""


def read_metrics(path: Path) -> list[dict[str, float | None]]:
    """The lines of a folder's metrics.csv; an empty field is None.

    Raises:
        RunError: if the file is damaged.
    """
    file = path / "metrics.csv"
    try:
        with file.open(newline="", encoding="utf-8") as lines:
            return [
                {
                    column: (int if column in COUNTS else float)(row[column])
                    if row[column]
                    else None
                    for column in COLUMNS
                }
                for row in csv.DictReader(lines)
            ]
    except FileNotFoundError:
        return []
    except (OSError, KeyError, TypeError, ValueError, csv.Error) as error:
        raise RunError(f"{file}: damaged ({error!r}); expected {COLUMNS}") from None
