"""``throughtime draw``."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from throughtime.cli.pictures import check_folder


@click.command()
@click.argument("what", metavar="WIRING|RUN")
@click.option("--steps", type=int, default=3, help="Steps of the unfolded graph [3].")
@click.option(
    "--mode",
    type=click.Choice(["training", "closed-loop"]),
    help="Whether y is given or drawn [both, if what enters h(t) differs].",
)
@click.option(
    "-o",
    "--out",
    type=click.Path(path_type=Path),
    help="Write into this file, which ends in .svg [standard output].",
)
def draw(what: str, steps: int, mode: Any, out: Path | None) -> None:
    """Draw the graph of a WIRING or a RUN as SVG: folded, and unfolded in time.

    A wiring is a name, as `train --wiring` takes it, or edges, separated by commas.
    """
    if out is not None:
        check_file(out)
    drawing = found(what).draw(steps, mode)
    if out is None:
        click.echo(drawing.svg, nl=False)
        return
    from throughtime.runs.files import save

    save(out, [drawing.svg.encode()])
    click.echo(f"Drew {out}")


def found(what: str) -> Any:
    """The wiring of a name or of edges, or the model of a run.

    Raises:
        ValueError: if there is none.
    """
    from throughtime.wiring import NAMED

    if what in NAMED:
        return NAMED[what]
    if Path(what).is_dir():
        from throughtime.runs.config import read_json

        read_json(Path(what))  # what is no run is refused before torch is imported
        from throughtime.runs.folder import RunFolder

        return RunFolder.load(what).model
    from difflib import get_close_matches

    from throughtime.runs.choices import WIRINGS, wiring

    if what in WIRINGS or "->" in what or "→" in what:
        return wiring(what)
    near = get_close_matches(what, WIRINGS, n=1)
    meant = f"did you mean {near[0]}? " if near else ""
    raise ValueError(
        f"{what}: neither a wiring nor the folder of a run; {meant}the wirings are "
        f"{', '.join(WIRINGS)}, or edges, such as 'x -> h(t), h(t-1) -> h(t), h(t) -> o(t)'"
    )


def check_file(out: Path) -> None:
    """Refuse a file that is no SVG, or that is one of somebody else.

    Raises:
        ValueError: if it is.
    """
    if out.suffix.lower() != ".svg":
        raise ValueError(f"-o {out}: expected a name that ends in .svg")
    check_folder(out)
    if out.is_dir():
        raise ValueError(f"-o {out}: is a folder; expected a file")
    if out.exists() and b'class="throughtime"' not in out.read_bytes()[:1000]:
        raise ValueError(
            f"-o {out}: is there already, and is no drawing of throughtime; remove it, or choose "
            "another name"
        )
