"""What there is to say of a run at a glance, from its files alone."""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path

from pydantic import BaseModel, ConfigDict

from throughtime.runs.config import read_json
from throughtime.runs.metrics import read_metrics
from throughtime.runs.options import read_as
from throughtime.runs.weights import count_parameters


class _Choices(BaseModel):
    """What a summary says of a configuration; the rest is not looked at."""

    model_config = ConfigDict(extra="ignore")

    dataset: str | None
    wiring: str
    cell: str
    layers: int
    hidden_size: int


@dataclass(frozen=True)
class Summary:
    """A run at a glance.

    Args:
        name: the name of its folder.
        data: the embedded set, or the file's name.
        wiring: by its name, or its edges.
        cell: with how many layers of which size.
        parameters: how many numbers were learned.
        epochs: how many it has gone through.
        valid: the best nats per symbol of validation; None before the first.
        minutes: how long it was trained.
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
        """That of a run's folder. No model is made, and no weights are read.

        Raises:
            ValueError: in one line, if a file is missing or damaged.
        """
        config = read_as(_Choices, read_json(path))
        rows = read_metrics(path)
        valid = [v for row in rows if (v := row["valid nats"]) is not None and math.isfinite(v)]
        last = rows[-1] if rows else {}
        return cls(
            name=path.resolve().name,
            data="rows in memory" if config.dataset is None else Path(config.dataset).name,
            wiring=config.wiring,
            cell=f"{config.cell} {config.layers} × {config.hidden_size}",
            parameters=count_parameters(path / "best.safetensors"),
            epochs=int(last.get("epoch") or 0),
            valid=min(valid, default=None),
            minutes=(last.get("seconds") or 0.0) / 60,
        )
