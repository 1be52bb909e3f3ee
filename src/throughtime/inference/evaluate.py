"""Evaluate a run on held-out data, or on new rows with x and y."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import torch

from throughtime.data import DataError, Dataset, Examples
from throughtime.data.columns import WHOLE, Features
from throughtime.data.pairs.encoding import parsed, x_of, y_of
from throughtime.data.panel.dataset import encoded
from throughtime.data.schema import Schema
from throughtime.data.table.equal import groups_of, written
from throughtime.data.table.table import Table
from throughtime.data.vocabularies.absent import absent_labels, warn_of_absent
from throughtime.evaluation.likelihood import MEASURED, decoder, sees_x, symbols
from throughtime.evaluation.metrics import Number
from throughtime.evaluation.metrics import evaluate as numbers_of
from throughtime.evaluation.metrics.bootstrap import FEWEST, RESAMPLES
from throughtime.evaluation.metrics.classes import Classes, by_class
from throughtime.evaluation.metrics.rows import CHUNK
from throughtime.evaluation.metrics.sets import by_label
from throughtime.extras import MissingPackage
from throughtime.inference.panel import later_panel
from throughtime.inference.rows import reading_of, tables
from throughtime.inference.running import is_running_text, running_text
from throughtime.inference.series import is_series, series_values
from throughtime.inference.short import short
from throughtime.lengths import DecidedBy
from throughtime.runs.build import Model
from throughtime.runs.folder import RunFolder
from throughtime.sequence import Sequence

UNITS = {False: "rows, those with the same x together", True: f"chunks of {CHUNK:,} steps"}
"""The units of the bootstrap: rows, or chunks of running text."""


@dataclass(frozen=True)
class Evaluation:
    """The metrics of a model on some examples.

    Args:
        dataset: the name of the data, or of the file.
        split: the part of the data; None for new rows.
        examples: how many examples were measured, in words.
        numbers: the metrics.
        shuffled: whether each y was given the x of another row, as a control.
        interval: whether 95 % intervals were asked for; with too few rows there are none.
        running: whether y was one long row, whose chunks are resampled.
        classes: of labels and tags, recall, precision and F1 of each, and the confusion matrix; of
            sets of labels, the confusion of each.
    """

    dataset: str
    split: str | None
    examples: str
    numbers: list[Number]
    shuffled: bool = False
    interval: bool = False
    running: bool = False
    classes: Classes | None = None

    @property
    def resampled(self) -> str | None:
        """How the intervals were computed; None if none were asked for."""
        return f"{RESAMPLES:,} times {UNITS[self.running]}" if self.interval else None

    @property
    def few(self) -> str | None:
        """Why there are no intervals although they were asked for; None if there are."""
        if self.interval and all(number.low is None for number in self.numbers):
            return f"there are fewer than {FEWEST} {UNITS[self.running]}"
        return None

    def __getitem__(self, name: str) -> float:
        """The first number with this name, such as ``"accuracy"``.

        Raises:
            KeyError: if there is no such number; the message lists the names.
        """
        for number in self.numbers:
            if number.name == name:
                return number.value
        raise KeyError(f"no number {name!r}; there are {', '.join(n.name for n in self.numbers)}")

    def to_dict(self) -> dict[str, Any]:
        """The evaluation as a dict, for JSON."""
        return {
            "dataset": self.dataset,
            "split": self.split,
            "shuffled": self.shuffled,
            "resampled": self.resampled,
            "examples": self.examples,
            "numbers": [short(number._asdict()) for number in self.numbers],
            **({} if self.classes is None else {"classes": short(self.classes.to_dict())}),
        }


def evaluate_part(
    run: RunFolder, data: Dataset, split: str, *, shuffled: bool = False, interval: bool = False
) -> Evaluation:
    """Measure a run on a part of its data.

    Raises:
        ValueError: if there is no such part, or x cannot be shuffled.
    """
    how = {"shuffled": shuffled, "interval": interval}
    return evaluate_examples(run, part(data, split), data.name, split, **how)


def evaluate_rows(
    run: RunFolder,
    source: object,
    *,
    form: str | None = None,
    shuffled: bool = False,
    interval: bool = False,
) -> Evaluation:
    """Measure a run on new rows with the columns of x and y, read like the training data.

    Raises:
        DataError: with file and line, if the model cannot be measured on a row.
    """
    name = source if isinstance(source, str | Path) else getattr(source, "name", None)
    name = str(name) if isinstance(name, str | Path) else "rows"
    examples = examples_of(run, source, form)
    return evaluate_examples(run, examples, name, shuffled=shuffled, interval=interval)


def examples_of(run: RunFolder, source: object, form: str | None = None) -> Examples:
    """New rows as pairs (x, y), encoded by the columns of the run.

    Raises:
        DataError: with file and line, if a row cannot be encoded.
    """
    schema = run.schema
    if schema.of_series:
        examples = encoded(schema, later_panel(run, source).series)
        if not symbols(run.model, examples):
            raise DataError("no value of the target to measure on; expected some")
        return examples
    if is_series(run):
        column = schema.y
        y = column.encode(series_values(run, source, form))
        return Examples(None, Sequence(y[None]))
    if is_running_text(run):
        if reading_of(run, form, source).format == "lines":
            raise DataError("format: a running text is measured as a whole; leave lines out")
        return running_text(run, source)
    columns = (*schema.x, schema.y)
    found = list(tables(source, columns, reading_of(run, form, source)))
    if schema.y.name == WHOLE:  # blank lines are left out, as in training
        found = [t for table in found for t in _without_blank_lines(table)]
    if not found:
        raise DataError("no rows to measure on; expected some")
    whole = _joined(found)
    x = x_of(whole, schema.x) if schema.x else None
    texts = written(schema.y, parsed(whole, schema.y))
    return Examples(x, y_of(whole, schema.y), None, groups_of(whole, schema.x), texts)


def part(data: Dataset, split: str) -> Examples:
    """One part of the data.

    Raises:
        ValueError: if there is no such part.
    """
    if split not in data.splits:
        raise ValueError(
            f"{data.name} has no part {split!r}; expected one of {', '.join(data.splits)}"
        )
    return data.splits[split]


def size(examples: Examples, schema: Schema) -> tuple[int, str]:
    """How many examples there are, and of what: rows, or series; of running text, or of one series,
    the steps that are measured.

    Args:
        examples: the examples.
        schema: that of their columns.
    """
    y, long = examples.y, schema.running or schema.of_series
    if isinstance(y, Sequence) and len(y) == 1 and long:
        given = 0 if examples.start is None else int(examples.start[0])
        return y.steps - given, "steps"
    return len(y), "series" if schema.of_series else "rows"


def shuffled_x(model: Model, examples: Examples) -> Examples:
    """The same rows, each with the x of another row.

    What a model then still gains over a model without x does not come from x.

    Raises:
        ValueError: if the model sees no x, or x decides the length of y.
    """
    if not sees_x(model) or examples.x is None:
        raise ValueError("shuffled: this model sees no x, so there is nothing to shuffle")
    length = decoder(model).length
    if length is not None and length.decided_by is DecidedBy.INPUT:
        raise ValueError("shuffled: each y has the length of its x, so no other x fits it")
    order = torch.randperm(len(examples), generator=torch.Generator().manual_seed(0))
    other = torch.empty_like(order)
    other[order] = order.roll(1)
    groups = None if examples.groups is None else examples.groups[other]
    return replace(examples, x=examples.x[other], groups=groups)


def evaluate_examples(
    run: RunFolder,
    whole: Examples,
    name: str = "examples",
    split: str | None = None,
    *,
    shuffled: bool = False,
    interval: bool = False,
) -> Evaluation:
    """Measure a run on examples that its columns have encoded.

    Raises:
        ValueError: if x cannot be shuffled.
    """
    running = run.schema.running
    examples = whole.limited_to(MEASURED)
    how_many = _in_words(whole, examples, run.schema)
    if shuffled:
        examples = shuffled_x(run.model, examples)
    warn_of_absent(absent_labels(examples.y), name if split is None else f"{name}, {split}")
    numbers = numbers_of(run.model, examples, run.schema, interval=interval)
    try:
        classes = _classes(run, examples)
    except MissingPackage as error:
        warnings.warn(f"no numbers by class: {error}", stacklevel=2)
        classes = None
    return Evaluation(name, split, how_many, numbers, shuffled, interval, running, classes)


def _classes(run: RunFolder, examples: Examples) -> Classes | None:
    y = run.schema.y
    if isinstance(y, Features):
        return by_label(run.model, examples, y)
    return by_class(run.model, examples, y)


def _in_words(whole: Examples, measured: Examples, schema: Schema) -> str:
    """How many examples are measured, in words."""
    number, what = size(measured, schema)
    count, running = f"{number:,} {what}", schema.running
    if measured is whole:
        return count
    assert isinstance(whole.y, Sequence)
    assert isinstance(measured.y, Sequence)
    symbols = f"{int(measured.y.lengths.sum()):,} of {int(whole.y.lengths.sum()):,} symbols"
    if running:
        return f"the first {symbols}"
    return f"{count} of {len(whole):,}, evenly spread, with {symbols}"


def _without_blank_lines(table: Table) -> Iterator[Table]:
    kept = [i for i, text in enumerate(table.column(WHOLE)) if text and not text.isspace()]
    if kept:
        yield table[kept]


def _joined(found: list[Table]) -> Table:
    first = found[0]
    columns = {name: [v for t in found for v in t.column(name)] for name in first.columns}
    return type(first)(first.path, columns, [line for t in found for line in t.lines])
