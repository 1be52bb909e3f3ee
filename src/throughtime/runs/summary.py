"""What there is to say of a run at a glance, from its files alone."""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path

from safetensors import safe_open

from throughtime.runs import choices
from throughtime.runs.run import opening_weights, read, read_metrics


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
        config, _ = read(path)
        assert config.wiring is not None
        rows = read_metrics(path)
        valid = [v for row in rows if (v := row["valid nats"]) is not None and math.isfinite(v)]
        last = rows[-1] if rows else {}
        return cls(
            name=path.resolve().name,
            data=Path(config.dataset).name,
            wiring=choices.wiring_text(choices.wiring(config.wiring)),
            cell=f"{config.cell} {config.layers} × {config.hidden_size}",
            parameters=_parameters(path / "best.safetensors"),
            epochs=int(last.get("epoch") or 0),
            valid=min(valid, default=None),
            minutes=(last.get("seconds") or 0.0) / 60,
        )


def _parameters(file: Path) -> int:
    """By the header of the weights' file."""
    with opening_weights(file), safe_open(file, "pt") as tensors:
        names = list(tensors.keys())
        return sum(math.prod(tensors.get_slice(name).get_shape()) for name in names)
