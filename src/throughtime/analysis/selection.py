"""A few short examples of many, to look at a model with."""

from __future__ import annotations

from dataclasses import replace

import torch
from torch import Tensor

from throughtime.data.examples import Examples
from throughtime.data.storage.flat import Flat
from throughtime.evaluation.likelihood import decides_length, decoder
from throughtime.runs.build import Model
from throughtime.sequence import Sequence


def some(model: Model, examples: Examples, rows: int = 32, steps: int = 64) -> Examples:
    """So many examples, evenly spread, of about ``steps`` steps at most.

    What is longer is cut, if its beginning is an example too; of series the end is kept. Where the
    model decides the length, or has one output after the last step, it is not: longer ones are left
    out, or if there are no others, the shortest are taken. Of one running text, pieces of it.

    Args:
        model: the model.
        examples: the examples.
        rows: the most rows.
        steps: the most steps.

    Example:
        >>> import throughtime as tt
        >>> model = tt.RecurrentModel(
        ...     tt.cells.GRU(4), tt.Wiring("h(t-1) -> h(t)", "y(t-1) -> h(t)", "h(t) -> o(t)"),
        ...     tt.outputs.Categorical(50), tt.lengths.Unending())
        >>> text = Examples(x=None, y=Sequence(torch.arange(50)[None]))
        >>> some(model, text, rows=2, steps=3).y.values
        tensor([[ 0,  1,  2],
                [47, 48, 49]])
    """
    whole = decoder(model).wiring.emits_last or decides_length(model)
    if not whole and examples.x is None and len(examples) == 1 and examples.start is None:
        return _pieces(examples, rows, steps)
    counted = examples.x if decoder(model).wiring.emits_last else examples.y
    assert isinstance(counted, Sequence)
    at = torch.arange(len(examples), device=counted.lengths.device)
    if whole:
        short = counted.lengths <= steps
        at = at[short] if bool(short.any()) else counted.lengths.argsort()[:rows]
    if len(at) > rows:
        at = at[_spread(len(at), rows)]
    found = examples[at]
    return found if whole else _cut(found, steps)


def _pieces(examples: Examples, rows: int, steps: int) -> Examples:
    """Pieces of a running text, which do not overlap."""
    assert isinstance(examples.y, Sequence)
    y, total = examples.y, int(examples.y.lengths)
    steps = min(steps, total)
    starts = _spread(total - steps + 1, max(1, min(rows, total // max(1, steps))))
    values, begin = (y.flat, int(y.starts)) if isinstance(y, Flat) else (y.values[0], 0)
    pieces = Flat(values, starts + begin, torch.full_like(starts, steps))[:]
    return Examples(None, pieces)


def _cut(examples: Examples, steps: int) -> Examples:
    """Examples of at most so many steps: the beginnings, or of series the ends."""
    x, y, start = examples.x, examples.y, examples.start
    assert isinstance(y, Sequence)
    left_out = (y.lengths - steps).clamp(min=0)
    if start is None:
        most = torch.full_like(y.lengths, steps)
        return replace(examples, x=x.take(most) if isinstance(x, Sequence) else x, y=y.take(most))
    return replace(
        examples,
        x=x.drop(left_out) if isinstance(x, Sequence) else x,
        y=y.drop(left_out),
        start=(start - left_out).clamp(min=0),
    )


def _spread(total: int, count: int) -> Tensor:
    """So many of the numbers below ``total``, evenly spread, both ends among them."""
    return torch.linspace(0, total - 1, count, dtype=torch.float64).round().long()
