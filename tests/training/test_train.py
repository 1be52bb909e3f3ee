"""Training in one call: from data to a run, which is made, digested and built once."""

import hashlib
import signal
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

import throughtime as tt
from tests.helpers.commands import bad, good
from throughtime.data import Dataset
from throughtime.engine import library
from throughtime.runs import build
from throughtime.runs.errors import ConfigError, RunError
from throughtime.runs.folder import RunFolder
from throughtime.runs.options import Options
from throughtime.training import prepare
from throughtime.training.display import Display
from throughtime.training.train import fit
from throughtime.training.trainer import Trainer

ROWS = [{"word": f"{'ab' * (1 + i % 4)}{i}", "long": "ny"[i % 2]} for i in range(40)]
SMALL: dict[str, Any] = {"hidden_size": 8, "max_steps": 4, "threads": 1, "say": None}


def test_it_is_what_the_command_line_does(tmp_path: Path) -> None:
    rows = "".join(f"{row['word']},{row['long']}\n" for row in ROWS)
    (tmp_path / "rows.csv").write_text("word,long\n" + rows)
    told: dict[str, Any] = {"input": "word:characters", "target": "long", "seed": 3}
    run = tt.train(tmp_path / "rows.csv", out=tmp_path / "a", **told, **SMALL)
    options = [w for k, v in told.items() for w in (f"--{k}", v)]
    good("train", tmp_path / "rows.csv", *options, "--hidden-size", 8, "--max-steps", 4,
         "--threads", 1, "--out", tmp_path / "b")  # fmt: skip
    other = tt.load(tmp_path / "b")
    assert run.config == other.config
    assert run.schema.saved() == other.schema.saved()
    for a, b in zip(run.model.parameters(), other.model.parameters(), strict=True):
        assert torch.equal(a, b)
    assert [row["train nats"] for row in run.metrics] == [
        row["train nats"] for row in other.metrics
    ]


def test_it_says_how_it_goes_to_whoever_listens(
    words: Dataset, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    said: list[str] = []
    run = tt.train(words, out=tmp_path / "a", **SMALL | {"say": said.append})
    assert any("epoch" in line for line in said)
    assert capsys.readouterr().out == ""
    assert run.config.hidden_size == 8
    assert not run.model.training


def test_the_folder_has_a_name_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    run = tt.train(tt.data.read(ROWS, target="word:words", name="my rows"), **SMALL)
    assert run.path == Path("runs/my-rows-unconditional-001")
    assert tt.load(run.path).config == run.config


def test_data_are_digested_and_a_model_is_built_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    library.loaded()  # which digests its sources, if it is the first time
    events: list[str] = []

    def noted(event: str, function: Any) -> Any:
        def also(*args: Any, **kwargs: Any) -> Any:
            events.append(event)
            return function(*args, **kwargs)

        return also

    monkeypatch.setattr("hashlib.sha256", noted("digest", hashlib.sha256))
    monkeypatch.setattr(prepare, "build", noted("build", build.build))
    monkeypatch.setattr("throughtime.runs.folder.build", noted("open", build.build))
    monkeypatch.setattr(Trainer, "_update", noted("update", Trainer._update))
    data = tt.data.read(ROWS, input="word", target="long")
    tt.train(data, out=tmp_path / "run", **SMALL)
    assert events == ["build", "digest", *["update"] * 4, "open"]


def test_options_that_cannot_be(words: Dataset, tmp_path: Path) -> None:
    out = tmp_path / "run"
    with pytest.raises(ConfigError, match="no key 'hiddensize'; the keys are"):
        tt.train(words, out=out, hiddensize=3)
    with pytest.raises(ConfigError, match="cell is 'gruu'"):
        tt.train(words, out=out, cell="gruu")
    for name, value in (("symbols", "words"), ("target", "a"), ("split_seed", 3)):
        told: dict[str, Any] = {name: value}
        with pytest.raises(ConfigError, match=f"{name}: the data were read already"):
            tt.train(words, out=out, **told)
    with pytest.raises(tt.data.DataError, match="no such file"):
        tt.train(tmp_path / "none.csv", out=out)
    reals = [{"a": [float(i), 0.5]} for i in range(30)]
    with pytest.raises(ValueError, match="end symbol needs an alphabet"):
        tt.train(reals, target="a", out=out, length="end-of-sequence")
    assert not out.exists()


def test_a_run_that_cannot_begin_leaves_no_folder(words: Dataset, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="has no such"):
        tt.train(words, out=tmp_path / "run", wiring="h(t-1) -> h(t), h(t) -> o(t)",
                 forcing="free", **SMALL)  # fmt: skip
    assert not (tmp_path / "run").exists()
    tt.train(words, out=tmp_path / "run", **SMALL)
    with pytest.raises(ValueError, match="exists already"):
        tt.train(words, out=tmp_path / "run", **SMALL)
    assert RunFolder.load(tmp_path / "run").metrics()


def test_a_resumed_run_keeps_what_another_process_has_chosen_meanwhile(
    words: Dataset, tmp_path: Path
) -> None:
    """The folder was opened before; what counts is what is there once nobody else is."""
    options = Options(hidden_size=4, batch_size=16, max_steps=2)
    fit(prepare.prepare(options, words, tmp_path / "run"), words)
    early = RunFolder.load(tmp_path / "run", "last")
    fit(RunFolder.load(tmp_path / "run", "last"), words, resume={"max_steps": 4})
    assert fit(early, words, resume={"patience": 9})[1] == "all 4 steps are done"
    config = RunFolder.load(tmp_path / "run").config
    assert (config.max_steps, config.patience) == (4, 9)
    (tmp_path / "run").rename(tmp_path / "moved")
    fit(prepare.prepare(options, words, tmp_path / "run"), words)
    with pytest.raises(RunError, match="run: was replaced by another folder"):
        fit(early, words, resume={})


def test_a_run_is_resumed_from_python(tmp_path: Path) -> None:
    """Rows in memory are given again, and read as they were."""
    told: dict[str, Any] = {"input": "word:characters", "target": "long", "seed": 3}
    small = {**SMALL, "batch_size": 8}
    tt.train(ROWS, out=tmp_path / "rows", **told, **small)
    (tmp_path / "rows.csv").write_text(
        "".join(f"{a},{b}\n" for a, b in [("word", "long"), *(row.values() for row in ROWS)])
    )
    tt.train(tmp_path / "rows.csv", out=tmp_path / "file", **told, **small)
    rows = tt.train(ROWS, resume=tmp_path / "rows", max_steps=8, say=None)
    file = tt.train(resume=tmp_path / "file", max_steps=8, say=None)
    embedded = tt.train("digits", out=tmp_path / "digits", **SMALL)
    embedded = tt.train("digits", resume=embedded.path, max_steps=8, say=None)
    for run in (rows, file, embedded):
        assert [row["step"] for row in run.metrics] == [4, 8]
    for a, b in zip(rows.model.parameters(), file.model.parameters(), strict=True):
        assert torch.equal(a, b)
    with pytest.raises(RunError, match="rows: made for other data than rows is now"):
        tt.train(ROWS[1:], resume=tmp_path / "rows", max_steps=9)
    with pytest.raises(ConfigError, match="out, cell: a resumed run keeps its choices; only epo"):
        tt.train(resume=tmp_path / "file", out=tmp_path / "new", cell="lstm")
    with pytest.raises(ConfigError, match="no data are given"):
        tt.train()


def test_what_goes_on_with_an_interrupted_run_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is a call that works."""
    update, path = Trainer._update, tmp_path / "it's"

    def interrupted(self: Trainer, batch: Any) -> dict[str, float]:
        if self.progress.step == 5:
            signal.raise_signal(signal.SIGINT)
        return update(self, batch)

    data, said = tt.data.read(ROWS, target="word:characters", seed=1), list[str]()
    with monkeypatch.context() as patch:
        patch.setattr(Trainer, "_update", interrupted)
        tt.train(data, out=path, hidden_size=4, batch_size=8, epochs=2, say=said.append)
    assert said[-1] == f"Stopped: interrupted. Go on with: tt.train(rows, resume={str(path)!r})"
    call = said[-1].partition("Go on with: ")[2]
    assert call in bad("train", "--resume", path)
    run = eval(call, {"tt": tt, "rows": ROWS})
    assert run.metrics[-1]["epoch"] == 2
    interrupted_early = prepare.prepare(Options(hidden_size=4), data, tmp_path / "early")
    Trainer(interrupted_early, data)
    with pytest.raises(RunError, match=r"go on with: tt\.train\(rows, resume='.*early'\)"):
        tt.load(tmp_path / "early")


def test_fewer_epochs_than_are_done_are_enough(words: Dataset, tmp_path: Path) -> None:
    run = tt.train(words, out=tmp_path / "run", hidden_size=8, epochs=2, say=None)
    folder, reason = fit(RunFolder.load(run.path, "last"), words, resume={"epochs": 1})
    assert reason == "all 1 epochs are done"
    assert len(folder.metrics()) == 2


def test_what_was_trained_is_saved_if_nobody_reads_a_line_between(
    words: Dataset, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(self: object, symbols: int, loss: float) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Display, "update", full)
    with pytest.raises(OSError, match="No space left"):
        tt.train(words, out=tmp_path / "run", hidden_size=8, max_steps=8, say=None)
    assert RunFolder.load(tmp_path / "run", "last").load_state().said["progress"]["step"] == 1


def test_whatever_stops_a_first_update_leaves_no_folder(
    words: Dataset, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(self: object, batch: object) -> float:
        raise RuntimeError("not enough memory: you tried to allocate 1 TB")

    monkeypatch.setattr(Trainer, "_update", fails)
    with pytest.raises(RuntimeError, match="not enough memory"):
        tt.train(words, out=tmp_path / "run", hidden_size=8, say=None)
    assert not (tmp_path / "run").exists()


def test_a_lock_that_was_removed_locks_nobody_out_so_nothing_more_is_written(
    words: Dataset, tmp_path: Path
) -> None:
    run = prepare.prepare(Options(hidden_size=4, max_steps=2), words, tmp_path / "run")

    def second(line: str) -> None:
        lock = run.path / ".lock"
        lock.rename(run.path / "kept")  # so that the new one cannot have its number
        lock.touch()

    with pytest.raises(RunError, match=r"\.lock: was replaced by another file while"):
        fit(run, words, say=second, first=["begun"])
    assert not (run.path / "best.safetensors").exists()


def test_what_is_called_after_each_epoch_gets_its_row(words: Dataset, tmp_path: Path) -> None:
    rows: list[Any] = []
    run = tt.train(
        words, out=tmp_path / "a", **SMALL | {"max_steps": None, "epochs": 2}, on_epoch=rows.append
    )
    assert rows == run.metrics
    assert [row["epoch"] for row in rows] == [1, 2]


@pytest.mark.parametrize("answer", [True, np.bool_(True)])
def test_it_may_stop_training_which_goes_on_as_if_it_had_not(
    answer: object, words: Dataset, tmp_path: Path
) -> None:
    told = SMALL | {"max_steps": None, "epochs": 2}
    whole = tt.train(words, out=tmp_path / "whole", on_epoch=lambda row: 1, **told)
    said: list[str] = []
    begun = tt.train(
        words, out=tmp_path / "a", on_epoch=lambda row: answer, **told | {"say": said.append}
    )
    assert len(begun.metrics) == 1
    assert said[-1] == (
        "Stopped: asked for by what watches it. "
        f"Go on with: throughtime train --resume {begun.path}"
    )
    resumed = tt.train(resume=begun.path, say=None)
    assert [row["valid nats"] for row in resumed.metrics] == [
        row["valid nats"] for row in whole.metrics
    ]
    for a, b in zip(resumed.model.parameters(), whole.model.parameters(), strict=True):
        assert torch.equal(a, b)


def test_what_it_raises_is_raised_and_the_epoch_is_kept(words: Dataset, tmp_path: Path) -> None:
    def failing(row: object) -> None:
        raise LookupError("mine")

    with pytest.raises(LookupError, match="mine"):
        tt.train(words, out=tmp_path / "a", on_epoch=failing, **SMALL)
    assert len(tt.load(tmp_path / "a").metrics) == 1
