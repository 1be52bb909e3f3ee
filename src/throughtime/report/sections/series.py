"""Forecasts of series, and how good they have been."""

from __future__ import annotations

from contextlib import suppress

import numpy as np
import torch

from throughtime.data.columns import RealColumn
from throughtime.data.errors import DataError
from throughtime.distribution.distribution import SequenceDistribution
from throughtime.evaluation.likelihood import decoder, sees_x, y_given
from throughtime.inference.forecast import same_draws
from throughtime.inference.panel import own_cuts
from throughtime.inference.results import ForecastStep
from throughtime.report import backtests, fan
from throughtime.report.known import Known
from throughtime.report.pictures import backtest_of_test, last_steps
from throughtime.report.section import Numbers, Part, Picture, Section
from throughtime.runs.device import placed
from throughtime.sequence import Sequence

HISTORY, STEPS, DRAWS = 120, 40, 200
"""Of one series: so many steps of history are drawn, so many are forecast, over so many paths."""


def series(known: Known) -> Section | None:
    """The fan of the next steps of the test part, and what came."""
    run = known.run
    if known.data is None:
        return None
    parts: list[Part] = []
    if run.schema.of_series and run.config.dataset is not None:  # whose dates are in the file
        parts += _of_panel(known)
    elif _alone(known):
        parts.append(_fan(known))
    if not parts:
        return None
    return Section(
        "The next steps",
        "series",
        "A forecast is many paths, each drawn step by step from the model; the bands have a share "
        "of them.",
        parts,
    )


def _of_panel(known: Known) -> list[Part]:
    """Forecasts of the end of the test part, and how good those within it have been."""
    run, parts = known.run, list[Part]()
    panel, cuts = own_cuts(run.folder)
    with same_draws():
        if panel.step.regular:  # else the next times are not known
            parts.append(
                Picture(
                    "forecasts",
                    "The last steps of the test part as they were forecast from before them: the "
                    "median, the bands that should have 50, 80 and 95 % of what comes, and what "
                    "came.",
                    last_steps(run, panel, cuts.test),
                )
            )
        with suppress(DataError):  # where no series is long enough to measure forecasts
            found = backtest_of_test(run, panel, cuts.test)
            by_step = found.by_step()
            names = list(next(iter(by_step.values())))
            rows = [(t, *(numbers[n] for n in names)) for t, numbers in by_step.items()]
            parts.append(
                Picture(
                    "backtest",
                    "Forecasts from several points of the test part: how often the intervals have "
                    "the value, where among the paths it lies, and what is left of it.",
                    backtests.draw(found),
                    Numbers(("step", *names), rows),
                )
            )
    return parts


def _alone(known: Known) -> bool:
    """Whether y is a series of single numbers that do not end, without an x."""
    run, y = known.run, known.run.schema.y
    length = decoder(run.model).length
    return (
        isinstance(y, RealColumn)
        and y.sequence
        and y.size == 1
        and length is not None
        and not (sees_x(run.model) or length.random)
    )


@torch.no_grad()
def _fan(known: Known) -> Picture:
    run, column = known.run, known.run.schema.y
    assert isinstance(known.test.y, Sequence)
    y = known.test.y[:1].values[:, : int(known.test.y.lengths[0])]

    def numbers(values: torch.Tensor) -> list[float]:
        return np.asarray(column.decode(values.cpu()), float).reshape(-1).tolist()

    steps = min(STEPS, max(y.shape[1] // 3, 1))
    given = Sequence(y[:, :-steps])
    with same_draws():
        p = y_given(run.model, None)
        assert isinstance(p, SequenceDistribution)
        after = p.expand((1,)).observe(placed(run.model, given))[1]
        paths = after.sample((DRAWS,), max_length=steps).values[:, 0]
    levels = [level for band, *_ in fan.BANDS for level in band]
    bands = {level: numbers(paths.quantile(level, 0)) for level in levels}
    mean, truth = numbers(paths.mean(0)), numbers(y[0, -steps:])
    drawn = [
        ForecastStep(mean[t], None, {level: band[t] for level, band in bands.items()})
        for t in range(steps)
    ]
    history = np.array(numbers(y[0, :-steps])[-HISTORY:])
    rows = list(zip(range(1, steps + 1), mean, *bands.values(), truth, strict=True))
    return Picture(
        "forecast",
        f"The last {steps} steps of a row of the test part as they were forecast from before them, "
        f"over {DRAWS} paths: the bands should have 50 and 90 % of what comes.",
        fan.draw(history, drawn, np.array(truth), f"{column.name}: the next {steps} steps"),
        Numbers(("step", "mean", *(f"q{level:g}" for level in bands), "truth"), rows),
    )
