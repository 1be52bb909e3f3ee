"""Runs as the commands open them."""

from __future__ import annotations

from pathlib import Path

import torch

from throughtime.runs.run import Run


def opened(path: Path) -> Run:
    """A run with its best weights, to be used with as many threads as it was trained with."""
    run = Run.load(path)
    if run.config.threads is not None:
        torch.set_num_threads(run.config.threads)
    return run
