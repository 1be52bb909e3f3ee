"""Which inputs mattered."""

from __future__ import annotations

import numpy as np
from torch import Tensor

from throughtime.evaluation.likelihood import sees_x
from throughtime.report import influence
from throughtime.report.known import Known
from throughtime.report.section import Line, Numbers, Part, Picture, Section, Symbol, Text
from throughtime.report.told import Told
from throughtime.report.visible import visible
from throughtime.sequence import Sequence

SHOWN, PICTURES = 12, 6
"""So many rows of symbols, and so many of numbers."""

LEVELS = 6
"""The strongest colour; others are shares of it."""

LARGEST = 64
"""The most steps of a row of numbers, and numbers of a step, that are drawn."""


def inputs(known: Known) -> Section | None:
    """Gradient × input of some rows, where y is a label, or x a picture."""
    run = known.run
    if known.data is None or not sees_x(run.model) or run.schema.of_series:
        return None
    found = known.told
    if not found or not (run.schema.y_is_label or run.schema.picture_shape):
        return None
    chosen = [found[i] for i in np.linspace(0, len(found) - 1, SHOWN).astype(int).tolist()]
    x = chosen[0].row.x
    part: Part | None
    if isinstance(x, Sequence) and run.schema.x_vocabulary is not None:
        part = _symbols(known, chosen)
    else:
        part = _pictures(known, chosen[:: SHOWN // PICTURES])
    if part is None:
        return None
    return Section(
        "Which inputs mattered",
        "inputs",
        "Gradient × input: how much each part of x adds to the logarithm of the probability of the "
        "true y, to first order. Blue speaks for it, orange against it. It says what a small "
        "change would do, and not why.",
        [part],
    )


def _of(known: Known, row: Told) -> Tensor:
    x = row.row.x
    assert x is not None
    return influence.gradient_times_input(known.run.model, x, row.row.y)[0]


def _symbols(known: Known, chosen: list[Told]) -> Text:
    vocabulary = known.run.schema.x_vocabulary
    assert vocabulary is not None
    lines = []
    for row in chosen:
        x = row.row.x
        assert isinstance(x, Sequence)
        if row.log_p[0] == -np.inf:
            continue
        values = _of(known, row).tolist()
        most = max(map(abs, values), default=0.0) or 1.0
        symbols = [
            Symbol(
                visible(vocabulary.symbols[k]),
                round(LEVELS * abs(v) / most),
                f"{v:+.3g}",
                color="a" if v < 0 else "b",
            )
            for k, v in zip(x.values[0].tolist(), values, strict=False)
        ][: int(x.lengths[0])]
        lines.append(Line(symbols, said_of(row)))
    legend = [
        Symbol("for the true label", LEVELS - 1, color="b"),
        Symbol("against it", LEVELS - 1, color="a"),
    ]
    return Text("Rows from the hardest to the easiest, with the true label.", lines, legend)


def said_of(row: Told) -> str:
    """The truth, and the guess where that is another."""
    true = visible("".join(row.symbols), 40)
    guess = visible((row.guesses or row.symbols)[0], 40)
    wrong = row.guesses is not None and not row.right[0]
    return f"{true} (the model’s: {guess})" if wrong else true


def _pictures(known: Known, chosen: list[Told]) -> Picture | None:
    shown, values = [], []
    for row in chosen:
        x, found = row.row.x, _of(known, row)
        seen = x.values[0] if isinstance(x, Sequence) else x[0] if isinstance(x, Tensor) else None
        shape = known.run.schema.picture_shape
        if seen is None or seen.dim() > 2:
            return None
        if shape is not None:
            seen, found = (v.view(shape).mean(0) for v in (seen, found))
        if seen.dim() != 2 or max(seen.shape) > LARGEST:
            return None
        low, high = seen.aminmax()
        shown.append(((seen - low) / (high - low).clamp(min=1e-9)).double().numpy())
        values.append(found.double().numpy())
    titles = [visible("".join(row.symbols).replace("∎", ""), 18) for row in chosen]
    rows = [
        (n, i, j, float(picture[i, j]), float(of[i, j]))
        for n, (picture, of) in enumerate(zip(shown, values, strict=True))
        for i, j in np.ndindex(picture.shape)
    ]
    return Picture(
        "inputs",
        "Rows from the hardest to the easiest, with the truth; below each, what its numbers add. "
        "A row of the picture is a step, where it is read step by step.",
        influence.draw(shown, values, titles),
        Numbers(("picture", "row", "column", "x", "gradient × input"), rows),
    )
