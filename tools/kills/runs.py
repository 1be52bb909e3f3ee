"""Small trainings of all kinds, and whether one that was killed came to the same end."""

from __future__ import annotations

import json
import math
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple
from unittest.mock import patch

from throughtime.data import Dataset, read
from throughtime.runs.errors import RunError
from throughtime.runs.folder import RunFolder
from throughtime.runs.names import BEST, STATE
from throughtime.runs.options import Options
from throughtime.runs.tensors import load_tensors, read_header
from throughtime.training.prepare import prepare
from throughtime.training.train import fit

OFTEN = {"hidden_size": 4, "epochs": 2, "save_every": 1e-9, "threads": 1}
"""Options of a training that saves after each update."""

AS_IT_WAS: dict[str, Any] = {}
"""No other options."""

CHANGES: dict[str, tuple[dict[str, Any], ...]] = {
    "as it was": (AS_IT_WAS,),
    "more epochs": ({"epochs": 3},),
    "out of time": ({"max_seconds": 1e-9}, {"max_seconds": 1e9}),
}
"""With which options a training goes on, one resumption after another. Such times, spent before the
first update or never, change no learning rate."""

FORCINGS = ("teacher", "free", "both", "scheduled:linear:1:0.5:10")


class Kind(NamedTuple):
    """A kind of training: its data and its options."""

    data: Dataset
    options: Mapping[str, Any]


def write_files(folder: Path) -> dict[str, Path]:
    """Small files of all kinds, by their names."""
    words = [f"{a}{b}{c}" for a in "bdgk" for b in "aeou" for c in "lmnr"]
    lines = {
        "words.txt": words,
        "text.txt": [" ".join(words * 5)],
        "wave.csv": ["value", *(f"{math.sin(i / 5):.3f}" for i in range(300))],
        "table.csv": ["word,ends", *(f"{word},{word[-1]}" for word in words)],
    }
    for name, content in lines.items():
        (folder / name).write_text("\n".join(content))
    return {name: folder / name for name in lines}


def kinds(folder: Path) -> dict[str, Kind]:
    """Lines of text, running text, a table and a series; each with every forcing that it takes."""
    files = write_files(folder)
    table = read(files["table.csv"], input="word:characters", target="ends:label")
    found = {"table": Kind(table, {"batch_size": 32, "dropout": 0.5})}
    for name, form, options in (
        ("words.txt", "lines", {"batch_size": 32, "dropout": 0.5}),
        ("text.txt", "running", {"batch_size": 2, "steps": 200}),
        ("wave.csv", "series", {"batch_size": 2, "steps": 60}),
    ):
        data = read(files[name], format=form)
        for forcing in FORCINGS:
            found[f"{name}, {forcing}"] = Kind(data, {**options, "forcing": forcing})
    return found


def quick(kind: Kind) -> Kind:
    """The same with as few updates as have all that may happen."""
    return Kind(kind.data, {**kind.options, "batch_size": 64, "epochs": 1})


def train(kind: Kind, folder: Path) -> None:
    """Train from the start."""
    fit(prepare(Options(**(OFTEN | dict(kind.options))), kind.data, folder), kind.data)


def train_in_steps(kind: Kind, folder: Path, to: Path) -> None:
    """Train from the start, with a copy of the folder after each save, by :func:`point_of`."""
    save = RunFolder.save_state

    def save_and_copy(run: RunFolder, *args: Any, **named: Any) -> None:
        save(run, *args, **named)
        shutil.copytree(run.path, to / point_of(run.path))

    with patch.object(RunFolder, "save_state", save_and_copy):
        train(kind, folder)


def point_of(folder: Path) -> str:
    """How far the training in a folder is: the numbers of updates and validations."""
    said = json.loads(read_header(folder / STATE).said["training"])
    return f"{said['progress']['step']}-{len(said['metrics'])}"


def resume(kind: Kind, folder: Path, change: Mapping[str, Any] = AS_IT_WAS) -> bool:
    """Go on with a training that was killed; False if it was killed before its first save."""
    try:
        run = RunFolder.load(folder, "last")
    except RunError as error:
        if any(reason in str(error) for reason in ("not a run", "stopped before writing it")):
            return False
        raise
    if run.metrics() or (folder / BEST).exists():
        RunFolder.load(folder)  # the best weights are those of this training
    fit(run, kind.data, resume=change)
    return True


def end_of(folder: Path) -> dict[str, Any]:
    """What a training has come to, but for the time it took, and the names of all files."""
    run = RunFolder.load(folder, "last")
    found: dict[str, Any] = {"files": sorted(file.name for file in folder.iterdir())}
    for file in (STATE, BEST):
        tensors, _ = load_tensors(folder / file)
        found |= {f"{file} {name}": value.numpy().tobytes() for name, value in tensors.items()}
    said = run.load_state().said
    times = {"seconds": 0.0, "validation": 0.0}
    found["said"] = {**said, "progress": {**said["progress"], **times}}
    found["metrics"] = [{**row, "seconds": 0.0} for row in run.metrics()]
    lines = (folder / "metrics.csv").read_text().splitlines()
    found["lines"] = len(lines)
    return found
