"""``throughtime runs``."""

from __future__ import annotations

import json
import math
from dataclasses import asdict
from pathlib import Path

import click

from throughtime.runs.names import CONFIG
from throughtime.runs.summary import Summary


@click.command()
@click.argument("folder", type=click.Path(path_type=Path), default="runs")
@click.option("--json", "as_json", is_flag=True, help="Print a JSON object per line.")
def runs(folder: Path, as_json: bool) -> None:
    """List the runs in FOLDER [runs]: for each data set, the best on validation first.

    Runs that cannot be read are listed with the reason.
    """
    found, reasons = summaries(folder)
    if as_json:
        for summary in found:
            click.echo(json.dumps(asdict(summary), ensure_ascii=False))
        for name, reason in reasons.items():
            click.echo(json.dumps({"name": name, "error": reason}, ensure_ascii=False))
        return
    for line in table(found):
        click.echo(line)
    for name, reason in reasons.items():
        click.echo(f"{name}: {reason}")


def summaries(folder: Path) -> tuple[list[Summary], dict[str, str]]:
    """Summaries of the runs in a folder, sorted; and the reason for each that cannot be read.

    They are sorted by data set, then by the loss on validation, the lowest first.

    Raises:
        ValueError: if there is no such folder, or it has no runs.
    """
    if not folder.is_dir():
        raise ValueError(f"{folder}: no such folder; expected one with runs, as `train` makes them")
    one = (folder / CONFIG).exists()
    paths = [folder] if one else sorted(path for path in folder.iterdir() if path.is_dir())
    if not paths:
        raise ValueError(f"{folder}: no runs in it; `throughtime train` makes one")
    found, reasons = [], {}
    for path in paths:
        try:
            found.append(Summary.of(path))
        except (ValueError, OSError) as error:
            reasons[path.name] = " ".join(str(error).split())
    found.sort(key=lambda s: (s.data, math.inf if s.valid is None else s.valid, s.name))
    return found, reasons


def table(found: list[Summary]) -> list[str]:
    """A table with a line for each run, below the names of its columns."""
    if not found:
        return []
    rows = [("run", "data", "wiring", "cell", "parameters", "epochs", "valid nats", "minutes")]
    rows += [
        (
            *(summary.name, summary.data, summary.wiring, summary.cell),
            *(f"{summary.parameters:,}", str(summary.epochs)),
            "-" if summary.valid is None else f"{summary.valid:.4f}",
            f"{summary.minutes:.1f}",
        )
        for summary in found
    ]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return [
        "  ".join(
            word.ljust(width) if i < 4 else word.rjust(width)
            for i, (word, width) in enumerate(zip(row, widths, strict=True))
        )
        for row in rows
    ]
