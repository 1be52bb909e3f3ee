"""The metrics of training after each epoch, in the state of training and in ``metrics.csv``."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Mapping
from pathlib import Path
from typing import TypeAlias

from throughtime.data.files.json_text import from_json
from throughtime.runs.errors import RunError

COLUMNS = (
    *("epoch", "step", "seconds", "train nats", "valid nats", "valid accuracy"),
    *("learning rate", "epsilon", "gradient norm", "share clipped"),
)
"""The columns of ``metrics.csv``: nats are per symbol, ends included; the accuracy is of labels;
epsilon is the probability of observed values in scheduled sampling; the norm is the mean over the
updates of an epoch, before clipping, of which the last says how many were clipped."""

OLDEST = 8
"""So many columns all runs have; of those trained before there were more, these are empty."""

Metrics: TypeAlias = list[dict[str, float | None]]
"""A row for each epoch."""


def standing(row: Mapping[str, float | None]) -> tuple[float, float]:
    """How weights stand that had such a row: the less the better. Labels go by their accuracy, and
    by nats where it is the same; all else goes by nats, and what is not finite comes last.

    Labels that are learned by heart are still told right when they have become too sure of the
    wrong ones, so that nats say to stop long before.

    Example:
        >>> standing({"valid nats": 0.5, "valid accuracy": 0.75}), standing({"valid nats": 2.0})
        ((0.25, 0.5), (2.0, 2.0))
    """
    nats = row["valid nats"]
    if nats is None or not math.isfinite(nats):
        return math.inf, math.inf
    return loss(row), nats


def loss(row: Mapping[str, float | None]) -> float:
    """What validation says of weights, the less the better: the share of labels that are wrong, or
    nats per symbol; not a number if there was nothing to measure.

    Example:
        >>> loss({"valid nats": 0.5, "valid accuracy": 0.75}), loss({"valid nats": 2.0})
        (0.25, 2.0)
    """
    nats, accuracy = row["valid nats"], row.get("valid accuracy")
    if accuracy is not None:
        return 1 - accuracy
    return math.nan if nats is None else nats


def chosen(rows: Metrics) -> dict[str, float | None] | None:
    """The row of the best weights; None before the first validation."""
    return min(rows, key=standing, default=None)


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
        return [
            {n: row[n] if n in COLUMNS[:OLDEST] else row.get(n) for n in COLUMNS} for row in rows
        ]
    except (KeyError, TypeError) as error:
        raise RunError(f"{file}: has no metrics ({error!r})") from None
