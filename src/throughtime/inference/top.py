"""The most probable symbols of each step."""

from __future__ import annotations

from torch.distributions import Categorical, Distribution

from throughtime.data.columns import Column, Features
from throughtime.whole import whole


def check_top(top: int | None) -> None:
    """Raise a ``ValueError`` if there is no such number of most probable symbols."""
    if top is not None:
        whole("top", top)


def top_of(
    p: Distribution, count: int, lengths: list[int], y: Column
) -> list[list[dict[str, float]]]:
    """The ``count`` most probable symbols of each step of each row, in descending order.

    Args:
        p: p(y(t) | y(1), …, y(t-1)), of batch shape ``(rows, T)``; or p(y), of ``(rows,)``.
        count: the number of symbols.
        lengths: the number of steps of each row.
        y: the column of y.

    Raises:
        ValueError: if y is not of symbols.
    """
    symbols = y.vocabulary
    if symbols is None or (not isinstance(p, Categorical) and not isinstance(y, Features)):
        raise ValueError(f"top is for symbols; column {y.name!r} is of kind {y.kind}")
    probabilities = p.probs if isinstance(p, Categorical) else p.mean
    if len(p.batch_shape) == 1:  # one step
        probabilities = probabilities[:, None]
    best, which = probabilities.topk(min(count, len(symbols)), -1)
    return [
        [
            {symbols.symbols[k]: v for k, v in zip(numbers, shares, strict=True)}
            for numbers, shares in zip(row[:length], share[:length], strict=True)
        ]
        for row, share, length in zip(which.tolist(), best.tolist(), lengths, strict=True)
    ]
