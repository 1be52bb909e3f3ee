"""Small trainings of all kinds, which one process or several do alike."""

from __future__ import annotations

import math
import os
from collections.abc import Mapping
from contextlib import nullcontext
from pathlib import Path
from typing import Any
from unittest.mock import patch

import throughtime as tt
from throughtime.data import Dataset
from throughtime.runs.folder import RunFolder

WORDS = [f"{a}{b}{c}"[: 1 + (i + j) % 3] + "x" * (i + 2 * j) for i, a in enumerate("bdgk")
         for j, b in enumerate("aeou") for c in "lmn"]  # fmt: skip

KINDS: dict[str, dict[str, Any]] = {
    # a last batch of one row, which leaves the second process none; learned starts; two layers
    "lines": {"batch_size": 5, "layers": 2, "initial_state": "learned", "epochs": 2},
    "free lines": {"batch_size": 4, "forcing": "free", "epochs": 1},
    "sampled lines": {"batch_size": 6, "forcing": "scheduled:constant:0.4", "epochs": 2},
    "sampled whole lines": {
        "batch_size": 6, "forcing": "scheduled:linear:1:0:10:sequence", "length": "halt"
    },
    "labels": {"batch_size": 6, "class_weights": "balanced", "epochs": 2},
    "translations": {"batch_size": 7, "cell": "lstm", "max_steps": 9},
    "running": {"batch_size": 3, "steps": 17, "epochs": 2},
    "sampled running": {"batch_size": 3, "steps": 17, "forcing": "both:0.5", "epochs": 2},
    "series": {"batch_size": 2, "steps": 9, "gradient": "truncated:4", "epochs": 2},
}  # fmt: skip
"""What each is told."""

FEW = ("lines", "sampled whole lines", "labels", "translations", "sampled running", "series")
"""Every shape of data, and the forcings that draw; the steps of the others are among theirs."""

STOPPED = "sampled running"
"""The kind that is stopped in the middle of an epoch, and gone on with."""

ALIKE: dict[str, Any] = {
    "hidden_size": 5, "precision": "float64", "threads": 1, "say": None, "dropout": 0.0, "epochs": 1
}  # fmt: skip
"""What all are told."""


def data_of(kind: str, folder: Path) -> Dataset:
    """The data of a kind, from a file in the folder."""
    kind = kind.split()[-1]
    reading: Mapping[str, Any] = {}
    if kind == "lines":
        content = WORDS
    elif kind == "labels":
        content = ["word,end", *(f"{w},{'many' if len(w) > 4 else w[0]}" for w in WORDS)]
        reading = {"input": "word:characters", "target": "end"}
    elif kind == "translations":
        content = ["word,back", *(f"{w},{w[::-2]}" for w in WORDS)]
        reading = {"input": "word:characters", "target": "back:characters"}
    elif kind == "running":
        content, reading = [" ".join(3 * WORDS)], {"format": "running"}
    else:
        content = ["value", *(f"{math.sin(i / 5) + math.sin(i):.3f}" for i in range(300))]
    file = folder / f"{kind}.{'txt' if kind in ('lines', 'running') else 'csv'}"
    if not file.exists():
        file.write_text("\n".join(content))
    return tt.data.read(file, **reading)


def trainings(files: Path, out: Path, single: Path, *chosen: str) -> None:
    """What each of several processes does: train some kinds, stop one, and go on with one that a
    single process has stopped. The first one alone writes.

    Args:
        files: a folder with the data.
        out: a folder for the runs.
        single: the run that was stopped.
        chosen: the kinds.
    """
    writes = patch.object(RunFolder, "_save", side_effect=AssertionError("the first one writes"))
    with nullcontext() if os.environ["RANK"] == "0" else writes:
        for kind in chosen:
            tt.train(data_of(kind, files), out=out / kind, **ALIKE | KINDS[kind])
        data = data_of(STOPPED, files)
        tt.train(data, out=out / "stopped", on_update=at_half, **ALIKE | KINDS[STOPPED])
        tt.train(data, resume=single, say=None)


def at_half(numbers: Mapping[str, float]) -> bool:
    """Whether to stop: in the midst of an epoch."""
    return numbers["step"] == 25
