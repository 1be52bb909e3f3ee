"""The metrics of training after each epoch, in the state of training and in ``metrics.csv``."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from pathlib import Path
from typing import TypeAlias

from throughtime.data.files.json_text import from_json
from throughtime.runs.errors import RunError

COLUMNS = ("epoch", "step", "seconds", "train nats", "valid nats", "learning rate", "epsilon")
"""The columns of ``metrics.csv``: nats are per symbol, ends included; epsilon is the probability of
observed values in scheduled sampling."""

Metrics: TypeAlias = list[dict[str, float | None]]
"""A row for each epoch."""


def as_csv(metrics: Metrics) -> bytes:
    """The content of ``metrics.csv``."""
    lines = io.StringIO(newline="")
    writer = csv.DictWriter(lines, COLUMNS)
    writer.writeheader()
    writer.writerows(metrics)
    return lines.getvalue().encode()


def metrics_of(file: Path, said: Mapping[str, str]) -> Metrics:
    """The metrics that the header of a run's state has.

    Raises:
        RunError: if it has none.
    """
    try:
        rows = from_json(said["training"])["metrics"]
        return [{name: row[name] for name in COLUMNS} for row in rows]
    except (KeyError, TypeError) as error:
        raise RunError(f"{file}: has no metrics ({error!r})") from None
