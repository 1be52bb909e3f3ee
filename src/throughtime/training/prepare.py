"""From what a person told to a new model in a new folder, ready to be trained."""

from __future__ import annotations

from pathlib import Path

import torch

from throughtime.data import Dataset
from throughtime.evaluation.likelihood import symbols
from throughtime.runs.build import Model, build, set_dropout
from throughtime.runs.folder import RunFolder
from throughtime.runs.options import Options
from throughtime.training.initialise import initialise
from throughtime.training.resolve import resolve

DROPOUT = 0.2
"""The share of symbols and of h(t) that is dropped, where there is little to learn from."""

MANY = 4
"""Parameters for each symbol of training from which on there is little to learn from."""


def prepare(options: Options, data: Dataset, path: Path | None = None) -> RunFolder:
    """A new model, which the seed decides, in a new folder.

    Args:
        options: what was told; what was left out follows from the data.
        data: what will be trained on.
        path: the folder; left out, the next free ``runs/<data>-<wiring>-001``.

    Raises:
        RunError: if the folder exists.
        ValueError: if the choices do not fit the data, or each other.
    """
    config = resolve(options, data)
    torch.manual_seed(config.seed)
    model = build(config, data.schema)
    if options.dropout is None:
        config = config.replaced(dropout=usual_dropout(model, data))
        set_dropout(model, config.dropout)
    initialise(model, data.splits["train"])
    return RunFolder.create(config, data, model, path)


def usual_dropout(model: Model, data: Dataset) -> float:
    """A fifth, where a model has many more parameters than there are symbols to learn them from;
    else none. Real values are told to many digits, which dropout would drown."""
    if not data.output.discrete:
        return 0.0
    parameters = sum(p.numel() for p in model.parameters())
    return DROPOUT if parameters > MANY * symbols(model, data.splits["train"].y) else 0.0
