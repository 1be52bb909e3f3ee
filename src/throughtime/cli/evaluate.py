"""``throughtime evaluate``."""

from __future__ import annotations

import json
from io import BufferedIOBase
from pathlib import Path
from typing import TYPE_CHECKING

import click

from throughtime.cli.classes import tables
from throughtime.cli.files import DEVICE, FORMAT, FORMAT_HELP, Rows, RunPath, refuse

if TYPE_CHECKING:
    from throughtime.evaluation.metrics import Number


@click.command()
@click.argument("run", type=RunPath())
@click.argument("file", type=Rows(), required=False)
@click.option("--split", help="The part of the data [test].")
@click.option("--format", "form", type=FORMAT, help=FORMAT_HELP)
@click.option("--shuffled", is_flag=True, help="Give each y the x of another row, as a control.")
@click.option("--interval", is_flag=True, help="Add 95 % intervals, by the bootstrap over rows.")
@click.option(
    "--horizon", type=click.IntRange(min=1), help="Of several series: forecast so many steps."
)
@click.option(
    "--origins",
    type=click.IntRange(min=1),
    help="With --horizon: forecast from so many points in the past [8].",
)
@click.option(
    "--paths", type=click.IntRange(min=2), help="With --horizon: draw so many futures [500]."
)
@click.option(
    "--picture",
    type=click.Path(path_type=Path),
    help="With --horizon: draw coverage and residuals to this .png or .svg.",
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@DEVICE
def evaluate(
    run: Path,
    file: BufferedIOBase | Path | None,
    split: str | None,
    form: str | None,
    shuffled: bool,
    interval: bool,
    horizon: int | None,
    origins: int | None,
    paths: int | None,
    picture: Path | None,
    as_json: bool,
    device: str,
) -> None:
    """Measure a RUN on examples that it was not trained on: a part of its data, or the labelled
    rows of FILE.

    With --horizon, a run of several series forecasts from several points in the past, of its test
    part or of FILE, and is measured by what came then, beside forecasts that it has to beat.
    """
    from throughtime.inference.evaluate import evaluate_part, evaluate_rows
    from throughtime.inference.run import Run

    loaded = Run.load(run, device).folder
    if horizon is not None:
        others = {"split": split, "format": form, "shuffled": shuffled, "interval": interval}
        refuse(others, "is not for --horizon; leave it out")
        from throughtime.cli.backtest import of_series
        from throughtime.inference.backtests import ORIGINS
        from throughtime.inference.forecast import PATHS

        of_series(
            loaded,
            file,
            horizon=horizon,
            origins=ORIGINS if origins is None else origins,
            paths=PATHS if paths is None else paths,
            picture=picture,
            as_json=as_json,
        )
        return
    of_forecasts = {"origins": origins, "paths": paths, "picture": picture}
    refuse(of_forecasts, "is for forecasts; expected --horizon STEPS too")
    if file is None:
        if form is not None:
            raise ValueError("--format is for FILE; leave it out for a part of the data")
        found = evaluate_part(
            loaded, loaded.data(), split or "test", shuffled=shuffled, interval=interval
        )
    elif split is not None:
        raise ValueError("--split is a part of the run's data; leave out --split or FILE")
    else:
        found = evaluate_rows(loaded, file, form=form, shuffled=shuffled, interval=interval)
    if as_json:
        click.echo(json.dumps(found.to_dict()))
        return
    what = found.dataset if found.split is None else f"{found.dataset}, {found.split}"
    click.echo(f"{what}{', x shuffled' if shuffled else ''}: {found.examples}")
    if found.few:
        click.echo(f"No intervals: {found.few}")
    elif found.resampled:
        click.echo(f"In brackets: 95 % intervals, by resampling {found.resampled}")
    click.echo(table(found.numbers))
    if found.classes is not None:
        click.echo(f"\n{tables(found.classes)}")


def table(numbers: list[Number]) -> str:
    """One line for each number: name, value, interval if there is one, and unit."""
    width = max(len(number.name) for number in numbers)
    shown = [_interval(number) for number in numbers]
    between = max(len(interval) for interval in shown)
    return "\n".join(
        f"{n.name:<{width}}  {n.value:8.4f}{interval:<{between}}  {n.unit}"
        for n, interval in zip(numbers, shown, strict=True)
    )


def _interval(number: Number) -> str:
    if number.low is None or number.high is None:
        return ""
    return f"  [{number.low:.4f}, {number.high:.4f}]"
