"""``throughtime score``."""

from __future__ import annotations

import json
from heapq import nsmallest
from pathlib import Path

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
    write_answers,
)


@click.command()
@click.argument("run", type=RunPath())
@FILES
@click.option("--format", "form", type=FORMAT, help=FORMAT_HELP)
@click.option(
    "--json",
    "as_json",
    is_flag=True,
    help="Print a JSON object per line, with the term of each symbol; -inf is null.",
)
@click.option(
    "--top",
    type=click.IntRange(min=1),
    help="Number of most probable symbols; needs --json or --out.",
)
@click.option(
    "--worst",
    type=click.IntRange(min=1),
    help="Print only so many, the least probable first: of series, their anomalies.",
)
@OUT
@ENGINE
@DEVICE
def score(
    run: Path,
    files: tuple[list[Source], ...],
    form: str | None,
    as_json: bool,
    top: int | None,
    worst: int | None,
    out: Path | None,
    engine: str | None,
    device: str,
) -> None:
    """Score each line of FILE or standard input with the model of a RUN.

    Each input line gives one output line: its log-probability in nats; the same per symbol, the
    end included if the model decides it; and the line. A line that cannot be read stops the command
    with its number.

    For a model of y given x, a line is a JSON object with the columns of both, or FILE is a table
    that has them; the output ends in y. FILE may be whatever `train` reads; of a file of arrays
    (.mat, .npz), the test part is scored. Numbers are scored by the log-density of their
    standardised values.

    Of several series, a line is a value with its series and time, given all before it; --worst 20
    are the least probable ones.

    For a running text or a series, FILE is one of them, and each line or row is scored given all
    that comes before it, the line's end included: the sum over the lines is log p of the whole,
    which `evaluate` RUN FILE gives per symbol. --format lines scores each line of text by itself.

    With --out, there may be several FILES, or a pattern in quotes ('in/*.parquet'). Each row is
    scored with its file and its number there; rows that cannot be read are set aside, with the
    reason. The same command goes on with what was interrupted. --engine ray has the files scored
    by a cluster: that of RAY_ADDRESS, or one on this machine.
    """
    if out is not None:
        if worst is not None:
            raise ValueError("--worst is for scores that are printed; leave it out, or --out")
        write_answers(
            *(run, "score", files, out),
            engine=engine,
            as_json=as_json,
            form=form,
            device=device,
            rows=None,
            options={"top": top},
        )
        return
    file = one_of(files, engine)
    from throughtime.cli.show import said
    from throughtime.inference import score as of_rows
    from throughtime.inference.rows import warn_of_unknown
    from throughtime.inference.run import Run

    if top is not None and not as_json:
        raise ValueError("--top needs --json or --out")
    not_known = 0
    found = of_rows.score(Run.load(run, device).folder, file, top=top, form=form)
    if worst is not None:
        found = iter(nsmallest(worst, found, key=lambda scored: scored.log_prob))
    for scored in found:
        not_known += scored.unknown
        if as_json:
            click.echo(json.dumps(scored.to_dict(), ensure_ascii=False))
        else:
            shown = scored.target if scored.line else said(scored.target)
            if isinstance(scored.input, dict) and "time" in scored.input:  # of series
                shown = "\t".join([*map(said, scored.input.values()), shown])
            click.echo(f"{scored.log_prob:.4f}\t{scored.per_symbol:.4f}\t{shown}")
    warn_of_unknown(not_known)
