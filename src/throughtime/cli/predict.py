"""``throughtime predict``."""

from __future__ import annotations

import json
from io import BufferedIOBase
from pathlib import Path

import click

from throughtime.cli.files import FORMAT, FORMAT_HELP, Rows


@click.command()
@click.argument("run", type=click.Path(path_type=Path))
@click.argument("file", type=Rows(), default="-")
@click.option("--format", "form", type=FORMAT, help=FORMAT_HELP)
@click.option("--json", "as_json", is_flag=True, help="An object a line, with probabilities.")
@click.option("--top", type=click.IntRange(min=1), help="So many labels each; goes with --json.")
@click.option("--beam", type=int, help="Of a sequence: how wide the search for it is [1].")
@click.option("--max-length", type=int, help="Of a sequence: where to cut what has not ended.")
@click.option("--samples", type=click.IntRange(min=2), help="Of a series: over so many paths.")
@click.option(
    "--batch-size",
    type=click.IntRange(1, 128),
    help="Lines that are answered together [128; 1 at a terminal].",
)
def predict(
    run: Path,
    file: BufferedIOBase,
    form: str | None,
    as_json: bool,
    top: int | None,
    beam: int | None,
    max_length: int | None,
    samples: int | None,
    batch_size: int | None,
) -> None:
    """Say what y a RUN's model expects for each x in FILE, or in standard input.

    A line out for each line in, as they come; a broken one stops it, with its number. Where x is
    one text, a line is that text; where it is numbers or several columns, a line is a JSON object
    with their names. A FILE that ends in .csv, .tsv, .jsonl, .parquet or .conll is a table with the
    columns of x, which is read as a whole.

    Of a series, FILE has the steps so far, and a line out is one of the next ten, or --max-length.
    """
    from throughtime.cli.show import said
    from throughtime.inference import predict as of_rows
    from throughtime.inference.rows import LINES, warn_of_unknown
    from throughtime.inference.run import Run
    from throughtime.inference.series import forecast, is_series

    loaded = Run.load(run).folder
    if top is not None and not as_json:
        raise ValueError("--top goes with --json")
    if is_series(loaded):
        for step in forecast(
            loaded, file, steps=max_length or None, samples=samples, beam=beam, form=form
        ):
            click.echo(_json(step.to_dict()) if as_json else said(step.value))
        return
    if samples is not None:
        raise ValueError(f"--samples is for series; y of this model is {loaded.schema.y.kind}")
    rows = batch_size or (1 if file.isatty() else LINES)
    not_known = 0
    found = of_rows.predict(
        loaded, file, top=top, beam=beam, max_length=max_length, form=form, rows=rows
    )
    for prediction in found:
        not_known += prediction.unknown
        click.echo(_json(prediction.to_dict()) if as_json else said(prediction.value))
    warn_of_unknown(not_known)


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)
