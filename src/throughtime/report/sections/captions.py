"""What a model says of pictures, and of other x, beside the truth."""

from __future__ import annotations

from typing import Any

import torch

from throughtime.evaluation.likelihood import decides_length, decoder, sees_x
from throughtime.report.known import Known
from throughtime.report.pictures import LONGEST, sheet
from throughtime.report.section import Numbers, Part, Picture, Section, Table
from throughtime.report.words import said, x_of

SHOWN = 16
"""So many rows, where x is no picture."""


def captions(known: Known) -> Section | None:
    """The true y and the model's, where y is a sequence with a length of its own, given an x."""
    run, data = known.run, known.data
    if data is None or not (sees_x(run.model) and decides_length(run.model)):
        return None
    parts: list[Part]
    if run.schema.picture_shape is not None:
        with torch.random.fork_rng(devices=[]), torch.no_grad():
            torch.manual_seed(0)
            parts = [
                Picture(
                    f"captions-{part}",
                    f"Pictures of the part “{part}”: the true caption, and below it the most "
                    "probable one by the model, step by step, red where it is wrong.",
                    sheet(run, data, part),
                )
                for part in data.splits
                if part not in ("train", "valid")
            ]
    else:
        parts = [_table(known)]
    return Section(
        "What it says",
        "captions",
        "For some x of the test part, what is true, and what the model finds most probable.",
        parts,
    )


def _table(known: Known) -> Table:
    run = known.run
    chosen = known.test[torch.arange(min(SHOWN, len(known.test))) * len(known.test) // SHOWN]
    length = decoder(run.model).length
    assert length is not None
    limit: dict[str, Any] = {"max_length": LONGEST} if length.stops else {}
    pairs = run.compare(chosen, **limit)
    rows = [
        (x_of(run, chosen, i), said(pair.true), said(pair.guess), "✓" if right else "✗")
        for i, pair in enumerate(pairs)
        for right in [pair.true == pair.guess]
    ]
    return Table(
        "captions", "Rows of the test part.", Numbers(("x", "true", "the model's", ""), rows)
    )
