"""Draw all pictures of a run."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import torch
from matplotlib.figure import Figure

from throughtime.data import Dataset
from throughtime.data.columns.panel import Panel
from throughtime.data.errors import DataError
from throughtime.distribution.distribution import SequenceDistribution
from throughtime.evaluation.likelihood import MEASURED, decides_length, sees_x, y_given
from throughtime.evaluation.metrics import length_distributions
from throughtime.inference.backtest import FEWEST, Backtest, backtest, held, of_run, times_of
from throughtime.inference.forecast import forecast_panel
from throughtime.inference.panel import own_cuts
from throughtime.inference.run import Run
from throughtime.report import backtests, captions, curve, lengths
from throughtime.report.forecasts import page
from throughtime.runs.alone import alone
from throughtime.runs.files import folder_in, save
from throughtime.runs.names import PICTURES
from throughtime.sequence import Sequence

WIRING = "wiring.svg"
"""The drawing of the model's graph; all other pictures are of pixels."""

SHEET = 32
"""The number of pictures on a contact sheet."""

SERIES = 6
"""The most series of which forecasts are drawn."""

MEASURED_SERIES = 30
"""The most series whose forecasts are measured for a picture."""

ORIGINS_OF_A_BACKTEST, PATHS_OF_A_BACKTEST = 8, 100
"""So many forecasts of each, and so many paths: enough to draw."""

WINDOW = 12
"""So many steps are forecast where two seasons are fewer, if the test part has as many."""

LONGEST = 200
"""The length at which a caption that has not ended is cut."""


@torch.no_grad()
def draw_all(run: Run, data: Dataset | None = None) -> list[Path]:
    """Draw all pictures of a run into its folder, and return their paths.

    The wiring and the learning curve; the lengths of the test part and of the model, if it decides
    τ; captions of pictures, if x is a picture; and of several series the forecasts of the last
    steps of the test part, with what came, and how good forecasts within it have been. Repeated
    calls draw the same pictures.
    """
    run.model.eval()
    data = run.data() if data is None else data
    found: dict[str, Figure] = {}
    if rows := run.metrics:
        found["learning-curve"] = curve.draw(rows, data.name)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        if decides_length(run.model):
            shares = length_distributions(run.model, data.splits["test"].limited_to(MEASURED))
            found["lengths"] = lengths.draw(*shares, data.name)
        if data.schema.picture_shape is not None and sees_x(run.model):
            for part in [part for part in data.splits if part not in ("train", "valid")]:
                found[f"captions-{part}"] = sheet(run, data, part)
        if data.schema.of_series and run.config.dataset is not None:
            panel, cuts = own_cuts(run.folder)
            if panel.step.regular:  # else the next times are not known
                found["forecasts"] = last_steps(run, panel, cuts.test)
            with suppress(DataError):  # where no series is long enough to measure forecasts
                found["backtest"] = backtests.draw(backtest_of_test(run, panel, cuts.test))
    folder = folder_in(run.path, PICTURES)
    with alone(folder):  # not the run's folder, which may be trained in meanwhile
        save(folder / WIRING, [run.model.draw().svg.encode()])
        for name, drawn in found.items():
            content = BytesIO()
            drawn.savefig(content, format="png")
            save(folder / f"{name}.png", [content.getvalue()])
    return [folder / WIRING, *(folder / f"{name}.png" for name in found)]


def sheet(run: Run, data: Dataset, part: str) -> Figure:
    """Some pictures of a part of the data with their captions and the model's."""
    examples, (seen,), name = data.splits[part], data.schema.x, data.schema.y
    chosen = examples[torch.randperm(len(examples))[:SHEET]]
    p = y_given(run.model, chosen.x)
    assert isinstance(p, SequenceDistribution)
    assert isinstance(chosen.x, torch.Tensor)
    assert isinstance(chosen.y, Sequence)
    guesses = p.mode(max_length=LONGEST if p.length.stops else None)
    shown = [
        captions.Captioned(seen.decode(picture), name.decode(y), name.decode(guess))
        for picture, y, guess in zip(chosen.x, chosen.y.to_list(), guesses.to_list(), strict=True)
    ]
    title = f"{data.name}, {part}: the true name, and below it the model's"
    return captions.draw(shown, title)


def last_steps(run: Run, panel: Panel, first: Any) -> Figure:
    """Forecasts of some series from a point in the test part on, with what came then."""
    times = times_of(panel)
    steps = min(int((times >= first).sum()), max(2 * panel.step.season, WINDOW))
    origin = times[-steps]
    pairs = [(s, int(np.searchsorted(s.times, origin))) for s in panel.series]
    pairs = [(s, end) for s, end in pairs if FEWEST <= end < len(s)]
    many = len(pairs)
    pairs = [pairs[i] for i in np.unique(np.linspace(0, many - 1, min(SERIES, many)).astype(int))]
    history = replace(panel, series=tuple(s.upto(end) for s, end in pairs))
    drawn = forecast_panel(run.folder, history, steps=steps, future=held(panel, steps), gaps=True)
    truths = {s.name: s.y[end : end + steps] for s, end in pairs}
    title = f"{', '.join(panel.targets)}: {panel.step.lasting(steps)} of the test part"
    if many > len(pairs):
        title += f", {len(pairs)} of {many:,} series"
    return page(history, drawn, truths, title)


def backtest_of_test(run: Run, panel: Panel, first: Any) -> Backtest:
    """Forecasts of some series from several points in the test part, measured."""
    there = [s for s in panel.series if not np.isnan(s.y[s.times >= first]).all()]
    at = np.unique(np.linspace(0, len(there) - 1, min(MEASURED_SERIES, len(there))).astype(int))
    panel = replace(panel, series=tuple(there[i] for i in at))
    most = int((times_of(panel) >= first).sum()) // 2
    steps = max(1, min(most, max(panel.step.season, WINDOW)))
    way = of_run(run.folder, panel, PATHS_OF_A_BACKTEST)
    return backtest(panel, way, horizon=steps, origins=ORIGINS_OF_A_BACKTEST, first=first)
