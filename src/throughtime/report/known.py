"""What a page knows of a run: each thing is measured once, when it is asked for."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property

import torch

from throughtime.analysis import some
from throughtime.data import Dataset, Examples
from throughtime.evaluation.metrics.rows import measured
from throughtime.extras import MissingPackage
from throughtime.inference.evaluate import Evaluation
from throughtime.inference.run import Run
from throughtime.report.told import Told, told

SYMBOLS = 60_000
"""A page is of so many symbols of the test part: more would change no digit that it shows, and take
longer than anybody wants to wait."""

TOLD = 20_000
"""So many symbols are looked at one by one."""


class Known:
    """A run with its data and what was measured of it.

    Args:
        run: the run.
        data: its data; if None, they are read again.

    Attributes:
        run: the run.
        data: its data; None if they cannot be read.
        missing: why not.
        left_out: what is not on the page though it would apply, and why.
    """

    def __init__(self, run: Run, data: Dataset | None = None) -> None:
        self.run, self.data, self.missing = run, data, ""
        self.left_out: list[str] = []
        run.model.eval()
        if data is None:
            try:
                self.data = run.data()
            except (ValueError, OSError, MissingPackage) as error:
                self.missing = " ".join(str(error).split())

    @property
    def name(self) -> str:
        """The name of the run's folder."""
        return self.run.path.resolve().name

    @cached_property
    def test(self) -> Examples:
        """The test part, or as much of it as is measured."""
        assert self.data is not None
        return self.data.splits["test"].limited_to(SYMBOLS)

    @cached_property
    def few(self) -> Examples:
        """A few short rows of the test part, of which gradients are taken one by one."""
        return some(self.run.model, self.test)

    def leave_out(self, what: str, why: object) -> None:
        """Note that something is not on the page, and why."""
        self.left_out.append(f"{what} is left out: {why}")

    @property
    def said_of_few(self) -> str:
        """How many they are, in words."""
        many = len(self.few)
        return f"{many} short examples of the test part" if many > 1 else "the end of the test part"

    @cached_property
    def evaluation(self) -> Evaluation:
        """All metrics on it, with their intervals."""
        return self.run.evaluate(self.test, interval=True)

    @cached_property
    def told(self) -> list[Told]:
        """The rows of the test part, symbol by symbol, the least probable first; of running text,
        pieces of it. Empty where y has no symbols."""
        with torch.no_grad():
            found = list(self._told())
        return sorted(found, key=lambda row: row.per_symbol)

    def _told(self) -> Iterator[Told]:
        schema = self.run.schema
        if schema.y.vocabulary is None:
            return
        for p, part in measured(self.run.model, self.test.limited_to(TOLD), schema.running):
            yield from told(self.run, p, part)
