"""Optimisers, schedules and forcings of one's own, and AdamW."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import torch

import throughtime as tt
from tests.helpers.commands import SMALL, bad, good
from throughtime.runs.errors import ConfigError
from throughtime.runs.options import Options

MINE = """
import torch
from throughtime.forcing import TeacherForcing
from throughtime.training.schedule import Schedule

class Steps(Schedule):
    def __init__(self, height=1.0):
        self.height = height

    def fall(self, share):
        return self.height * (1.0 if share < 0.5 else 0.1)

class Wrong(Schedule):
    def fall(self, share):
        return -1.0

class Broken(Schedule):
    def fall(self, share):
        return 1 / 0

class Late(Schedule):
    def fall(self, share):
        return 1 - 2 * share

class AtTheEnd(Schedule):
    def fall(self, share):
        return 1 / (1 - share) ** 0.1

class Own(torch.optim.Optimizer):
    def __init__(self, parameters, lr, how=""):
        super().__init__(parameters, {"share": 1.0} if how == "no lr" else {"lr": lr, "share": 1.0})
        self.how = how

    def step(self):
        for group in self.param_groups:
            for p in group["params"]:
                if self.how == "list":
                    self.state[p]["seen"] = [1]
                if self.how == "infinite":
                    self.state[p]["least"] = torch.full_like(p, torch.inf)
                rate = group["lr"]
                if self.how == "numbers":
                    self.state[p]["k"] = k = self.state[p].get("k", 0) + 1
                    rate *= group["share"] / k
                p.data -= rate * p.grad
            if self.how == "numbers":
                group["share"] *= 0.9
        if self.how == "of all":
            self.state["all"]["k"] = 3
        if self.how == "no dict":
            self.state["k"] = 3

class Counted(TeacherForcing):
    calls = 0

    def terms(self, p, y):
        Counted.calls += 1
        return super().terms(p, y)
"""

LINES = ["ab", "cd", "abc", "dd", "ca", "bcd", "aa", "cab", "db", "bd"] * 3
HOW: dict[str, Any] = {"hidden_size": 3, "batch_size": 8, "dropout": 0.0, "threads": 1, "say": None}


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The folder that has the module and some lines, in which the person is."""
    (tmp_path / "my_parts.py").write_text(MINE)
    (tmp_path / "names.txt").write_text("\n".join(LINES) + "\n")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", [*sys.path])
    yield tmp_path
    sys.modules.pop("my_parts", None)


OTHERS = (
    "torch.optim:SGD(momentum=0.9, nesterov=True)",
    "torch.optim:SGD()",
    "torch.optim:NAdam(weight_decay=0.1)",
    "torch.optim:Adafactor()",  # its moments have other shapes than the parameters
    "torch.optim:Rprop()",
    "torch.optim:ASGD()",
    "my_parts:Own(how='infinite')",
    "my_parts:Own(how='numbers')",  # in its state, and in what it is set to
)


@pytest.mark.parametrize("optimiser", OTHERS)
def test_a_run_that_is_resumed_goes_on_to_the_bit(optimiser: str, here: Path) -> None:
    def weights(run: tt.Run) -> list[torch.Tensor]:
        return [p.detach() for p in run.model.parameters()]

    how = {**HOW, "optimiser": optimiser, "learning_rate": 0.02, "schedule": "constant"}
    whole = tt.train("names.txt", out="whole", epochs=4, **how)
    half = tt.train("names.txt", out="half", epochs=2, **how)
    assert not all(map(torch.equal, weights(half), weights(whole)))
    again = tt.train(resume="half", epochs=4, say=None)
    assert whole.metrics[-1]["train nats"] == again.metrics[-1]["train nats"]
    assert all(map(torch.equal, weights(again), weights(whole)))


def test_a_step_down_the_gradient_is_that_long(here: Path) -> None:
    """Of SGD, without clipping, a step is the rate times the gradient of the mean over symbols."""
    how = {**HOW, "batch_size": 100, "optimiser": "torch.optim:SGD()", "clip": 1e9, "epochs": 1}
    run = tt.train("names.txt", out="run", learning_rate=0.3, schedule="constant", **how)
    start = tt.train("names.txt", out="start", learning_rate=1e-30, schedule="constant", **how)
    part = run.data().splits["train"]
    assert not isinstance(part.y, torch.Tensor)
    p = start.model()
    (-p.log_prob(part.y).sum() / (part.y.lengths + 1).sum()).backward()
    for before, after in zip(start.model.parameters(), run.model.parameters(), strict=True):
        assert before.grad is not None
        torch.testing.assert_close(after, before - 0.3 * before.grad)


def test_a_schedule_of_ones_own_is_followed_and_named(here: Path) -> None:
    rates: list[float] = []
    run = tt.train(
        "names.txt", out="run", learning_rate=0.01, schedule="my_parts:Steps(height=0.5)",
        max_steps=6, epochs=9, on_update=lambda done: rates.append(done["learning rate"]), **HOW,
    )  # fmt: skip
    assert rates == pytest.approx([0.005] * 3 + [0.0005] * 3)
    assert run.config.schedule == "my_parts:Steps(height=0.5)"


@pytest.mark.parametrize(
    ("schedule", "factors"),
    [
        ("cosine", [1.0, 0.853553, 0.5, 0.146447]),
        ("linear", [1.0, 0.75, 0.5, 0.25]),
        ("constant", [1.0] * 4),
    ],
)
def test_the_schedules_fall(schedule: str, factors: list[float], here: Path) -> None:
    rates: list[float] = []
    tt.train(
        "names.txt", out="run", learning_rate=0.01, schedule=schedule, max_steps=4, epochs=9,
        on_update=lambda done: rates.append(done["learning rate"]), **HOW,
    )  # fmt: skip
    assert rates == pytest.approx([0.01 * factor for factor in factors], rel=1e-5)


def test_a_schedule_that_fails_after_the_last_update_is_not_asked(here: Path) -> None:
    run = tt.train("names.txt", out="run", schedule="my_parts:AtTheEnd", max_steps=4, **HOW)
    assert run.metrics[-1]["step"] == 4


def test_a_forcing_of_ones_own_is_asked_and_a_run_of_it_is_opened_without_its_code(
    here: Path,
) -> None:
    run = tt.train("names.txt", out="run", forcing="my_parts:Counted", max_steps=2, **HOW)
    assert sys.modules["my_parts"].Counted.calls == 2
    sys.modules.pop("my_parts")
    (here / "my_parts.py").write_text("raise SystemExit('code was run')")
    assert tt.load("run").config.forcing == run.config.forcing == "my_parts:Counted"


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        (("--optimiser", "adam"), "optimiser is 'adam'; expected 'adamw', or module:Class"),
        (("--optimiser", "torch.optim:SGD()"), "there is no default for torch.optim:SGD()"),
        (
            ("--optimiser", "torch.optim:SGD()", "--weight-decay", "0.1"),
            "give torch.optim:SGD() its own",
        ),
        (
            ("--optimiser", "torch.optim:SGD(lr=1)", "--learning-rate", "1"),
            "got multiple values for keyword argument 'lr'",
        ),
        (
            ("--optimiser", "torch.optim:LBFGS()", "--learning-rate", "1"),
            "expected one whose step needs no closure",
        ),
        (
            ("--optimiser", "torch.optim:Optimizers()", "--learning-rate", "1"),
            "torch.optim has no class Optimizers that is a torch.optim.Optimizer",
        ),
        (
            ("--optimiser", "torch.optim:SparseAdam()", "--learning-rate", "1"),
            "its step raised RuntimeError: SparseAdam does not support dense gradients",
        ),
        (("--schedule", "cosinus"), "schedule is 'cosinus'; expected 'cosine', 'linear'"),
        (("--schedule", "my_parts:Counted"), "that is a throughtime.training.schedule.Schedule"),
        (("--schedule", "my_parts:Wrong"), "at step 0 it gave -1"),
        (("--schedule", "my_parts:Broken"), "at step 0 it raised ZeroDivisionError"),
        (("--schedule", "my_parts:Late"), "at step 3 it gave -0.5"),
        (
            ("--optimiser", "torch.optim:SGD(momentum=0.9)(momentum=0)", "--learning-rate", "1"),
            "expected them by name",
        ),
        (("--optimiser", "my_parts:Own(**{})", "--learning-rate", "1"), "expected them by name"),
        *(
            (("--optimiser", f"my_parts:Own(how={how!r})", "--learning-rate", "1"), reason)
            for how, reason in {
                "no lr": "has no learning rate to schedule",
                "list": "keeps a list as seen, which cannot be saved",
                "of all": "keeps 'all', which cannot be saved",
                "no dict": "keeps 'k', which cannot be saved",
            }.items()
        ),
        (("--forcing", "my_parts:Steps"), "that is a throughtime.forcing.Forcing"),
        (("--forcing", "teacherr"), "no forcing 'teacherr'; expected teacher, free"),
        (("--forcing", "scheduled:linear"), "no forcing 'scheduled:linear'; expected teacher"),
    ],
)
def test_what_cannot_be_is_refused_in_one_line(
    options: tuple[str, ...], reason: str, here: Path
) -> None:
    assert reason in bad("train", "names.txt", *SMALL, *options, "--out", "run")
    assert not Path("run").exists()


def test_the_command_line_says_how_fast_it_was(here: Path) -> None:
    said = good("train", "names.txt", *SMALL, "--schedule", "linear", "--out", "run")
    last = next(line for line in said.splitlines() if line.endswith(" a second"))
    count, speed = (word.split()[0].replace(",", "") for word in last.split(" symbols, "))
    steps = tt.load("run").metrics[-1]["step"]
    assert int(count) > 0
    assert steps is not None
    assert float(speed) > 0


def test_options_say_what_they_may_be() -> None:
    with pytest.raises(ConfigError, match="optimiser is 'sgd'; expected 'adamw', or module:Class"):
        Options.read({"optimiser": "sgd"})
