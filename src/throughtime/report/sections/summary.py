"""What a model is, and what it is worth."""

from __future__ import annotations

from throughtime.report.known import Known
from throughtime.report.section import Cell, Drawing, Numbers, Part, Section, Table


def summary(known: Known) -> Section:
    """The wiring, and all numbers of the test part."""
    parts: list[Part] = [
        Drawing(
            "wiring",
            "The graph of the model, folded and unfolded. x is what goes in, h the hidden units, "
            "o their output, L the loss, and y what is modelled; a black square is a delay of "
            "one step.",
            known.run.model.draw().svg,
        )
    ]
    if known.data is not None:
        parts.append(scores(known))
    return Section(
        "What it is worth",
        "summary",
        "A recurrent model gives a probability to every sequence. What counts is how probable it "
        "finds rows that it has never seen: those of the test part.",
        parts,
    )


def scores(known: Known) -> Table:
    """All numbers of the test part, with their intervals."""
    found = known.evaluation
    rows: list[tuple[Cell, ...]] = [
        (number.name, number.value, number.low, number.high, number.unit)
        for number in found.numbers
    ]
    how = f"; 95 % intervals by resampling {found.resampled}" if found.resampled else ""
    if found.few:
        how = f"; no intervals, since {found.few}"
    return Table(
        "scores",
        f"Measured on the test part: {found.examples}{how}.",
        Numbers(("number", "value", "low", "high", "unit"), rows),
    )
