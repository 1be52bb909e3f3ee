"""Resolve options and data to a configuration with every choice made."""

from __future__ import annotations

import math
import os
from typing import Any

import torch

from throughtime.data import Dataset
from throughtime.data.batching import SYMBOLS, count_batches
from throughtime.data.columns.measured import Measured
from throughtime.data.columns.numbers import RealColumn
from throughtime.data.panel.windows import count_windows
from throughtime.data.reading import AS_IT_IS
from throughtime.distribution.missing import with_any
from throughtime.lengths import SameAsInput
from throughtime.outputs import Output
from throughtime.runs import choices
from throughtime.runs.config import Config
from throughtime.runs.kinds import BUILT_IN, OPTIMISERS
from throughtime.runs.options import READING, Options
from throughtime.sequence import Sequence
from throughtime.training.torchrun import launched
from throughtime.wiring import Edge, Wiring

DEFAULTS: dict[str, Any] = {
    "seed": 0,
    "cell": "gru",
    "layers": 1,
    "initial_state": "zeros",
    "gradient": "full",
    "forcing": "teacher",
    "batch_symbols": SYMBOLS,
    "optimiser": "adamw",
    "schedule": "cosine",
    "weight_decay": 0.1,
    "clip": 1.0,
    "patience": 20,
    "save_every": 5.0,
    "device": "cpu",
    "precision": "float32",
}
"""Defaults that do not depend on the data; measured, see docs/defaults.md."""

HIDDEN, FEW_HIDDEN = 128, 32
"""The default size of h(t); and of a model of what a linear one leaves of a few values."""

FEW_VALUES = 4_000
"""So many values of series are few."""

STEPS = 100
"""The default number of steps in a chunk of running text."""

SEASONS = 4
"""The default number of seasons in a window of series."""

ROWS_OF_SERIES = 32
"""The default number of windows of series in a batch."""

CHUNKS = 200
"""A stream of running text has so many chunks, where there are enough for two streams and no more
than 32: more streams make fewer updates of the same symbols."""

UPDATES = 3_000
"""About how many updates training takes."""

LARGE = 512
"""From this size of h(t) on, more than one thread is worth it."""

LEARNING_RATES = {
    **dict.fromkeys(BUILT_IN, 0.005),
    **dict.fromkeys(("elman", "elman-relu"), 0.002),
    "lstm": 0.01,
}
"""The default learning rates of AdamW, before the decay. Without gates, a larger one makes training
unstable, and results differ much between seeds; but units that are independent bear it."""

OF_OWN = 0.002
"""The default learning rate for a cell of one's own, of which nothing is known: the smaller one."""

OF_REAL_X = 0.005
"""The largest default learning rate where real values enter."""

OF_REALS = 0.003
"""The largest default learning rate for real values: a density, and with it its gradient, is not
bounded."""


def resolve(options: Options, data: Dataset) -> Config:
    """The configuration: options as given, the others as they suit the data.

    Dropout, if it is not given, is 0 here: it also depends on the size of the model.

    Raises:
        ValueError: if the choices do not fit the data or each other.
    """
    wiring = data.wiring if options.wiring is None else choices.wiring(options.wiring)
    _check_wiring(wiring, data)
    if options.output is not None:
        _check_output(options.output, data)
    parted = data.schema.running or data.schema.of_series
    if options.steps is not None and not parted:
        raise ValueError(
            "steps are for running text, which is read in chunks, and for series, which are read "
            f"in windows; {data.name} is neither"
        )
    if options.class_weights is not None and not data.schema.y.closed:
        raise ValueError(
            f"class_weights are for labels, tags and features; the y of {data.name} is of kind "
            f"{data.schema.y.kind}: leave them out"
        )
    source = data.source
    reading = AS_IT_IS if source is None else source.reading
    made = {
        **dict.fromkeys(Config.model_fields),
        **DEFAULTS,
        "hidden_size": _hidden(data),
        **options.told(),
        **{name: getattr(reading, name) for name in READING},
        "dataset": None if source is None else source.name,
        "split_seed": 0 if source is None else source.seed,
        "wiring": choices.wiring_text(wiring),
        "output": options.output or choices.output_text(data.output),
        "length": _length(options.length, wiring, data),
        "batch_size": _rows(options.batch_size, options.steps or _steps(data), data),
        "steps": (options.steps or _steps(data)) if parted else None,
        "dropout": options.dropout or 0.0,
    }
    made["learning_rate"] = options.learning_rate or _rate(made["cell"], data)
    if made["optimiser"] not in OPTIMISERS:
        _check_told(options)
        made["weight_decay"] = None
    made["threads"] = options.threads or (1 if made["hidden_size"] < LARGE else _threads())
    updates = updates_per_epoch(data, made["batch_size"], made["batch_symbols"], made["steps"])
    made["epochs"] = options.epochs or min(max(math.ceil(UPDATES / updates), 10), 200)
    return Config.read(made)


def _hidden(data: Dataset) -> int:
    """The size of h(t) that suits the data."""
    y = data.splits["train"].y
    few = isinstance(y, Sequence) and int(y.lengths.sum()) < FEW_VALUES
    return FEW_HIDDEN if data.schema.of_innovations and few else HIDDEN


def _rate(cell: str, data: Dataset) -> float:
    """The learning rate that suits a cell and the data."""
    rate = LEARNING_RATES.get(cell, OF_OWN)
    if any(isinstance(column, RealColumn) for column in data.schema.x):
        rate = min(rate, OF_REAL_X)
    return rate if data.output.discrete else min(rate, OF_REALS)


def _check_told(options: Options) -> None:
    """Refuse what is not told of another optimiser than AdamW, which has defaults.

    Raises:
        ValueError: if its learning rate is not, or its weight decay not in its own way.
    """
    if options.weight_decay is not None:
        raise ValueError(
            f"weight_decay is AdamW's; give {options.optimiser} its own, as in "
            "torch.optim:SGD(weight_decay=0.01)"
        )
    if options.learning_rate is None:
        raise ValueError(
            f"learning_rate: there is no default for {options.optimiser}; expected one, as 0.1"
        )


def _threads() -> int:
    """As many threads as torch has; several processes on one machine, which torchrun gives one
    thread each, share its cores."""
    launch = launched()
    if launch.count == 1:
        return torch.get_num_threads()
    return max(1, (os.cpu_count() or 1) // launch.local_count)


def _steps(data: Dataset) -> int:
    """The steps of a chunk of running text; or of a window of series, a few seasons, but no more
    than the longest series has in training."""
    column, y = data.schema.y, data.splits["train"].y
    if not isinstance(column, Measured) or column.panel is None or not isinstance(y, Sequence):
        return STEPS
    return min(min(max(SEASONS * column.panel.step.season, 60), 200), int(y.lengths.max()))


def updates_per_epoch(data: Dataset, rows: int, symbols: int, steps: int | None) -> int:
    """The number of batches in an epoch of the training part.

    A batch has ``rows`` rows and at most ``symbols`` steps; of running text, it has ``rows``
    streams, ``steps`` steps at a time.
    """
    y = data.splits["train"].y
    if data.schema.of_series and steps is not None:
        return count_windows(data.splits["train"], rows, steps)
    if steps is not None and isinstance(y, Sequence):
        return math.ceil(math.ceil(y.steps / rows) / steps)
    return count_batches(data.splits["train"], rows, symbols)


def _rows(told: int | None, chunk: int, data: Dataset) -> int:
    """The number of rows in a batch, or of streams of running text in chunks of so many steps."""
    y = data.splits["train"].y
    if data.schema.of_series:
        return told or ROWS_OF_SERIES
    running = data.schema.running and isinstance(y, Sequence)
    steps = y.steps if isinstance(y, Sequence) else 0
    few = max(steps // (chunk * CHUNKS), min(2, steps)) if running else len(y) // 20
    rows = told or min(max(few, 1), 32)
    if running and rows > steps:
        raise ValueError(
            f"batch_size is {rows}, but {data.name} has {steps:,} steps to train on, too few for "
            "so many streams"
        )
    return rows


def _length(text: str | None, wiring: Wiring, data: Dataset) -> str | None:
    if wiring.emits_last:
        if text is not None:
            raise ValueError(f"length is {text!r}, but {Edge.EMIT_LAST.value} gives one value")
        return None
    if data.schema.running and text not in (None, "unending"):
        raise ValueError(
            f"length is {text!r}, but {data.name} is one long text, cut anywhere; only unending "
            "goes with it"
        )
    if text is None:
        if Edge.INPUT in wiring:
            return "same-as-input"
        suited = data.length
        return "end-of-sequence" if suited in (None, SameAsInput()) else choices.length_text(suited)
    # The longest of all parts: a longer sequence would have probability zero.
    longest = max(part.y.steps for part in data.splits.values() if isinstance(part.y, Sequence))
    return choices.length_text(choices.length(text, longest))


def _check_output(text: str, data: Dataset) -> None:
    chosen = choices.output(text, data.output.value_size)
    if chosen.event_shape != data.output.event_shape:
        raise ValueError(
            f"the output {text!r} gives values of shape {tuple(chosen.event_shape)}, "
            f"but the values of {data.name} have shape {tuple(data.output.event_shape)}; use "
            f"{choices.output_text(data.output)}"
        )
    if isinstance(data.schema.y, Measured):
        _check_measured(text, chosen, data, data.schema.y)


def _check_measured(text: str, chosen: Output, data: Dataset, column: Measured) -> None:
    """Refuse an output of series that cannot give their values, or that goes with another scale."""
    what, name = column.what, column.name
    if chosen.counts != data.output.counts:
        other = "count" if chosen.counts else "number"
        raise ValueError(
            f"the output {text!r} does not go with {name}, which is read as {what}s; expected "
            f"{choices.output_text(data.output)} or the like, or --target {name}:{other}"
        )
    y = data.splits["train"].y
    assert isinstance(y, Sequence)
    try:
        chosen.check(with_any(y, ~y.values.isnan(), chosen))
    except ValueError as error:
        raise ValueError(
            f"the output {text!r} does not go with {name} as {what}s: {error}"
        ) from None


def _check_wiring(wiring: Wiring, data: Dataset) -> None:
    """Refuse a wiring whose x or y the data do not have.

    A wiring without x is allowed if the data have one: it is a baseline for models that see x.
    """
    schema, name = data.schema, data.name
    takes = next((e for e in (Edge.INPUT, Edge.VECTOR) if e in wiring), None)
    if schema.of_series:
        _check_of_series(wiring, data)
        return
    if Edge.INPUT in wiring and Edge.VECTOR in wiring:
        raise ValueError(
            f"the wiring takes both {Edge.INPUT.value} and {Edge.VECTOR.value}, but {name} has "
            "one x at most; leave one out"
        )
    if takes is not None and not schema.x:
        raise ValueError(
            f"the wiring has {takes.value}, but {name} has no x; use unconditional, or other data"
        )
    if takes is Edge.INPUT and not schema.x_is_sequence:
        raise ValueError(
            f"the wiring has {Edge.INPUT.value}, but the x of {name} is one vector; use "
            f"{Edge.VECTOR.value}"
        )
    if wiring.emits_last == schema.y.sequence:
        gives = "one value" if wiring.emits_last else "a sequence"
        has = "a sequence" if schema.y.sequence else "a value"
        raise ValueError(
            f"the wiring gives {gives}, but the y of {name} is {has}; use "
            + (Edge.EMIT if schema.y.sequence else Edge.EMIT_LAST).spelled
        )
    if takes is Edge.INPUT and not wiring.emits_last:
        _check_lengths(data)


def _check_of_series(wiring: Wiring, data: Dataset) -> None:
    """Refuse a wiring for series whose inputs they do not have, or that sees the future."""
    name, schema = data.name, data.schema
    if Edge.INPUT in wiring and not schema.x:
        raise ValueError(
            f"the wiring has {Edge.INPUT.value}, but {name} has no inputs: name them by --input"
        )
    if Edge.VECTOR in wiring and schema.static is None:
        raise ValueError(
            f"the wiring has {Edge.VECTOR.value}, but {name} is one series, of which nothing is "
            "static; leave it out"
        )
    if wiring.emits_last or Edge.BACKWARD in wiring:
        raise ValueError(
            f"a series goes on: expected {Edge.EMIT.value} and no {Edge.BACKWARD.value}; got "
            f"{wiring}"
        )
    if data.output.counts and wiring.feedback in (Edge.EXPECTED, Edge.OUTPUT):
        raise ValueError(
            f"counts of series have a scale, which goes with {Edge.OBSERVED.value} alone; got "
            f"{wiring}, or --target {schema.y.name}:number"
        )


def _check_lengths(data: Dataset) -> None:
    for part, examples in data.splits.items():
        assert isinstance(examples.x, Sequence)
        assert isinstance(examples.y, Sequence)
        x, y = examples.x.lengths, examples.y.lengths
        if differ := (x != y).nonzero().flatten().tolist():
            row = differ[0]
            raise ValueError(
                f"{Edge.INPUT.value} gives y as many steps as x has, but {data.name} has "
                f"{len(differ)} rows of {part} whose lengths differ, the first with "
                f"{int(x[row])} and {int(y[row])} steps; use vector-to-sequence"
            )
