"""``throughtime sweep``."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from throughtime.cli.options import training_options
from throughtime.runs.errors import ConfigError
from throughtime.runs.options import Options


@click.command()
@click.argument("dataset", required=False)
@click.option("--out", type=click.Path(path_type=Path), help="The folder [runs/…-sweep].")
@click.option("--trials", type=click.IntRange(1), default=30, help="Models to train [30].")
@click.option("--max-seconds", metavar="…", help="Stop this command after so long.")
@click.option(
    "--search",
    type=click.Path(path_type=Path),
    help="A TOML file of what is searched: a table for each option, with choices = […], or with "
    "low and high, and log = true or step = …",
)
@training_options("max_seconds")
def sweep(
    dataset: str | None,
    out: Path | None,
    trials: int,
    max_seconds: str | None,
    search: Path | None,
    **told: Any,
) -> None:
    """Search for good options of training on DATASET, as `train` takes it.

    Searched are, without --search, cell, hidden_size, layers, dropout, batch_size, learning_rate
    and weight_decay. Options that are given are the same in all trials, and not searched. A trial
    takes as many epochs as `train` would, or as --epochs or --max-steps say; it is pruned after an
    epoch if it was never as good as the median of the others, and its folder removed.

    The same command goes on with a sweep that was interrupted or killed: finished trials are kept,
    and one that died goes on where it was saved last. Given in another terminal too, both share
    the trials. Ctrl-C and --max-seconds save the trial at hand; the exit code is 0.
    """
    from throughtime.training import space

    values = {name: value for name, value in told.items() if value is not None}
    options = Options.read(values)  # refuses what is wrong before torch is imported
    if dataset is None:
        raise ConfigError("no dataset is given; expected one")
    limit = Options.read({} if max_seconds is None else {"max_seconds": max_seconds}).max_seconds
    if search is not None:
        space.searched(search, options)

    from throughtime.training.sweep import sweep as swept

    found = swept(
        dataset,
        trials=trials,
        max_seconds=limit,
        search=search,
        out=out,
        say=click.echo,
        **values,
    )
    click.echo(f"Stopped: {found.reason}.")
    click.echo(f"\n{found.table}\n")
    if found.importances:
        count = sum(trial.state == "finished" for trial in found.trials)
        click.echo(f"Importance, by the {count} trials that are finished:")
        for name, share in found.importances.items():
            click.echo(f"  {share:5.1%}  {name}")
    if len(found.trials) < trials or any(trial.state == "unfinished" for trial in found.trials):
        click.echo("Go on with the same command.")
    if found.trials and found.trials[0].state == "finished":
        click.echo(f"The best again: {found.command}")
