"""Prepare training: from options and data to a new model in a new folder."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import torch

from throughtime.data import Dataset
from throughtime.evaluation.likelihood import symbols
from throughtime.runs.build import Model, build, in_precision, set_dropout
from throughtime.runs.device import device_of
from throughtime.runs.folder import RunFolder
from throughtime.runs.options import Options
from throughtime.training.freezing import freeze
from throughtime.training.initialise import initialise, start_standard
from throughtime.training.resolve import resolve
from throughtime.training.warm_start import warm_start
from throughtime.training.word_vectors import start_from_vectors

DROPOUT = 0.2
"""The dropout of a model with many parameters for its data."""

MANY = 4
"""With more parameters per training symbol than this, a model is trained with dropout."""


def prepare(
    options: Options,
    data: Dataset,
    path: Path | None = None,
    *,
    say: Callable[[str], None] = lambda _: None,
) -> RunFolder:
    """A new model, initialised from the seed, in a new folder.

    Args:
        options: the options that were given; the others follow from the data.
        data: the data to train on.
        path: the folder; left out, the next free ``runs/<data>-<wiring>-001``.
        say: receives what fits of a run and of word vectors to start from.

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
    if data.schema.of_innovations:
        start_standard(model)
    if config.vectors is not None:
        for line in start_from_vectors(model, data.schema, config.vectors):
            say(line)
    if config.warm_start is not None:
        for line in warm_start(model, data.schema, config.warm_start):
            say(line)
    freeze(model, config.freeze)  # refuses what cannot be, before there is a folder
    device_of(config.device)
    return RunFolder.create(config, data, in_precision(model, config.precision), path)


def usual_dropout(model: Model, data: Dataset) -> float:
    """The default dropout: 0.2 if a model has many more parameters than training symbols, else 0.

    It is 0 for real values: the noise of dropout is large compared with their precision.
    """
    if not data.output.discrete:
        return 0.0
    parameters = sum(p.numel() for p in model.parameters())
    return DROPOUT if parameters > MANY * symbols(model, data.splits["train"]) else 0.0
