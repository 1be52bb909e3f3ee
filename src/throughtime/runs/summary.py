"""A summary of a run, from its files, without loading the model."""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path

from pydantic import BaseModel, ConfigDict

from throughtime.runs.belonging import LAST, read_config, state_of
from throughtime.runs.metrics import chosen, metrics_of
from throughtime.runs.names import STATE
from throughtime.runs.options import read_as


class _Choices(BaseModel):
    """The part of a configuration that a summary shows."""

    model_config = ConfigDict(extra="ignore")

    dataset: str | None
    wiring: str
    cell: str
    layers: int
    hidden_size: int


@dataclass(frozen=True)
class Summary:
    """The summary of a run.

    Args:
        name: the name of its folder.
        data: the name of the embedded set or of the file.
        wiring: the wiring by its name, or its edges.
        cell: the cell, the number of layers and the size of h(t).
        parameters: the number of parameters.
        epochs: the number of epochs that are done.
        valid: the nats per symbol on validation of the best weights; None before the first epoch.
        minutes: the time of training.
    """

    name: str
    data: str
    wiring: str
    cell: str
    parameters: int
    epochs: int
    valid: float | None
    minutes: float

    @classmethod
    def of(cls, path: Path) -> Summary:
        """The summary of a run's folder; no model is built, and no weights are read.

        Raises:
            ValueError: if a file is missing or damaged.
        """
        found = read_config(path)
        config, state = read_as(_Choices, found.values), state_of(path, found.run)
        rows = metrics_of(path / STATE, state.said)
        best = chosen(rows)
        valid = None if best is None else best["valid nats"]
        last = rows[-1] if rows else {}
        return cls(
            name=path.resolve().name,
            data="rows in memory" if config.dataset is None else Path(config.dataset).name,
            wiring=config.wiring,
            cell=f"{config.cell} {config.layers} × {config.hidden_size}",
            parameters=state.count(LAST),
            epochs=int(last.get("epoch") or 0),
            valid=valid if valid is not None and math.isfinite(valid) else None,
            minutes=(last.get("seconds") or 0.0) / 60,
        )
