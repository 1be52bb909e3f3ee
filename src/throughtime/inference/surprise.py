"""How probable each value of series was, given all before it: the least probable are anomalies."""

from __future__ import annotations

from collections.abc import Iterator

import torch

from throughtime.data.panel.dataset import encoded
from throughtime.distribution.distribution import SequenceDistribution
from throughtime.evaluation.likelihood import there, y_of
from throughtime.inference.forecast import same_draws
from throughtime.inference.panel import later_panel
from throughtime.inference.results import Score
from throughtime.runs.folder import RunFolder
from throughtime.sequence import Sequence


@torch.no_grad()
def scores_of_series(run: RunFolder, source: object) -> Iterator[Score]:
    """log p of each value that is there, given all before it, series after series.

    What is missing before it is drawn once, given what came before that. Numbers are scored by the
    log-density of their standardised values, so that series of all sizes compare; counts by their
    probability. A series that training has not seen is measured by all values that are given of it.

    Args:
        run: a model of series.
        source: the series.

    Raises:
        DataError: with file, line and series, if they cannot be read as the run's own.
    """
    panel = later_panel(run, source)
    run.model.eval()
    for series in panel.series:
        rows = there(run.model, encoded(run.schema, [series]))
        p = y_of(run.model, rows)
        assert isinstance(p, SequenceDistribution)
        assert isinstance(rows.y, Sequence)
        observed = ~rows.y.values.isnan()
        if not p.output.independent:
            observed = observed.all(-1)
        with same_draws():
            seeing, filled = p.seeing(rows.y, observed)
        terms = seeing.terms(filled).values[0].tolist()
        there_is = observed[0] if observed.dim() == 2 else observed[0].any(-1)
        times = panel.step.written(series.times)
        for t in there_is.nonzero().flatten().tolist():
            at = {"series": series.name} if series.name else {}
            value = series.y[t].tolist()
            yield Score(
                {**at, "time": times[t]},
                value[0] if len(value) == 1 else value,
                *(terms[t], terms[t], [terms[t]], 0.0, 0),
            )
