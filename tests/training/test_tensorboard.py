"""What TensorBoard shows is what happened."""

from __future__ import annotations

import time
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

import throughtime as tt
from tests.helpers.commands import SMALL, good
from throughtime.data import Dataset
from throughtime.training.tensorboard import TensorBoard

events = import_module("tensorboard.backend.event_processing.event_accumulator")


def shown(folder: Path) -> Any:
    """What TensorBoard has of a folder."""
    found = events.EventAccumulator(str(folder), size_guidance={"scalars": 0, "images": 0})
    return found.Reload()


def test_numbers_are_those_of_training(words: Dataset, tmp_path: Path) -> None:
    seen: list[float] = []
    with TensorBoard(tmp_path / "files") as board:

        def watch(numbers: Any) -> None:
            seen.append(numbers["nats"])
            board.on_update(numbers)

        options: dict[str, Any] = {"hidden_size": 4, "epochs": 2, "say": None}
        run = tt.train(
            words, out=tmp_path / "run", on_epoch=board.on_epoch, on_update=watch, **options
        )
        board.finish(run)
    found = shown(tmp_path / "files")
    assert [e.value for e in found.Scalars("update/nats")] == pytest.approx(seen)
    of_epochs = [(e.step, e.value) for e in found.Scalars("epoch/valid nats")]
    assert of_epochs == [
        (row["step"], pytest.approx(row["valid nats"], rel=1e-6)) for row in run.metrics
    ]
    (text,) = found.Tensors("samples/text_summary")
    assert text.step == run.metrics[-1]["step"]


def test_what_was_made_after_the_last_save_is_shown_once(tmp_path: Path) -> None:
    def write(first: int, last: int, nats: float, done: int) -> None:
        with TensorBoard(tmp_path, done) as board:
            for step in range(first, last + 1):
                numbers = {"step": step, "nats": nats, "gradient norm": 1.0, "learning rate": 0.1}
                board.on_update(numbers)

    write(1, 5, 2.0, 0)
    time.sleep(1.1)  # the names of the files have whole seconds, and are read in their order
    write(4, 6, 1.0, 3)  # killed after 5 updates, of which 3 were saved
    found = [(e.step, e.value) for e in shown(tmp_path).Scalars("update/nats")]
    assert found == [(1, 2.0), (2, 2.0), (3, 2.0), (4, 1.0), (5, 1.0), (6, 1.0)]


def test_the_command_line_writes_pictures_too_and_a_resumption_goes_on(
    files: Path, tmp_path: Path
) -> None:
    run = tmp_path / "run"
    table = (files / "rows.csv", "--input", "text:characters", "--target", "label")
    said = good("train", *table, *SMALL, "--tensorboard", "--out", run)
    assert f"tensorboard --logdir {tmp_path}" in said
    steps = [e.step for e in shown(run / "tensorboard").Scalars("update/nats")]
    good("train", "--resume", run, "--max-steps", "9", "--epochs", "9", "--tensorboard")
    found = shown(run / "tensorboard")
    assert [e.step for e in found.Scalars("update/nats")] == [*steps, *range(steps[-1] + 1, 10)]
    assert "learning-curve" in found.Tags()["images"]
