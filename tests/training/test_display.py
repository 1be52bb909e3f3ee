"""What is said while a model is trained, by a clock of the test's own."""

import sys
from pathlib import Path

import pytest

from throughtime.data import Dataset
from throughtime.runs.options import Options
from throughtime.training.display import Display
from throughtime.training.prepare import prepare
from throughtime.training.progress import Progress
from throughtime.training.trainer import Trainer


class Clock:
    """A clock that each look moves on by some seconds."""

    def __init__(self, tick: float = 0.0) -> None:
        self.now, self.tick = 1_000.0, tick

    def __call__(self) -> float:
        self.now += self.tick
        return self.now


def test_a_line_every_half_minute_with_the_speed_of_training_alone() -> None:
    clock, said, progress = Clock(), list[str](), Progress(epoch=2, step=1_234)
    with Display(progress, 9_000, 0, "rows", say=said.append, clock=clock) as display:
        clock.now += 29
        display.update(100, 2.0)
        assert said == []
        with display.paused():  # validation
            clock.now += 20
        clock.now += 1
        display.update(500, 1.4)
        assert said == [
            "epoch   3  step  1,234  nats per symbol: train 1.5000  20 rows a second, 07:00 left"
        ]
        clock.now += 29
        display.update(100, 1.0)
        assert len(said) == 1
        clock.now += 1
        display.update(200, 1.0)
        assert said[1].endswith("train 1.0000  10 rows a second, 13:30 left")


def test_at_a_terminal_the_bar_says_it_all(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    clock, said = Clock(), list[str]()
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True, raising=False)
    with Display(Progress(), 400, 0, "symbols", say=said.append, clock=clock) as display:
        clock.now += 99
        display.update(100, 2.0)
        display.bar.refresh()
    assert said == []
    assert "100/400" in capsys.readouterr().err


def test_training_says_it(words: Dataset, tmp_path: Path) -> None:
    run = prepare(Options(hidden_size=4, batch_size=16, epochs=1), words, tmp_path / "run")
    said: list[str] = []
    Trainer(run, words, say=said.append, clock=Clock(tick=10)).fit()
    assert "symbols a second" in said[0]
    assert sum("symbols a second" in line for line in said) >= 2
    assert "valid" in said[-2]
    assert said[-1] == "520 symbols, 4 a second"
