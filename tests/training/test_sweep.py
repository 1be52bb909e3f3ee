"""A sweep is the same however often it is interrupted, and by however many processes it is done."""

import multiprocessing
import os
import signal
import sqlite3
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import optuna
import pytest
import torch

import throughtime as tt
from throughtime.data import Dataset, Examples
from throughtime.runs.errors import ConfigError, RunError
from throughtime.runs.folder import RunFolder
from throughtime.runs.metrics import chosen, loss
from throughtime.training import resolve, study, trainer
from throughtime.training.study_file import STUDY
from throughtime.training.swept import Sweep, Trial
from throughtime.training.trainer import Diverged, Trainer

ROWS = [{"word": f"{'ab' * (1 + i % 4)}{i}", "long": "ny"[i % 2]} for i in range(48)]
SPACE = {"hidden_size": {"choices": [4, 6, 8]}, "learning_rate": {"low": 0.001, "high": 0.1}}
SMALL: dict[str, Any] = {
    **{"epochs": 2, "batch_size": 16, "threads": 1, "say": None, "search": SPACE, "trials": 3},
}


@pytest.fixture(scope="module")
def rows() -> Dataset:
    return tt.data.read(ROWS, input="word:characters", target="long", name="rows")


@pytest.fixture(scope="module")
def whole(rows: Dataset, tmp_path_factory: pytest.TempPathFactory) -> Sweep:
    """A sweep that nothing disturbed."""
    return tt.sweep(rows, out=tmp_path_factory.mktemp("sweep") / "a", **SMALL)


def values(sweep: Sweep) -> dict[str, tuple[str, float | None, dict[str, Any]]]:
    """What each trial was and gave."""
    return {trial.name: (trial.state, trial.valid, trial.options) for trial in sweep.trials}


def run_of(trial: Trial) -> tt.Run:
    assert trial.path is not None
    return tt.load(trial.path)


def lowest(run: tt.Run) -> float:
    """The loss of the best weights: the share of labels that are wrong."""
    best = chosen(run.metrics)
    assert best is not None
    assert best["valid accuracy"] is not None
    return 1 - best["valid accuracy"]


def reported(sweep: Sweep) -> list[dict[int, float]]:
    """What the study has of each trial, by the number of the validation."""
    storage = optuna.storages.RDBStorage(f"sqlite:///{sweep.path / STUDY}")
    found = [
        t.intermediate_values for t in optuna.load_study(study_name="sweep", storage=storage).trials
    ]
    storage.engine.dispose()
    return found


def test_the_best_is_first_and_the_table_says_so(whole: Sweep) -> None:
    assert [trial.state for trial in whole.trials] == ["finished"] * 3
    found = [trial.valid for trial in whole.trials if trial.valid is not None]
    assert found == sorted(found)
    for trial in whole.trials:
        run = run_of(trial)
        assert trial.valid == lowest(run)
        assert {name: getattr(run.config, name) for name in SPACE} == trial.options
        assert trial.options["hidden_size"] in (4, 6, 8)
        assert 0.001 <= trial.options["learning_rate"] <= 0.1
    assert whole.best.path == whole.trials[0].path
    lines = [line.split() for line in whole.table.splitlines()]
    assert lines[0] == ["rank", "labels", "wrong", *SPACE, "run"]
    assert [line[0] for line in lines[1:]] == ["1", "2", "3"]
    assert [float(line[1]) for line in lines[1:]] == pytest.approx(found, abs=1e-4)
    assert [line[-1] for line in lines[1:]] == [str(trial.path) for trial in whole.trials]


def test_importances_sum_to_one(whole: Sweep) -> None:
    assert set(whole.importances) == set(SPACE)
    assert sum(whole.importances.values()) == pytest.approx(1)
    shares = list(whole.importances.values())
    assert shares == sorted(shares, reverse=True)


def test_the_first_trial_has_what_training_does_by_itself(rows: Dataset, tmp_path: Path) -> None:
    space = {"learning_rate": {"low": 0.001, "high": 0.1}, "hidden_size": {"choices": [4, 6]}}
    found = tt.sweep(rows, out=tmp_path / "a", **SMALL | {"trials": 1, "search": space})
    assert found.trials[0].options["learning_rate"] == 0.005
    assert found.importances == {}


def test_draws_differ_from_trial_to_trial_and_follow_the_seed(
    whole: Sweep, rows: Dataset, tmp_path: Path
) -> None:
    drawn = {trial.name: trial.options["learning_rate"] for trial in whole.trials}
    assert len(set(drawn.values())) == 3
    other = tt.sweep(rows, out=tmp_path / "a", **SMALL | {"trials": 2, "seed": 1})
    assert drawn["trial-001"] not in [t.options["learning_rate"] for t in other.trials]


def test_the_best_is_trained_again_by_its_options(
    whole: Sweep, rows: Dataset, tmp_path: Path
) -> None:
    again = tt.train(rows, out=tmp_path / "again", say=None, **whole.options)
    assert lowest(again) == whole.trials[0].valid
    for a, b in zip(again.model.parameters(), whole.best.model.parameters(), strict=True):
        assert torch.equal(a, b)
    assert whole.command.startswith("tt.train(rows, batch_size=16, epochs=2, threads=1, hidden_s")


def test_the_same_call_goes_on_where_training_was_interrupted(
    whole: Sweep, rows: Dataset, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    updates, update = iter(range(99)), Trainer._update

    def struck(self: Trainer, batch: Examples) -> dict[str, float]:
        if next(updates) == 4:
            signal.raise_signal(signal.SIGINT)
        return update(self, batch)

    with monkeypatch.context() as patch:
        patch.setattr(Trainer, "_update", struck)
        begun = tt.sweep(rows, out=tmp_path / "a", **SMALL)
    assert begun.reason == "interrupted"
    assert [trial.state for trial in begun.trials] == ["unfinished"]
    said: list[str] = []
    found = tt.sweep(rows, out=tmp_path / "a", **SMALL | {"say": said.append})
    assert values(found) == values(whole)
    assert "trial-000: goes on after 1 validations" in said
    for noted, trial in zip(
        reported(found), sorted(found.trials, key=lambda t: t.name), strict=True
    ):
        assert noted == {i: loss(row) for i, row in enumerate(run_of(trial).metrics, 1)}
    once_more = tt.sweep(rows, out=tmp_path / "a", **SMALL)
    assert values(once_more) == values(whole)
    assert once_more.reason == "all 3 trials are done"


def _killed(rows: Dataset, out: Path, at: int) -> None:
    """Sweep, and be killed in an update."""
    updates, update = iter(range(99)), Trainer._update

    def struck(self: Trainer, batch: Examples) -> dict[str, float]:
        if next(updates) == at:
            os.kill(os.getpid(), signal.SIGKILL)
        return update(self, batch)

    Trainer._update = struck  # type: ignore[method-assign]
    tt.sweep(rows, out=out, **SMALL)


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="nothing kills like that here")
def test_a_trial_that_was_killed_is_taken_up(whole: Sweep, rows: Dataset, tmp_path: Path) -> None:
    fork = multiprocessing.get_context("fork")
    for at in (0, 3):
        process = fork.Process(target=_killed, args=(rows, tmp_path / "a", at))
        process.start()
        process.join()
        assert process.exitcode == -signal.SIGKILL
    found = tt.sweep(rows, out=tmp_path / "a", **SMALL)
    assert values(found) == values(whole)
    assert {path.name for path in (tmp_path / "a").iterdir()} == {
        *(".lock", STUDY, "trial-000", "trial-001", "trial-002")
    }


def test_two_processes_share_the_trials(rows: Dataset, tmp_path: Path) -> None:
    fork = multiprocessing.get_context("fork")
    both = [
        fork.Process(target=tt.sweep, args=(rows,), kwargs={"out": tmp_path / "a", **SMALL})
        for _ in range(2)
    ]
    for process in both:
        process.start()
    for process in both:
        process.join()
    assert [process.exitcode for process in both] == [0, 0]
    found = tt.sweep(rows, out=tmp_path / "a", **SMALL)
    assert [trial.state for trial in found.trials] == ["finished"] * 3
    assert len(list((tmp_path / "a").glob("trial-*"))) == 3


def test_the_time_is_a_bound_and_what_was_begun_is_kept(
    whole: Sweep, rows: Dataset, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    update = Trainer._update

    def slow(self: Trainer, batch: Examples) -> dict[str, float]:
        time.sleep(0.4)  # a trial has six of them
        return update(self, batch)

    with monkeypatch.context() as patch:
        patch.setattr(Trainer, "_update", slow)
        found = tt.sweep(rows, out=tmp_path / "a", max_seconds=1.0, **SMALL)
    assert found.reason == "the time is over"
    assert [trial.state for trial in found.trials] in (["unfinished"], [])
    assert values(tt.sweep(rows, out=tmp_path / "a", **SMALL)) == values(whole)


def test_what_is_worse_than_the_median_is_pruned_and_its_folder_removed(
    rows: Dataset, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # the third trial is worse than the two before it, and is the first that can be pruned
    right = iter([2] * 2 * 4 + [1, 1, 1] + [3] * 4)  # of four
    monkeypatch.setattr(study, "UNPRUNED_TRIALS", 2)
    monkeypatch.setattr(trainer, "scored", lambda *_: (1.0, 4, next(right), 4))
    found = tt.sweep(rows, out=tmp_path / "a", **SMALL | {"trials": 4, "epochs": 4})
    assert next(right, None) is None
    assert [(trial.state, trial.valid) for trial in found.trials] == [
        *[("finished", 0.25), *[("finished", 0.5)] * 2, ("pruned", 0.75)]
    ]
    pruned = found.trials[-1]
    assert (pruned.name, pruned.said, pruned.path) == ("trial-002", "pruned after epoch 3", None)
    assert not (tmp_path / "a" / "trial-002").exists()
    assert found.best.path == tmp_path / "a" / "trial-003"
    assert found.table.splitlines()[-1].split()[0] == "-"
    assert found.table.endswith("  trial-002: pruned after epoch 3")


def test_what_diverges_or_does_not_fit_is_a_trial_too(
    rows: Dataset, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    update = Trainer._update

    def diverging(self: Trainer, batch: Examples) -> dict[str, float]:
        if self.config.hidden_size == 4:
            raise Diverged("step 2: the loss is nan; training stops")
        if self.config.hidden_size == 6:
            raise RuntimeError("can't allocate memory: you tried to allocate 1 byte")
        return update(self, batch)

    monkeypatch.setattr(Trainer, "_update", diverging)
    found = tt.sweep(rows, out=tmp_path / "a", **SMALL | {"trials": 7})
    said = {trial.options["hidden_size"]: (trial.state, trial.said) for trial in found.trials}
    assert said == {
        4: ("pruned", "diverged at step 2: the loss is nan"),
        6: ("failed", "there is not enough memory for it"),
        8: ("finished", "finished after epoch 2"),
    }
    space = {"wiring": {"choices": ["sequence-to-vector", "hidden-to-hidden"]}}
    found = tt.sweep(rows, out=tmp_path / "b", **SMALL | {"search": space, "trials": 4})
    said = {trial.options["wiring"]: (trial.state, trial.said[:25]) for trial in found.trials}
    assert said["hidden-to-hidden"] == ("failed", "does not fit: the wiring ")
    assert said["sequence-to-vector"][0] == "finished"


def test_where_nothing_is_finished_there_is_no_best(
    rows: Dataset, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def diverging(self: Trainer, batch: Examples) -> dict[str, float]:
        raise Diverged("step 1: the loss is nan")

    monkeypatch.setattr(Trainer, "_update", diverging)
    found = tt.sweep(rows, out=tmp_path / "a", **SMALL | {"trials": 2})
    for name in ("best", "command", "options"):
        with pytest.raises(RunError, match=r"no trial is finished \(diverged at step 1: the loss"):
            getattr(found, name)


OTHERS: dict[str, tuple[Mapping[str, Any], str]] = {
    "option": ({"epochs": 3}, "another sweep: options had epochs: 2 and now epochs: 3; give anot"),
    "new option": ({"clip": 3}, "options had no clip and now clip: 3.0"),
    "space": (
        {"search": {"hidden_size": {"choices": [4]}}},
        "space had hidden_size: choices = [4, 6, 8] and now hidden_size: choices = [4]",
    ),
}


@pytest.mark.parametrize("name", OTHERS)
def test_another_sweep_is_refused(name: str, whole: Sweep, rows: Dataset) -> None:
    changes, reason = OTHERS[name]
    with pytest.raises(RunError) as refused:
        tt.sweep(rows, out=whole.path, **{**SMALL, **changes})
    assert str(refused.value).startswith(f"{whole.path / STUDY}: ")
    assert reason in str(refused.value)


def test_other_data_are_refused(whole: Sweep) -> None:
    other = tt.data.read(ROWS[:-1], input="word:characters", target="long")
    with pytest.raises(RunError, match=r"study.db: another sweep: it was made for other data"):
        tt.sweep(other, out=whole.path, **SMALL)


def test_more_trials_are_added_to_those_that_are_there(
    whole: Sweep, rows: Dataset, tmp_path: Path
) -> None:
    few = tt.sweep(rows, out=tmp_path / "a", **SMALL | {"trials": 2})
    assert len(few.trials) == 2
    assert values(tt.sweep(rows, out=tmp_path / "a", **SMALL)) == values(whole)


def test_folders_and_files_that_are_no_sweep_are_left_alone(rows: Dataset, tmp_path: Path) -> None:
    (tmp_path / "mine").write_text("mine")
    with pytest.raises(RunError, match=r"exists already and has no study.db; give another"):
        tt.sweep(rows, out=tmp_path, **SMALL)
    for content in (b"", b"mine", b"SQLite format 3\0" + bytes(4096)):
        (tmp_path / STUDY).write_bytes(content)
        with pytest.raises(RunError, match=r"study.db: damaged, or not the study of a sweep"):
            tt.sweep(rows, out=tmp_path, **SMALL)
        assert (tmp_path / STUDY).read_bytes() == content
    (tmp_path / STUDY).unlink()
    connection = sqlite3.connect(tmp_path / STUDY)
    connection.execute("create table mine (a)")
    connection.commit()
    connection.close()
    before = (tmp_path / STUDY).read_bytes()
    with pytest.raises(RunError, match=r"study.db: damaged, or not the study of a sweep"):
        tt.sweep(rows, out=tmp_path, **SMALL)
    assert (tmp_path / STUDY).read_bytes() == before
    with pytest.raises(RunError, match="cannot be written to"):
        tt.sweep(rows, out=tmp_path / "mine" / "a", **SMALL)


def test_what_fits_no_trial_is_refused_before_there_is_a_folder(
    rows: Dataset, tmp_path: Path
) -> None:
    for wrong in ({"wiring": "hidden-to-hidden"}, {"steps": 5}, {"cell": "gruu"}, {"trials": 0}):
        with pytest.raises(ValueError, match=rf"{next(iter(wrong))}"):
            tt.sweep(rows, out=tmp_path / "a", **{**SMALL, **wrong})
    with pytest.raises(ConfigError, match="max_seconds is 0; expected greater than 0"):
        tt.sweep(rows, out=tmp_path / "a", max_seconds=0, **SMALL)
    assert not (tmp_path / "a").exists()


def test_threads_are_as_before_for_each_trial_and_after(
    rows: Dataset, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(resolve, "LARGE", 129)  # from this size on, all threads are used
    space = {"hidden_size": {"choices": [128, 130]}}  # 128 is the first one's
    told = SMALL | {"threads": None, "trials": 4, "search": space, "max_steps": 1}
    before = torch.get_num_threads()
    torch.set_num_threads(3)
    try:
        found = tt.sweep(rows, out=tmp_path / "a", **told)
        assert torch.get_num_threads() == 3
    finally:
        torch.set_num_threads(before)
    runs = [tt.load(tmp_path / "a" / f"trial-{i:03d}").config for i in range(len(found.trials))]
    used = [(run.hidden_size, run.threads) for run in runs]
    assert used[0] == (128, 1)
    assert set(used) == {(128, 1), (130, 3)}


def test_a_folder_that_died_before_anything_was_trained_is_begun_anew(
    whole: Sweep, rows: Dataset, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(RunFolder, "save_config", lambda folder: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            tt.sweep(rows, out=tmp_path / "a", **SMALL)
    assert (tmp_path / "a" / "trial-000").is_dir()
    assert values(tt.sweep(rows, out=tmp_path / "a", **SMALL)) == values(whole)
