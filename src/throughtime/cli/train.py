"""``throughtime train``."""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from throughtime.cli.files import RunPath
from throughtime.cli.options import training_options
from throughtime.cli.refusing import Failed
from throughtime.extras import MissingPackage, needed_for
from throughtime.runs.errors import ConfigError, RunError
from throughtime.runs.options import READING, Options

if TYPE_CHECKING:
    from throughtime.data import Dataset
    from throughtime.runs.folder import RunFolder
    from throughtime.training.processes import Processes
    from throughtime.training.tensorboard import TensorBoard


@click.command()
@click.argument("dataset", required=False)
@click.option("--out", type=click.Path(path_type=Path), help="A new folder [runs/…-001].")
@click.option(
    "--config", "file", type=click.Path(path_type=Path), help="Options from a config.json."
)
@click.option("--resume", type=RunPath(), help="The folder of a run to continue.")
@click.option(
    "--tensorboard", is_flag=True, help="Write files that TensorBoard shows, in the run's folder."
)
@training_options()
def train(
    dataset: str | None,
    out: Path | None,
    file: Path | None,
    resume: Path | None,
    tensorboard: bool,
    **told: Any,
) -> None:
    """Train a model on an embedded DATASET or on a file of yours.

    A file is a text with one sequence per line, of any size; a table (.csv, .tsv, .jsonl,
    .parquet), with the column of y as --target and the columns of x as --input; a table of numbers
    alone, which is a time series; or CoNLL-style columns (.conll, .conllu). Options that are left
    out follow from the data. Options override those of --config.

    Ctrl-C, SIGTERM and SIGHUP stop it after the update at hand: its state is saved, the command
    that goes on is printed, and the exit code is 0. A second Ctrl-C ends it at once.

    Several processes train together, each on its share of every batch, on one device each:
    torchrun --nproc-per-node 2 -m throughtime train DATASET ...
    """
    values = {name: value for name, value in told.items() if value is not None}
    if file is not None and resume is None:
        values = Options.load(file).told() | values
    Options.read(values)  # refuses what is wrong before torch is imported

    from throughtime.training.processes import ProcessLost, together
    from throughtime.training.tensorboard import writer_class
    from throughtime.training.trainer import Diverged

    if tensorboard:
        writer_class()  # where the package is missing, it is said before there is a folder
    try:
        with together() as processes:
            done = _trained(dataset, out, file, resume, tensorboard, values, processes)
    except (Diverged, ProcessLost) as error:
        raise Failed(str(error)) from None
    if done is not None:
        _finish(*done)


def _trained(
    dataset: str | None,
    out: Path | None,
    file: Path | None,
    resume: Path | None,
    tensorboard: bool,
    values: dict[str, Any],
    processes: Processes,
) -> tuple[RunFolder, Dataset, str, TensorBoard | None] | None:
    """The trained run, its data, and why training stopped; None if another process writes it."""
    from throughtime.training.tensorboard import FOLDER, TensorBoard
    from throughtime.training.train import begun, fit, follow, resumed

    changes = None if resume is None else values
    if resume is not None:
        run, data = resumed(resume, None, values, {"DATASET": dataset, "out": out, "config": file})
    else:
        options, data = _read(dataset, values)
    if not processes.lead:
        follow(data, changes, processes)
        return None
    if resume is None:
        run, changes = begun(options, data, out, processes, _say)
    board = None
    if tensorboard:
        done = run.metrics() if changes is not None else []
        board = TensorBoard(run.path / FOLDER, int(done[-1]["step"] or 0) if done else 0)
    try:
        run, reason = fit(
            run,
            data,
            resume=changes,
            say=_say,
            first=_introduction(run, data),
            on_epoch=None if board is None else board.on_epoch,
            on_update=None if board is None else board.on_update,
            processes=processes,
        )
    finally:
        if board is not None:
            board.writer.flush()
    return run, data, reason, board


def _finish(run: RunFolder, data: Dataset, reason: str, board: TensorBoard | None) -> None:
    """Say why training stopped, draw what it has come to, and say what to try next."""
    from throughtime.inference.run import Run
    from throughtime.training.trainer import INTERRUPTED

    if reason == INTERRUPTED:
        click.echo(f"Stopped: interrupted. The state of training is in {run.path}.")
        click.echo(f"Go on with: {run.resumption}")
        return
    click.echo(f"Stopped: {reason}. The best weights and the state of training are in {run.path}.")
    trained = Run.load(run.path, run.config.device)
    try:
        with needed_for("drawing them"):
            from throughtime.report import draw_all
        pictures = draw_all(trained, data)
    except (MissingPackage, RunError) as error:  # `report` may be drawing: training is done anyway
        click.echo(f"No pictures: {error}")
        pictures = []
    for picture in pictures:
        click.echo(f"Drew {picture}")
    if board is not None:
        with board:
            board.finish(trained, pictures)
        click.echo(f"Look at it: tensorboard --logdir {shlex.quote(str(run.path.parent))}")
    click.echo(f"Now try: {'; '.join(f'throughtime {n} {_quoted(run)}' for n in _follows(run))}")


def _read(dataset: str | None, values: dict[str, Any]) -> tuple[Options, Dataset]:
    """The options, and the data that they name."""
    from throughtime.data import Reading, load

    options = Options.read(values if dataset is None else values | {"dataset": dataset})
    if options.dataset is None:
        raise ConfigError("no dataset is given; expected one")
    reading = Reading(**{n: v for n, v in options.told().items() if n in READING})
    return options, load(options.dataset, options.dividing_seed, reading)


def _quoted(run: RunFolder) -> str:
    """The path of a run, as a shell takes it."""
    return shlex.quote(str(run.path))


def _say(line: str) -> None:
    """Print a line above the bar, at once: others may read it, and a full disk is noticed."""
    from tqdm import tqdm

    with tqdm.external_write_mode():
        click.echo(line)


def _introduction(run: RunFolder, data: Dataset) -> Iterator[str]:
    """What is trained on what, and where."""
    from throughtime.inference.evaluate import size

    config = run.config
    parameters = sum(p.numel() for p in run.model.parameters())
    yield f"{data.name}: {data.description}"
    for line in data.understood:
        yield f"  {line}"
    sizes = {name: size(part, data.schema) for name, part in data.splits.items()}
    yield f"{', '.join(f'{n:,} {name}' for name, (n, _) in sizes.items())} {sizes['train'][1]}"
    yield (
        f"{config.cell} of {config.layers} × {config.hidden_size}, {config.wiring}, "
        f"{config.output}, {config.length or 'one value'}: {parameters:,} parameters in {run.path}"
    )
    yield _batches(run, data)
    yield f"learning rate {config.learning_rate:g}, dropout {config.dropout:g}"


def _batches(run: RunFolder, data: Dataset) -> str:
    from throughtime.data.batching import padding
    from throughtime.training.trainer import order_of

    config = run.config
    if data.schema.of_series:
        return f"batches of {config.batch_size:,} windows of at most {config.steps:,} steps"
    if data.schema.running:
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


def _follows(run: RunFolder) -> list[str]:
    """The commands to try next."""
    from throughtime.inference.series import is_series

    if run.schema.of_series:
        return ["predict", "evaluate"]
    return ["evaluate", "sample", *(["predict"] if run.schema.x or is_series(run) else [])]
