"""How many windows a second training takes, at equal size, on the same panel."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import pandas

import throughtime as tt
from benchmarks.series.ours import Plan
from benchmarks.series.peers import Clock, Speed, deep_ar, neural_lstm

SIZE, LAYERS, ROWS = 40, 2, 32
"""DeepAR's defaults: two layers of 40 units, 32 windows in a batch."""

HORIZON = CONTEXT = 28
"""A window is four weeks, and the four weeks after it."""


def of_ours(file: Path, updates: int, **options: Any) -> Speed:
    """Ours."""
    clock = Clock()
    with TemporaryDirectory() as folder:
        tt.train(
            file, out=f"{folder}/run", say=None, on_update=clock.note, cell="lstm",
            hidden_size=SIZE, layers=LAYERS, batch_size=ROWS, steps=CONTEXT + HORIZON,
            max_steps=updates, threads=1, **options,
        )  # fmt: skip
    return clock.speed(ROWS)


def of_deep_ar(plan: Plan, updates: int) -> Speed:
    """GluonTS's DeepAR."""
    clock = Clock()
    deep_ar(
        plan.training, plan.panel, "day", HORIZON, paths=2, seed=0, epochs=1, clock=clock,
        context_length=CONTEXT, hidden_size=SIZE, num_layers=LAYERS, batch_size=ROWS,
        num_batches_per_epoch=updates,
    )  # fmt: skip
    return clock.speed(ROWS)


def of_neural_lstm(plan: Plan, updates: int) -> Speed:
    """NeuralForecast's LSTM; missing values are zeros there."""
    parts = [
        pandas.DataFrame({"unique_id": s.name, "ds": s.times, "y": np.nan_to_num(s.y[:, 0])})
        for s in plan.training.series
    ]
    return neural_lstm(
        pandas.concat(parts), HORIZON, context=CONTEXT, size=SIZE, layers=LAYERS, windows=ROWS,
        updates=updates,
    )  # fmt: skip
