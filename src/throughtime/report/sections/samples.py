"""What a model without an x makes up."""

from __future__ import annotations

from throughtime.evaluation.likelihood import decoder, sees_x
from throughtime.report.known import Known
from throughtime.report.section import Numbers, Section, Table
from throughtime.report.visible import visible

SHOWN = 16
"""So many draws."""

LONGEST = 160
"""The length at which a draw that has not ended is cut."""

RUNNING, TEXT = 3, 400
"""So many draws of running text, and so long."""


def samples(known: Known) -> Section | None:
    """Draws, if y is text or other symbols, and the model sees no x."""
    run = known.run
    if sees_x(run.model) or run.schema.of_series or run.schema.y.vocabulary is None:
        return None
    length = decoder(run.model).length
    assert length is not None
    longest = TEXT if run.schema.running else LONGEST
    drawn = run.sample(
        RUNNING if run.schema.running else SHOWN,
        seed=0,
        max_length=None if length.longest is not None else longest,
    )
    rows = [
        (visible(d.value if isinstance(d.value, str) else " ".join(map(str, d.value)), TEXT),
         d.log_prob)
        for d in drawn
    ]  # fmt: skip
    return Section(
        "Samples",
        "samples",
        "Sequences drawn from the model, symbol by symbol, each given those before it. Who has "
        "learned the data well makes up what could have been in them.",
        [Table("samples", "Draws, with log p of each.", Numbers(("sample", "log p"), rows))],
    )
