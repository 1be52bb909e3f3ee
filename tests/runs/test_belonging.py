"""Best weights and state of different trainings of one run are told apart."""

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch

from throughtime.data import Dataset
from throughtime.runs import belonging, tensors
from throughtime.runs.errors import RunError
from throughtime.runs.folder import RunFolder
from throughtime.runs.names import BEST, CONFIG, STATE
from throughtime.runs.options import Options
from throughtime.runs.summary import Summary
from throughtime.training.prepare import prepare
from throughtime.training.train import fit

OTHER = r"best\.safetensors: not of the training that state\.safetensors beside it is of"

Again = Callable[..., Path]


@pytest.fixture(scope="module")
def again(words: Dataset, tmp_path_factory: pytest.TempPathFactory) -> Again:
    """A copy of one run, trained as much further as is told."""
    made = tmp_path_factory.mktemp("runs")
    options = Options(hidden_size=4, batch_size=16, max_steps=4, learning_rate=0.05)
    fit(prepare(options, words, made / "run"), words)

    def copy(to: Path, **changes: Any) -> Path:
        shutil.copytree(made / "run", to)
        if changes:
            fit(RunFolder.load(to, "last"), words, resume=changes)
        return to

    return copy


def assert_refused(path: Path, file: str, other: Path) -> None:
    """A file of another history is refused, whatever is loaded, also once the folder is open."""
    folder = RunFolder.load(path, "last")
    shutil.copy(other / file, path / file)
    with pytest.raises(RunError, match=OTHER):
        folder.load_state()
    for weights in ("best", "last"):
        with pytest.raises(RunError, match=OTHER):
            RunFolder.load(path, weights)


@pytest.mark.parametrize("file", [BEST, STATE])
def test_files_of_two_copies_that_were_trained_further_are_refused(
    file: str, again: Again, tmp_path: Path
) -> None:
    assert_refused(again(tmp_path / "a", max_steps=8), file, again(tmp_path / "b", max_steps=12))


def test_earlier_weights_are_refused(again: Again, tmp_path: Path) -> None:
    now, before = again(tmp_path / "now", max_steps=8), again(tmp_path / "before")
    saved_again(now)
    assert_refused(now, BEST, before)
    assert_refused(again(tmp_path / "later", max_steps=12), STATE, before)


def test_weights_of_another_history_are_refused_where_there_were_no_better_ones(
    again: Again, tmp_path: Path
) -> None:
    path = again(tmp_path / "a")
    saved_again(path)
    assert_refused(path, BEST, again(tmp_path / "b", max_steps=8))


def saved_again(path: Path) -> None:
    """One more state, whose last weights are not the best."""
    folder = RunFolder.load(path, "last")
    state = folder.load_state()
    state.said["progress"]["since_best"] += 1
    folder.save_state(state, folder.metrics())
    RunFolder.load(path)


@pytest.mark.parametrize("changes", [{}, {"max_steps": 12}, {"max_seconds": 1e-9}])
def test_a_kill_between_state_and_best_weights_loses_nothing(
    changes: dict[str, Any], again: Again, words: Dataset, tmp_path: Path
) -> None:
    """The state has them, whatever training goes on with."""
    whole, before = again(tmp_path / "whole", max_steps=8), again(tmp_path / "before")
    killed = Path(shutil.copytree(whole, tmp_path / "killed"))
    shutil.copy(before / BEST, killed / BEST)
    assert (killed / BEST).read_bytes() != (whole / BEST).read_bytes()
    assert_same_weights(whole, killed)
    for path in (whole, killed):
        fit(RunFolder.load(path, "last"), words, resume=changes)
    assert (killed / BEST).read_bytes() == (whole / BEST).read_bytes()
    assert RunFolder.load(killed).metrics()[:2] == RunFolder.load(whole).metrics()[:2]
    saved_again(killed)
    assert_same_weights(whole, killed)


def assert_same_weights(a: Path, b: Path) -> None:
    found, expected = (RunFolder.load(path).model.state_dict() for path in (a, b))
    assert all(torch.equal(v, expected[k]) for k, v in found.items())


def test_best_weights_that_are_gone_are_missed(again: Again, tmp_path: Path) -> None:
    path = again(tmp_path / "a")
    (path / BEST).unlink()
    RunFolder.load(path)  # they are the last ones, which the state has
    path = again(tmp_path / "b")
    saved_again(path)
    (path / BEST).unlink()
    for weights in ("best", "last"):
        with pytest.raises(
            RunError, match=r"best\.safetensors: no such file, which training wrote"
        ):
            RunFolder.load(path, weights)


def test_weights_alone_can_be_used(again: Again, tmp_path: Path) -> None:
    path = again(tmp_path / "a")
    (path / STATE).unlink()
    assert RunFolder.load(path).model


def test_a_run_can_be_read_while_it_is_trained(
    again: Again, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Files that are replaced between reading one and the other are no mixture."""
    path, later = again(tmp_path / "a"), again(tmp_path / "b", max_steps=12)
    read, seen = tensors.read_header, list[Path]()

    def meanwhile(file: Path) -> Any:
        header = read(file)
        if not seen:
            for name in (BEST, STATE):
                shutil.copy(later / name, path / name)
        seen.append(file)
        return header

    monkeypatch.setattr(belonging, "read_header", meanwhile)
    found = RunFolder.load(path).model.state_dict()
    monkeypatch.undo()
    expected = RunFolder.load(later).model.state_dict()
    assert all(torch.equal(v, expected[k]) for k, v in found.items())
    assert len(seen) > 2


def test_the_configuration_of_another_time_is_refused(
    again: Again, words: Dataset, tmp_path: Path
) -> None:
    run = again(tmp_path / "run")
    before, state = (run / CONFIG).read_bytes(), (run / STATE).read_bytes()
    fit(RunFolder.load(run, "last"), words, resume={"max_steps": 8})
    after = (run / CONFIG).read_bytes()
    (run / CONFIG).write_bytes(before)
    for reads in (RunFolder.load, Summary.of):
        with pytest.raises(RunError, match=r"config\.json: of another time of this run than"):
            reads(run)
    (run / CONFIG).write_bytes(after)
    assert RunFolder.load(run).config.max_steps == 8
    shutil.rmtree(run)
    again(run)
    (run / CONFIG).write_bytes(after)  # killed between the configuration and the next state
    assert (run / STATE).read_bytes() == state
    fit(RunFolder.load(run, "last"), words, resume={"max_steps": 12})
    assert RunFolder.load(run).metrics()[-1]["step"] == 12
