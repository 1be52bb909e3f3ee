"""Forecasts of series, and how good they have been."""

from __future__ import annotations

from contextlib import suppress

import numpy as np
import torch

from throughtime.data.errors import DataError
from throughtime.inference.forecast import same_draws
from throughtime.inference.panel import own_cuts
from throughtime.inference.series import is_series
from throughtime.report import backtests, fan
from throughtime.report.known import Known
from throughtime.report.pictures import backtest_of_test, last_steps
from throughtime.report.section import Numbers, Part, Picture, Section
from throughtime.sequence import Sequence

HISTORY, STEPS, DRAWS = 120, 40, 200
"""Of one series: so many steps of history are drawn, so many are forecast, over so many paths."""


def series(known: Known) -> Section | None:
    """The fan of the next steps of the test part, and what came."""
    run = known.run
    if known.data is None or run.config.dataset is None:
        return None
    parts: list[Part] = []
    if run.schema.of_series:
        panel, cuts = own_cuts(run.folder)
        with same_draws():
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
                parts.append(
                    Picture(
                        "backtest",
                        "Forecasts from several points of the test part: how often the intervals "
                        "have the value, where among the paths it lies, and what is left of it.",
                        backtests.draw(found),
                        Numbers(
                            ("step", *names),
                            [(t, *(v[n] for n in names)) for t, v in by_step.items()],
                        ),
                    )
                )
    elif is_series(run.folder) and run.schema.y.size == 1:
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


@torch.no_grad()
def _fan(known: Known) -> Picture:
    run, y = known.run, known.test.y
    assert isinstance(y, Sequence)
    numbers = np.asarray(run.schema.y.decode(y.values[0, : int(y.lengths)]), float).reshape(-1)
    steps = min(STEPS, max(len(numbers) // 3, 1))
    history, truth = numbers[:-steps], numbers[-steps:]
    with same_draws():
        drawn = run.forecast([{run.schema.y.name: v} for v in history.tolist()],
                             steps=steps, samples=DRAWS)  # fmt: skip
    shown = history[-HISTORY:]
    rows = [
        (t + 1, fan._number(step.value), *(fan._number(q) for q in step.quantiles.values()), true)
        for t, (step, true) in enumerate(zip(drawn, truth.tolist(), strict=True))
    ]
    levels = [f"q{level:g}" for level in drawn[0].quantiles]
    return Picture(
        "forecast",
        f"The last {steps} steps of the test part as they were forecast from before them, over "
        f"{DRAWS} paths, and what came.",
        fan.draw(shown, drawn, truth, f"{run.schema.y.name}: the next {steps} steps"),
        Numbers(("step", "mean", *levels, "truth"), rows),
    )
