"""``throughtime predict``."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from throughtime.cli.files import (
    DEVICE,
    ENGINE,
    FILES,
    FORMAT,
    FORMAT_HELP,
    OUT,
    RunPath,
    Source,
    one_of,
    refuse,
    write_answers,
)

if TYPE_CHECKING:
    from throughtime.runs.folder import RunFolder


@click.command()
@click.argument("run", type=RunPath())
@FILES
@click.option("--format", "form", type=FORMAT, help=FORMAT_HELP)
@click.option(
    "--json", "as_json", is_flag=True, help="Print a JSON object per line, with probabilities."
)
@click.option(
    "--top",
    type=click.IntRange(min=1),
    help="Print so many of the most probable, with their probabilities, between tabs.",
)
@click.option("--beam", type=int, help="For sequences: width of the beam search [1].")
@click.option("--max-length", type=int, help="For sequences: cut at this length.")
@click.option(
    "--samples", type=click.IntRange(min=2), help="For series: mean over so many drawn paths."
)
@click.option("--steps", type=click.IntRange(min=1), help="Of several series: how many [10].")
@click.option(
    "--paths", type=click.IntRange(min=2), help="Of several series: draw so many futures [500]."
)
@click.option(
    "--future",
    type=click.Path(exists=True, path_type=Path),
    help="Of several series: a table with the inputs that are known of the steps to come.",
)
@click.option("--quantiles", help="Of several series: levels [0.05,0.25,0.5,0.75,0.95].")
@click.option(
    "--paths-out",
    type=click.Path(dir_okay=False, writable=True, path_type=Path),
    help="Of several series: write the futures themselves into this file.",
)
@click.option(
    "--picture",
    type=click.Path(dir_okay=False, writable=True, path_type=Path),
    help="Of several series: draw the forecasts of up to twelve into this .png or .svg.",
)
@click.option(
    "--batch-size",
    type=click.IntRange(1, 128),
    help="Lines in a batch [128; 1 at a terminal].",
)
@OUT
@ENGINE
@DEVICE
def predict(
    run: Path,
    files: tuple[list[Source], ...],
    form: str | None,
    as_json: bool,
    top: int | None,
    beam: int | None,
    max_length: int | None,
    samples: int | None,
    steps: int | None,
    paths: int | None,
    future: Path | None,
    quantiles: str | None,
    paths_out: Path | None,
    picture: Path | None,
    batch_size: int | None,
    out: Path | None,
    engine: str | None,
    device: str,
) -> None:
    """Predict y with the model of a RUN, for each x in FILE or standard input.

    Each input line gives one output line, as soon as it is read; a line that cannot be read stops
    the command with its number. If x is one text, a line is that text; if x is numbers or several
    columns, a line is a JSON object with the names of the columns. A FILE that ends in .csv, .tsv,
    .jsonl, .parquet or .conll is a table with the columns of x, and is read as a whole; so is a
    folder, as in training.

    With --top, a label is printed with its probability, and a text with its log-probability, both
    after a space; the tags of a token are between commas.

    For a series, FILE has the steps so far; the output is the next 10 steps, or --max-length. For
    several series, it is a row for each step of each series: its time, mean and quantiles, over
    --paths that are drawn.

    With --out, there may be several FILES, or a pattern in quotes ('in/*.parquet'). Each row is
    answered with its file and its number there; rows that cannot be read are set aside, with the
    reason. The same command goes on with what was interrupted. --engine ray has the files answered
    by a cluster: that of RAY_ADDRESS, or one on this machine.
    """
    if out is not None:
        if samples is not None:
            raise ValueError(
                "--samples is for a series, whose forecast is printed; leave out --out"
            )
        write_answers(
            *(run, "predict", files, out),
            engine=engine,
            as_json=as_json,
            form=form,
            device=device,
            rows=batch_size,
            options={"top": top, "beam": beam, "max_length": max_length},
        )
        return
    file = one_of(files, engine)
    from throughtime.inference.run import Run
    from throughtime.inference.series import is_series

    loaded = Run.load(run, device).folder
    told = {"steps": steps, "paths": paths, "future": future, "quantiles": quantiles,
            "paths-out": paths_out, "picture": picture}  # fmt: skip
    if loaded.schema.of_series:
        others = {"top": top, "beam": beam, "samples": samples, "batch-size": batch_size,
                  "max-length": max_length, "format": form}  # fmt: skip
        refuse(others, "is not for several series; leave it out (see --steps and --paths)")
        from throughtime.cli.forecast import of_series

        of_series(
            loaded,
            file,
            steps=steps,
            paths=paths,
            future=future,
            levels=quantiles,
            paths_out=paths_out,
            picture=picture,
            as_json=as_json,
        )
        return
    refuse(told, "is for several series, which this run is not of; leave it out")
    options = {"form": form, "beam": beam}
    if is_series(loaded):
        refuse({"top": top, "batch-size": batch_size},
               "is not for the steps of a series; leave it out")  # fmt: skip
        _steps(loaded, file, as_json, steps=max_length, samples=samples, **options)
        return
    if samples is not None:
        raise ValueError(f"--samples is for series; y of this model is {loaded.schema.y.kind}")
    typed = not isinstance(file, Path) and file.isatty()
    from throughtime.inference.rows import LINES

    rows = batch_size or (1 if typed else LINES)
    _rows(loaded, file, as_json, top=top, max_length=max_length, rows=rows, **options)


def _steps(run: RunFolder, file: Source, as_json: bool, **options: Any) -> None:
    """Print the next steps of a series."""
    from throughtime.cli.show import said
    from throughtime.inference.series import forecast

    for step in forecast(run, file, **options):
        click.echo(_json(step.to_dict()) if as_json else said(step.value))


def _rows(run: RunFolder, file: Source, as_json: bool, **options: Any) -> None:
    """Print y of each row, as soon as it is known."""
    from throughtime.cli.show import predicted
    from throughtime.inference import predict as of_rows
    from throughtime.inference.rows import warn_of_unknown

    not_known = 0
    for prediction in of_rows.predict(run, file, **options):
        not_known += prediction.unknown
        click.echo(_json(prediction.to_dict()) if as_json else predicted(prediction))
    warn_of_unknown(not_known)


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)
