"""The rows that a model finds hardest and easiest, symbol by symbol."""

from __future__ import annotations

import math

from throughtime.report.known import Known
from throughtime.report.section import (
    LEGEND,
    Cell,
    Line,
    Numbers,
    Part,
    Section,
    Symbol,
    Table,
    Text,
    level_of,
)
from throughtime.report.told import Told
from throughtime.report.visible import visible

SHOWN = 10
"""So many rows of each."""

LONGEST = 200
"""So many symbols of a row."""


def rows(known: Known) -> Section | None:
    """The hardest and the easiest rows of the test part, if y is symbols or a label."""
    if known.data is None or not known.told:
        return None
    schema = known.run.schema
    found = known.told
    of = "pieces" if schema.running else "rows"
    parts: list[Part]
    if schema.y_is_label:
        wrong = sum(not row.right[0] for row in found)
        parts = [
            _table(f"hardest-{of}", f"The rows whose true label the model found least probable; "
                   f"of {len(found):,} rows, {wrong:,} are wrong.", found[:SHOWN]),
            _table(f"easiest-{of}", "The rows whose true label it was surest of.",
                   found[::-1][:SHOWN]),
        ]  # fmt: skip
    else:
        parts = [
            Text(f"The hardest {of}, with −log p per symbol.", _lines(found[:SHOWN]), LEGEND),
            Text(f"The easiest {of}.", _lines(found[::-1][:SHOWN])),
        ]
    return Section(
        "Hardest and easiest",
        "rows",
        "Rows of the test part by the probability that the model gives them. "
        + (
            "What it is sure of and wrong about is often a mistake in the data."
            if schema.y_is_label
            else "Each symbol is coloured by its probability, given those before it: the stronger "
            "the colour, the greater the surprise."
        ),
        parts,
    )


def _table(name: str, caption: str, found: list[Told]) -> Table:
    said = any(row.x for row in found)
    columns = (*(["row"] if said else []), "true", "the model's", "P(true)")
    cells: list[tuple[Cell, ...]] = [
        (
            *([row.x] if said else []),
            visible(row.symbols[0]),
            visible((row.guesses or [""])[0]),
            math.exp(row.log_p[0]),
        )
        for row in found
    ]
    return Table(name, caption, Numbers(columns, cells))


def _lines(found: list[Told]) -> list[Line]:
    return [line_of(row) for row in found]


def line_of(row: Told) -> Line:
    """A row as coloured symbols; of tags, the symbols of x with their tags below them."""
    symbols = []
    for i, (symbol, log_p) in enumerate(
        zip(row.symbols[:LONGEST], row.log_p[:LONGEST], strict=True)
    ):
        p = math.exp(log_p)
        below, wrong, text = "", False, symbol
        if row.given and row.guesses is not None:
            text, guess = row.given[i], row.guesses[i]
            wrong = guess != symbol
            below = f"{symbol}, not {guess}" if wrong else symbol
        symbols.append(Symbol(visible(text), level_of(p), f"p = {p:.3g}", visible(below), wrong))
    if len(row.symbols) > LONGEST:
        symbols.append(Symbol("…", 0))
    return Line(symbols, f"{-row.per_symbol:.3f}", row.x)
