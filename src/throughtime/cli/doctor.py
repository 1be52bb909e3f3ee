"""``throughtime doctor``."""

from __future__ import annotations

import platform
import sys
import warnings

import click

import throughtime


@click.command()
def doctor() -> None:
    """Show which engine in C is used on this machine or, if it is missing, why."""
    import torch

    from throughtime.engine.build import instruction_sets, library
    from throughtime.engine.library import WISH, loaded, processor

    click.echo(f"throughtime {throughtime.__version__}, torch {torch.__version__}")
    click.echo(f"Python {platform.python_version()}, {sys.platform} {platform.machine()}")
    click.echo(f"threads of torch: {torch.get_num_threads()}")
    click.echo(f"this processor has: {', '.join(processor())}")
    built = [name for name in instruction_sets() if library(name).exists()]
    click.echo(f"the engine is built for: {', '.join(built) or 'nothing'}")
    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always")
        engine = loaded()
    if engine is not None:
        click.echo(f"in use: {engine.instructions}, {engine.path}")
        if not engine.parallel:
            click.echo("one thread only: this torch has no GOMP_parallel to share")
        return
    reasons = [str(warning.message) for warning in said] or [f"{WISH} is none"]
    click.echo(f"in use: the plain loop; {reasons[0]}")
