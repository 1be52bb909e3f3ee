"""The gap between a model that is given the true past and one that goes on by itself."""

from __future__ import annotations

import torch
from torch import Tensor

from throughtime.analysis import Drift, Gap, drift, gap
from throughtime.evaluation.likelihood import decoder
from throughtime.report import free_running
from throughtime.report.known import Known
from throughtime.report.section import Cell, Numbers, Part, Picture, Section
from throughtime.sequence import Sequence

GIVEN = 5
"""The most values at the beginning that are given, after which the model goes on by itself."""


def the_gap(known: Known) -> Section | None:
    """The loss by position both ways, and how fast free running drifts away. None where no output
    is fed back, and the two ways are the same."""
    if known.data is None or decoder(known.run.model).wiring.feedback is None:
        return None
    rows = known.few
    shortest = int(rows.y.lengths.float().median()) if isinstance(rows.y, Sequence) else 0
    prefix = min(GIVEN, shortest // 3)
    try:
        found, drifted = gap(known.run.model, rows, prefix), drift(known.run.model, rows, prefix)
    except ValueError:  # one output after the last step
        return None
    parts: list[Part] = [
        Picture(
            "loss-by-position",
            "−log p of the true value at each position: given the true past, and given a past of "
            "which only the beginning is true and the rest is the model's own.",
            free_running.draw_gap(found),
            _gap_numbers(found),
        ),
        Picture(
            "drift",
            "How far the hidden state of a model that goes on by itself is from that of the true "
            "past: 1 is as far as the states of two unrelated sequences.",
            free_running.draw_drift(drifted),
            _drift_numbers(drifted),
        ),
    ]
    return Section(
        "The gap",
        "gap",
        "In training each step is given the true value before it; in use the model is given its "
        f"own. What that costs, on {known.said_of_few}, the first {prefix} values given.",
        parts,
    )


def _gap_numbers(found: Gap) -> Numbers:
    steps = range(1, len(found.forced) + 1)
    columns = (found.forced, found.closed, found.rows)
    rows = zip(steps, *map(_known, columns), strict=True)
    return Numbers(("position", "given the true past", "given its own", "rows"), list(rows))


def _drift_numbers(found: Drift) -> Numbers:
    steps = range(1, len(found.distance) + 1)
    return Numbers(("position", "distance"), list(zip(steps, _known(found.distance), strict=True)))


def _known(values: Tensor) -> list[Cell]:
    """Numbers, and None where there is none."""
    there = torch.isfinite(values).tolist()
    return [v if f else None for v, f in zip(values.tolist(), there, strict=True)]
