"""A data set: its parts for training and testing, and the schema of x and y."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import torch
from torch import Tensor

from throughtime.data.errors import DataError
from throughtime.data.examples import Examples
from throughtime.data.schema import Schema
from throughtime.data.source import Source
from throughtime.data.splitting import PARTS
from throughtime.data.storage.flat import Flat
from throughtime.data.vocabularies.absent import are_sets, is_absent, known
from throughtime.distribution.missing import with_any
from throughtime.lengths import Length
from throughtime.outputs import Output
from throughtime.sequence import Sequence
from throughtime.wiring import Wiring

FEW = 100
"""Rows, and steps of each, that are checked in place of all, if the data lie in a file."""


@dataclass(frozen=True, eq=False, repr=False)
class Dataset:
    """A data set: parts to train, validate and test on, and the schema of x and y.

    The usual wiring, output and length follow from the schema.

    Args:
        name: the name of the data set.
        description: one line: what the data are and where they come from.
        splits: ``train``, ``valid`` and ``test``, and further test sets by name.
        schema: the columns of x and y.
        source: where the data come from; None if they were put together by hand.
        understood: how the file was understood, a line for each column.
        seen: options of reading that the file itself has shown, by which later files are read: a
            few rows may not show them.

    Raises:
        DataError: if a part is missing, or its examples do not fit the schema.

    Example:
        >>> from throughtime.data import load
        >>> digits = load("digits")
        >>> digits, digits.schema.x_size, digits.output
        (Dataset('digits': train 1423, valid 197, test 177), 8, Categorical(symbols=10))
    """

    name: str
    description: str
    splits: dict[str, Examples]
    schema: Schema
    source: Source | None = None
    understood: tuple[str, ...] = ()
    seen: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if missing := [part for part in PARTS if part not in self.splits]:
            raise DataError(
                f"{self.name}: no part called {' or '.join(missing)}; expected {', '.join(PARTS)} "
                f"(and others, if wanted), got {', '.join(self.splits) or 'none'}"
            )
        for part, examples in self.splits.items():
            if reason := self._misfit(examples, part):
                raise DataError(f"{self.name}, {part}: {reason}")

    @cached_property
    def aligned(self) -> bool:
        """Whether y has a value for each step of x."""
        return self.schema.y.stepwise and all(
            isinstance(part.x, Sequence)
            and isinstance(part.y, Sequence)
            and torch.equal(part.x.lengths, part.y.lengths)
            for part in self.splits.values()
        )

    @property
    def wiring(self) -> Wiring:
        """The usual wiring for such data."""
        return self.schema.wiring(self.aligned)

    @property
    def output(self) -> Output:
        """The output that gives the distribution of each y(t)."""
        return self.schema.output

    @property
    def length(self) -> Length | None:
        """How τ is usually decided; None if y is one value."""
        return self.schema.length(self.aligned)

    @cached_property
    def digest(self) -> str:
        """A hash of y and of sequences x, by which a run recognises its data.

        A picture or vector x is left out: its last digits may differ between machines.
        """
        digest = hashlib.sha256()
        for part, examples in self.splits.items():
            digest.update(part.encode())
            for values in (examples.x, examples.y):
                if isinstance(values, Sequence):
                    digest.update(values.lengths.contiguous().numpy().data)
                if isinstance(values, Flat):  # may be larger than memory
                    for piece in values.pieces():
                        digest.update(piece.numpy().data)
                elif isinstance(values, Sequence):
                    digest.update(values.values.contiguous().numpy().tobytes())
            if isinstance(examples.y, Tensor):
                digest.update(examples.y.contiguous().numpy().tobytes())
        return digest.hexdigest()

    def _misfit(self, examples: Examples, part: str) -> str | None:
        """Why the examples of a part do not fit the schema; None if they do."""
        x, y, schema = examples.x, examples.y, self.schema
        if not len(examples):
            return "no examples; every part needs at least one"
        expected = "sequence" if schema.x_is_sequence else "vector" if schema.x else "nothing"
        found = "sequence" if isinstance(x, Sequence) else "nothing" if x is None else "vector"
        if found != expected:
            return f"x is {_a(found)}, but its columns make {_a(expected)}"
        if isinstance(x, Sequence) and not x.event_shape:
            pieces = x.pieces() if isinstance(x, Flat) else [x.values]
            ends = torch.stack([torch.stack(piece.aminmax()) for piece in pieces])
            smallest, largest = int(ends.min()), int(ends.max())
            if smallest < 0 or largest >= (schema.x_size or 0):
                return f"x has the symbols {smallest} to {largest}, but its size is {schema.x_size}"
        elif x is not None:
            size = (x.event_shape if isinstance(x, Sequence) else x.shape)[-1]
            if size != schema.x_size:
                return f"x has size {size}, but its columns have {schema.x_size}"
        if isinstance(y, Sequence) != schema.y.sequence:
            found, expected = ("sequence" if s else "value" for s in
                               (isinstance(y, Sequence), schema.y.sequence))  # fmt: skip
            return f"y is a {found}, but its column makes a {expected}"
        if schema.running and len(y) != 1:
            return f"running data are one long row, but y has {len(y)}"
        if isinstance(y, Flat):  # encoded by one column: a few rows show the kind of all
            y = y.pick(torch.arange(min(len(y), FEW))).take(torch.tensor(FEW))[:]
        if isinstance(y, Tensor) and are_sets(y):
            y = known(y)
        rows = y if isinstance(y, Sequence) else Sequence(y[:, None])
        if examples.observed is not None:
            rows = with_any(rows, examples.observed, self.output)
        absent = is_absent(rows) if schema.y.closed and part != "train" else None
        if absent is not None:
            if part == "valid" and not bool((rows.mask & ~absent).any()):
                return "training has none of its labels, so that no loss can be computed"
            rows = Sequence(torch.where(absent, 0, rows.values), rows.lengths)
        try:
            self.output.check(rows)
        except ValueError as error:
            return str(error)
        return None

    def __repr__(self) -> str:
        parts = ", ".join(f"{part} {len(examples)}" for part, examples in self.splits.items())
        return f"Dataset({self.name!r}: {parts})"


def _a(kind: str) -> str:
    return kind if kind == "nothing" else f"a {kind}"
