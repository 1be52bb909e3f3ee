"""What happens inside a model over a sequence."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from throughtime.data import Examples
from throughtime.evaluation.likelihood import decoder, sees_x
from throughtime.inference.hidden import states_of
from throughtime.report import states
from throughtime.report.known import Known
from throughtime.report.section import Numbers, Part, Picture, Section
from throughtime.sequence import Sequence
from throughtime.wiring import Edge

OTHERS = 4_000
"""The principal components are of the states of rows with so many symbols."""

STEPS = 64
"""So many steps of a sequence are drawn."""


def inside(known: Known) -> Section | None:
    """h(t) of a row of the test part, as a heatmap and as a path."""
    if known.data is None:
        return None
    rows = _some(known)
    found = [layers[-1].double().numpy() for layers in states_of(known.run.folder, rows)]
    lengths = np.array([len(h) for h in found])
    chosen = int(np.argsort(np.abs(lengths - min(np.median(lengths), STEPS)), kind="stable")[0])
    h, symbols, reads = found[chosen][:STEPS], *_symbols(known, rows, chosen)
    if not len(h):
        return None
    caption = "Each column is h(t), the hidden units after a step."
    if symbols:
        caption = f"Each column is h(t); below it, the symbol that {reads}."
    parts: list[Part] = [
        Picture("hidden-units", caption, states.heatmap(h, symbols), _numbers(h, symbols))
    ]
    everything = np.concatenate(found)
    if h.shape[1] > 1 and len(everything) > 1:
        mean, axes, _ = states.components(everything)
        at = (h - mean) @ axes.T
        if at.shape[1] == 2:
            parts.append(
                Picture(
                    "path",
                    "The same h(t) as a way through the plane in which the states of many rows, "
                    "the dots, vary most: their first two principal components.",
                    states.path(h, everything, symbols),
                    Numbers(("step", "component 1", "component 2"),
                            [(t + 1, *map(float, row)) for t, row in enumerate(at)]),
                )
            )  # fmt: skip
    return Section(
        "Inside",
        "inside",
        "The hidden units are all that the model remembers of what came before. A unit whose row "
        "keeps its colour for long remembers something for long.",
        parts,
    )


def _some(known: Known) -> Examples:
    few = known.test.limited_to(OTHERS)
    if known.run.schema.running and isinstance(few.y, Sequence):
        pieces = few.y.values[0, : int(few.y.lengths) // STEPS * STEPS]
        if len(pieces):
            return Examples(None, Sequence(pieces.view(-1, STEPS, *pieces.shape[1:])))
    return few


def _symbols(known: Known, rows: Examples, i: int) -> tuple[list[str], str]:
    """The symbols of a row that belong to its steps, and what they are."""
    schema = known.run.schema
    wiring = decoder(known.run.model).wiring
    of_x = sees_x(known.run.model) and Edge.INPUT in wiring
    side = rows.x if of_x else rows.y
    column = schema.x[0] if of_x else schema.y
    if not isinstance(side, Sequence) or column.vocabulary is None:
        return [], ""
    numbers = side[i].values[: int(side[i].lengths)][:STEPS].tolist()
    if any(number < 0 for number in numbers):
        return [], ""
    names = [column.vocabulary.symbols[number] for number in numbers]
    return names, "it has just read" if of_x else "it is about to give"


def _numbers(h: NDArray[np.float64], symbols: list[str]) -> Numbers:
    names = symbols or [""] * len(h)
    units = [f"h{i + 1}" for i in range(h.shape[1])]
    return Numbers(
        ("step", "symbol", *units),
        [(t + 1, name, *row.tolist()) for t, (row, name) in enumerate(zip(h, names, strict=True))],
    )
