"""Whatever becomes of a run's folder while it is trained: one line, exit code 2, nothing lost."""

import errno
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.helpers.commands import bad, good
from throughtime.data import Examples
from throughtime.runs.folder import RunFolder
from throughtime.training.train import fit
from throughtime.training.trainer import Trainer

OPTIONS = ("--hidden-size", 4, "--batch-size", 16, "--threads", 1, "--epochs", 2)
Disaster = Callable[[Path, pytest.MonkeyPatch], object]


def _failing(number: int) -> Disaster:
    """Nothing can be written any more."""

    def disaster(path: Path, patch: pytest.MonkeyPatch) -> None:
        true = os.open

        def opened(file: Any, flags: int, *args: Any, **named: Any) -> int:
            if flags & os.O_CREAT and str(file).startswith(str(path)):
                raise OSError(number, os.strerror(number))
            return true(file, flags, *args, **named)

        patch.setattr(os, "open", opened)

    return disaster


def _replaced(path: Path, patch: pytest.MonkeyPatch) -> None:
    path.rename(path.with_name("moved"))
    path.mkdir()
    (path / "config.json").write_text("mine")


DISASTERS: dict[str, tuple[Disaster, str]] = {
    "full": (_failing(errno.ENOSPC), "cannot be written (No space left on device); what was saved"),
    "over quota": (_failing(errno.EDQUOT), "what was saved before is whole"),
    "read-only": (_failing(errno.EROFS), "cannot be written (Read-only file system)"),
    "broken": (_failing(errno.EIO), "cannot be written (Input/output error)"),
    "removed": (lambda path, _: shutil.rmtree(path), "run: is gone or cannot be read"),
    "moved": (lambda path, _: path.rename(path.with_name("moved")), "run: is gone or cannot be"),
    "replaced": (_replaced, "run: was replaced by another folder while it was in use"),
}


@pytest.fixture(scope="module")
def words(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("data") / "words.txt"
    file.write_text("\n".join(f"{a}{b}{c}" for a in "bdg" for b in "aeiou" for c in "lmnr"))
    return file


@pytest.fixture(scope="module")
def undisturbed(words: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    path = tmp_path_factory.mktemp("runs") / "whole"
    good("train", words, *OPTIONS, "--out", path)
    return _weights(path)


@pytest.mark.parametrize("name", DISASTERS)
def test_a_disaster_is_said_in_one_line_and_what_was_saved_is_whole(
    name: str,
    words: Path,
    undisturbed: dict[str, bytes],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    path = tmp_path / "run"
    disaster, reason = DISASTERS[name]
    update = Trainer._update

    def struck(trainer: Trainer, batch: Examples) -> dict[str, float]:
        if trainer.progress.step == 2:
            disaster(path, patch)
        return update(trainer, batch)

    with monkeypatch.context() as patch:
        patch.setattr(Trainer, "_update", struck)
        message = bad("train", words, *OPTIONS, "--save-every", 1e-9, "--out", path)
    assert reason in message
    if name == "replaced":
        assert [file.name for file in path.iterdir()] == ["config.json"]
        assert (path / "config.json").read_text() == "mine"
    if name == "removed":
        assert not path.exists()
        return
    kept = tmp_path / ("moved" if name in ("moved", "replaced") else "run")
    run = RunFolder.load(kept, "last")
    assert run.load_state().said["progress"]["step"] == 2
    fit(run, run.data(), resume={})
    assert _weights(kept) == undisturbed


def _weights(path: Path) -> dict[str, bytes]:
    model = RunFolder.load(path).model
    return {name: value.numpy().tobytes() for name, value in model.state_dict().items()}
