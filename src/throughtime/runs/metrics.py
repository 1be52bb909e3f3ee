"""The metrics of training after each epoch, in the state of training and in ``metrics.csv``."""

from __future__ import annotations

from pathlib import Path
from typing import TypeAlias

from throughtime.data.files.json_text import from_json
from throughtime.runs.errors import RunError
from throughtime.runs.tensors import read_header

STATE = "state.safetensors"
"""The file of all that training continues from."""

LAST = "weights."
"""How the names of the last weights begin in it."""

COLUMNS = ("epoch", "step", "seconds", "train nats", "valid nats", "learning rate", "epsilon")
"""The columns of ``metrics.csv``: nats are per symbol, ends included; epsilon is the probability of
observed values in scheduled sampling."""

Metrics: TypeAlias = list[dict[str, float | None]]
"""A row for each epoch."""


def read_metrics(path: Path) -> Metrics:
    """The metrics in a run's folder, from the header of its state.

    Raises:
        RunError: if the state is missing or damaged.
    """
    file = path / STATE
    try:
        rows = from_json(read_header(file).said["training"])["metrics"]
        return [{name: row[name] for name in COLUMNS} for row in rows]
    except (KeyError, TypeError) as error:
        raise RunError(f"{file}: has no metrics ({error!r})") from None
