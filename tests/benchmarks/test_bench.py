"""The bench runs, compares before it times, and believes nobody."""

from __future__ import annotations

import importlib
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from benchmarks.measure import Contest, Measured, measure, quantities
from benchmarks.peers import PEERS
from benchmarks.process import Process
from benchmarks.row import Goal, Row
from benchmarks.rows import ROWS
from benchmarks.run import Declined, Run, agree
from benchmarks.table import table
from benchmarks.worker import Contestant


class Here:
    """A contestant in this process: starting one for each would take the time of all other tests.

    ``broken`` gives results that are wrong by a hundredth.
    """

    def __init__(self, module: str, broken: bool = False) -> None:
        self.contestant = Contestant(f"benchmarks.{module}")
        self.name = self.contestant.about()[0]
        self.broken = broken

    def ask(self, method: str, *arguments: Any) -> None:
        try:
            self.found = getattr(self.contestant, method)(*arguments)
        except Declined as reason:
            self.found = reason
        if self.broken and method == "prepare":
            self.found = tuple(1.01 * array for array in self.found)

    def answer(self, limit: float | None = None) -> Any:
        if isinstance(self.found, Declined):
            raise self.found
        return self.found

    def end(self) -> None:
        pass


def there(row: Row) -> list[str]:
    """The peers of a row that need no compiler and are installed."""
    names = [name for name in PEERS if name not in ("torch_compile", "libxsmm_cell")]
    found = []
    for name in names:
        try:
            module = importlib.import_module(f"benchmarks.peers.{name}")
        except ImportError:
            continue
        found += [name] if hasattr(module, row.task) else []
    return found


def contest(row: Row, broken: str = "") -> Contest:
    peers = {f"peers.{name}": Here(f"peers.{name}", broken == name) for name in there(row)}
    yardsticks = {f"yardsticks.{name}": Here(f"yardsticks.{name}") for name in row.yardsticks}
    baseline = (peers | yardsticks)[row.baseline]
    ours = Here("ours", broken == "ours")
    return Contest(ours, tuple(peers.values()), tuple(yardsticks.values()), baseline)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_all_results_of_a_row_agree_and_every_goal_is_about_something_measured(
    row: Row, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OMP_NUM_THREADS", "1")
    monkeypatch.setattr("benchmarks.measure.ONLY_TURN", 0.0)
    who = contest(row)
    done = measure(who, row, row.tiny, repeats=1, patience=0.0, limit=60.0)
    assert not done.refused
    assert set(done.milliseconds) == {one.name for one in who.all()}
    missing = {"× ONNX Runtime"} - {f"× {one.name}" for one in who.peers}
    found = dict(quantities(who, row, done))
    assert {goal.quantity for goal in (*row.goals, *row.means)} - missing <= set(found)
    # so small a problem may need no memory beyond what the process has had already
    assert found.pop("MB above the data", 0.0) >= 0
    assert all(value > 0 for value in found.values())
    heading, _, line, *_ = table(row, who, [done])
    assert heading.count("|") == line.count("|")


def test_who_disagrees_gets_no_time() -> None:
    row = next(row for row in ROWS if row.task == "own")
    who = contest(row, broken="ours")
    done = measure(who, row, row.tiny, repeats=1, patience=0.0, limit=60.0)
    assert "ours" not in done.milliseconds
    assert "torch loop" in done.milliseconds
    lines = list(table(row, who, [done]))
    assert "not measured" in lines[2]
    assert lines[-1] == "- no time of ours, everywhere: its results are not those of torch loop."


def test_agreement_sees_a_wrong_value_shape_and_number() -> None:
    a = (np.ones((2, 3)), np.arange(4.0))
    assert agree(a, a)
    assert not agree((a[0], a[1] + [0, 0, 0, 1e-2]), a)
    assert not agree((a[0], a[1][:, None]), a)
    assert not agree(a[:1], a)
    assert not agree((a[0], a[1] * np.nan), a)


def test_a_share_of_a_problem_counts_as_the_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    contestant = Contestant("benchmarks.yardsticks.product")
    monkeypatch.setattr(
        contestant, "module", SimpleNamespace(whole=lambda _: Run(tuple, share=1e-9))
    )
    contestant.prepare("whole", None)
    assert contestant.turn(0.0, wake=True)[0] > 1.0


def test_a_goal_is_a_bound_from_below_or_above() -> None:
    assert Goal("× torch.nn", 4).reached(4.0)
    assert not Goal("× torch.nn", 4).reached(3.9)
    assert not Goal("ms", most=0.15).reached(0.16)
    assert str(Goal("ms", most=0.15)) == "≤ 0.15 ms"
    assert str(Goal("symbols a second", 400_000)) == "≥ 400,000 symbols a second"


def test_a_mean_over_sizes_of_which_one_has_no_time_is_not_measured() -> None:
    row = ROWS[0]
    who = contest(row)
    whole, part = (Measured(row.tiny, {"ours": 1.0, "torch.nn": 2.0}), Measured(row.tiny))
    *_, means = table(row, who, [whole, whole])
    assert "2.00" in means
    *_, means = table(row, who, [whole, part])
    assert "not measured; not measured" in means


def test_a_worker_answers_declines_and_starts_again() -> None:
    worker = Process("benchmarks.peers.nobody", threads=1)
    worker.ask("about")
    with pytest.raises(Declined, match="No module named"):
        worker.answer(60.0)
    with pytest.raises(Declined, match="took longer"):
        worker.answer(0.0)  # nothing was asked, so there is no answer
    worker.ask("about")
    with pytest.raises(Declined, match="No module"):
        worker.answer(60.0)
    worker.end()
