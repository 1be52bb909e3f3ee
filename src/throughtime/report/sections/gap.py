"""The gap between a model that is given the true past and one that goes on by itself."""

from __future__ import annotations

from throughtime.analysis import Drift, Gap, drift, gap
from throughtime.analysis.free_running import DRAWS
from throughtime.evaluation.likelihood import decoder
from throughtime.report import free_running
from throughtime.report.known import Known
from throughtime.report.section import Numbers, Part, Picture, Section, finite
from throughtime.sequence import Sequence

GIVEN = 5
"""The most values at the beginning that are given, after which the model goes on by itself."""

FEWEST = 5
"""So many histories are drawn of each row at least, whatever they cost."""

WORK = 2**28
"""So many numbers of o(t) are computed at most for all histories: some seconds."""


def the_gap(known: Known) -> Section | None:
    """The loss by position both ways, and how fast free running drifts away. None where no output
    is fed back, and the two ways are the same."""
    if known.data is None or decoder(known.run.model).wiring.feedback is None:
        return None
    rows = known.few
    shortest = int(rows.y.lengths.float().median()) if isinstance(rows.y, Sequence) else 0
    prefix = min(GIVEN, shortest // 3)
    model = known.run.model
    numbers = rows.y.values[..., 0].numel() if isinstance(rows.y, Sequence) else len(rows)
    units = known.run.schema.y.size if known.run.schema.y.vocabulary is not None else 1
    draws = max(FEWEST, min(DRAWS, WORK // max(1, numbers * units)))
    try:
        found, drifted = gap(model, rows, prefix, draws), drift(model, rows, prefix)
    except ValueError as error:
        known.leave_out("The gap", error)
        return None
    start = f"the first {prefix} values" if rows.start is None else "all that came before it"
    parts: list[Part] = [
        Picture(
            "loss-by-position",
            "−log p of the true value at each position: given the true past, and given a past of "
            "which only the beginning is true and the rest is the model's own.",
            free_running.draw_gap(found),
            _gap_numbers(found),
        ),
    ]
    if bool(drifted.distance.isfinite().any()):  # of one row alone there are no unrelated ones
        parts.append(
            Picture(
                "drift",
                "How far the hidden state of a model that goes on by itself is from that of the "
                "true past: 1 is as far as the states of two unrelated sequences.",
                free_running.draw_drift(drifted),
                _drift_numbers(drifted),
            )
        )
    return Section(
        "The gap",
        "gap",
        "In training each step is given the true value before it; in use the model is given its "
        f"own. What that costs, on {known.said_of_few}, {start} given.",
        parts,
    )


def _gap_numbers(found: Gap) -> Numbers:
    steps = range(1, len(found.forced) + 1)
    columns = (found.forced, found.closed, found.rows)
    rows = zip(steps, *map(finite, columns), strict=True)
    return Numbers(("position", "given the true past", "given its own", "rows"), list(rows))


def _drift_numbers(found: Drift) -> Numbers:
    steps = range(1, len(found.distance) + 1)
    return Numbers(("position", "distance"), list(zip(steps, finite(found.distance), strict=True)))
