"""``throughtime score``."""

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
@click.option("--json", "as_json", is_flag=True, help="An object a line, with every symbol's term.")
@click.option("--top", type=click.IntRange(min=1), help="So many symbols for each, with --json.")
def score(
    run: Path, file: BufferedIOBase, form: str | None, as_json: bool, top: int | None
) -> None:
    """Say how probable a RUN's model finds each line of FILE, or of standard input.

    A line out for each line in: its log-probability in nats; the same per symbol, its end
    included where the model decides it; and the line. A broken line stops it, with its number.
    For a model of y given x, a line is a JSON object with the columns of both, or FILE a table
    that has them; the last on a line out is y. Of a series, FILE has its columns, and each row is
    scored given those before. The density of numbers is one in units of
    training's deviation.
    """
    from throughtime.cli.show import said
    from throughtime.inference import score as of_rows
    from throughtime.inference.rows import warn_of_unknown
    from throughtime.inference.run import Run

    if top is not None and not as_json:
        raise ValueError("--top goes with --json")
    not_known = 0
    for scored in of_rows.score(Run.load(run).folder, file, top=top, form=form):
        not_known += scored.unknown
        if as_json:
            click.echo(json.dumps(scored.to_dict(), ensure_ascii=False))
        else:
            shown = scored.target if scored.line else said(scored.target)
            click.echo(f"{scored.log_prob:.4f}\t{scored.per_symbol:.4f}\t{shown}")
    warn_of_unknown(not_known)
