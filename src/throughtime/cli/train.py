"""``throughtime train``."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click
from tqdm import tqdm

from throughtime.cli.datasets import size
from throughtime.cli.series import series_of
from throughtime.data import DATASETS, Dataset, load
from throughtime.data.batching import padding
from throughtime.report.pictures import draw_all
from throughtime.runs.config import Config, ConfigError
from throughtime.runs.run import Run
from throughtime.training.trainer import Trainer, order_of

WHEN_RESUMED = ("epochs", "max_steps", "max_seconds", "patience")
"""What may change when a run goes on: only when it is to stop."""


def _options(command: Callable[..., None]) -> Callable[..., None]:
    """An option for each key of the configuration, which also checks the values."""
    for name, field in reversed(Config.model_fields.items()):
        if name != "dataset":
            default = "" if field.default is None else f" [{field.default}]"
            command = click.option(
                f"--{name.replace('_', '-')}", metavar="…", help=f"{field.description}{default}"
            )(command)
    return command


@click.command()
@click.argument("dataset", required=False)
@click.option("--out", type=click.Path(path_type=Path), help="A new folder [runs/…-001].")
@click.option("--config", "file", type=click.Path(path_type=Path), help="A config.json.")
@click.option(
    "--resume", type=click.Path(path_type=Path), help="The folder of a run to go on with."
)
@_options
def train(
    dataset: str | None, out: Path | None, file: Path | None, resume: Path | None, **given: Any
) -> None:
    """Train a model on an embedded DATASET or on a file of yours.

    A file is a text with one sequence a line, of any size; a table (.csv, .tsv, .jsonl, .parquet),
    of which --target names the column of y and --input those of x; a table of numbers alone, which
    is a series in time; or CoNLL-style columns (.conll, .conllu). What is left out follows from the
    data. Options override a --config.
    """
    values = {name: value for name, value in given.items() if value is not None}
    if resume is not None:
        run, data = _resumed(resume, dataset, out, file, values)
    else:
        if file is not None:
            values = json.loads(Config.load(file).model_dump_json()) | values
        if dataset is not None:
            values["dataset"] = dataset
        config = Config.read(values)
        data = load(config.dataset, config.seed, config.reading)
        if config.dataset not in DATASETS:
            files = {name: getattr(config, name) for name in ("dataset", "valid", "test")}
            config = config.but(**{n: f and str(Path(f).resolve()) for n, f in files.items()})
        run = Run.create(config, data, out)
    _introduce(run, data)
    trainer: Trainer | None = None
    try:
        trainer = Trainer(run, data, resume=resume is not None, say=_say)
        reason = trainer.fit()
    except ValueError:
        if resume is None and (trainer is None or not trainer.progress.step):
            shutil.rmtree(run.path)  # this command has made it, and nothing was trained
        raise
    click.echo(f"Stopped: {reason}. Best and last weights are in {run.path}.")
    if reason == "interrupted":
        click.echo(f"Go on with: throughtime train --resume {run.path}")
        return
    for picture in draw_all(Run.load(run.path), data):
        click.echo(f"Drew {picture}")
    follows = ["evaluate", "sample", *(["predict"] if data.x_fields or series_of(run) else [])]
    click.echo(f"Now try: {'; '.join(f'throughtime {name} {run.path}' for name in follows)}")


def _say(line: str) -> None:
    tqdm.write(line)


def _resumed(
    path: Path, dataset: str | None, out: Path | None, file: Path | None, values: dict[str, Any]
) -> tuple[Run, Dataset]:
    other = {"DATASET": dataset, "--out": out, "--config": file}
    refused = [name for name, value in other.items() if value is not None]
    refused += [f"--{name.replace('_', '-')}" for name in values if name not in WHEN_RESUMED]
    if refused:
        raise ConfigError(
            f"{', '.join(refused)}: a resumed run keeps its choices; with --resume only "
            + ", ".join(f"--{name.replace('_', '-')}" for name in WHEN_RESUMED)
            + " may change"
        )
    run = Run.load(path, "last").but(**values)
    return run, run.data()


def _introduce(run: Run, data: Dataset) -> None:
    config = run.config
    parameters = sum(p.numel() for p in run.model.parameters())
    click.echo(f"{data.name}: {data.description}")
    sizes = ", ".join(f"{size(part):,} {name}" for name, part in data.splits.items())
    click.echo(f"{sizes} {'steps' if data.running else 'rows'}")
    click.echo(
        f"{config.cell} of {config.layers} × {config.hidden_size}, {config.wiring}, "
        f"{config.output}, {config.length or 'one value'}: {parameters:,} parameters in {run.path}"
    )
    click.echo(_how_batched(config, data))
    click.echo(f"learning rate {config.learning_rate:g}, dropout {config.dropout:g}")


def _how_batched(config: Config, data: Dataset) -> str:
    assert config.batch_size is not None
    if data.running:
        return f"batches of {config.batch_size:,} streams, {config.steps:,} steps at a time"
    share = padding(
        data.splits["train"],
        config.batch_size,
        generator=order_of(config, 0),
        symbols=config.batch_symbols,
    )
    return (
        f"batches of up to {config.batch_size:,} rows and {config.batch_symbols:,} steps, "
        f"{share:.1%} of them padding"
    )
