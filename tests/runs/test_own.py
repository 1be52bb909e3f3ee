"""A person's own cell, named on the command line or in Python."""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import throughtime as tt
from tests.helpers.commands import SMALL, bad, good
from throughtime.runs.build import own_cell
from throughtime.runs.errors import ConfigError

MINE = """
import torch
from torch import nn
from throughtime.cells import Cell

class Slow(Cell):
    def __init__(self, hidden_size, share=0.5):
        if share > 1:
            raise ValueError("share is too large")
        super().__init__(hidden_size)
        self.share, self.W = share, nn.Parameter(0.1 * torch.randn(hidden_size, hidden_size))

    def step(self, drive, state):
        (h,) = state
        return ((1 - self.share) * h + self.share * torch.tanh(drive + h @ self.W.T),)

class Other:
    pass
"""


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The folder that has the module, in which the person is."""
    (tmp_path / "my_cells.py").write_text(MINE)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", [*sys.path])
    yield tmp_path
    sys.modules.pop("my_cells", None)


def test_it_is_trained_saved_by_name_and_loaded(here: Path, files: Path) -> None:
    table = (files / "rows.csv", "--input", "text:characters", "--target", "label")
    good("train", *table, *SMALL, "--cell", "my_cells:Slow(share=0.25)", "--out", "run")
    assert json.loads(Path("run/config.json").read_text())["cell"] == "my_cells:Slow(share=0.25)"
    loaded = tt.load("run")
    cell = loaded.model.graph.first.cell
    assert (type(cell).__name__, cell.share) == ("Slow", 0.25)
    assert loaded.predict(["ab"])[0].value in ("yes", "no", "maybe")
    good("train", "--resume", "run", "--max-steps", "9", "--epochs", "9")
    assert "my_cells:Slow(share=0.25) 1" in good("runs", "run")


def test_no_code_of_a_runs_folder_is_run(
    here: Path, files: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    table = (files / "rows.csv", "--input", "text:characters", "--target", "label")
    good("train", *table, *SMALL, "--cell", "my_cells:Slow", "--out", "run")
    shutil.move("my_cells.py", "run/my_cells.py")
    sys.modules.pop("my_cells")
    elsewhere = [v for v in sys.path if v not in ("", str(here))]
    monkeypatch.setattr(sys, "path", [*elsewhere])
    monkeypatch.chdir("run")
    assert "is in a run's folder, from which no code is run" in bad("evaluate", ".")
    monkeypatch.setattr(sys, "path", [*elsewhere])
    monkeypatch.chdir("..")
    assert "No module named 'my_cells'; run this from the folder that has it" in bad(
        "evaluate", "run"
    )


def test_no_package_of_a_runs_folder_is_run(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    inside = here / "run" / "below"
    (inside / "parcel").mkdir(parents=True)
    for name in ("config.json", "schema.json"):
        (here / "run" / name).write_text("{}")
    (inside / "parcel" / "__init__.py").write_text("raise SystemExit('code was run')")
    (inside / "parcel" / "cells.py").write_text(MINE)
    monkeypatch.chdir(inside)
    with pytest.raises(ConfigError, match="is in a run's folder, from which no code is run"):
        own_cell("parcel.cells:Slow", 4)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("my_cells:Missing", "my_cells has no class Missing that is a tt.cells.Cell"),
        ("my_cells:Other", "my_cells has no class Other that is a tt.cells.Cell"),
        ("no_cells:Slow", "No module named 'no_cells'"),
        ("my_cells:Slow(share=2)", "raised ValueError: share is too large"),
        ("my_cells:Slow(2)", "expected them by name"),
        ("my_cells:Slow(share=print())", "raised ValueError"),
        ("my_cells:Slow(share", "cell is 'my_cells:Slow(share'; expected 'elman'"),
        ("broken:Slow", "importing broken raised SyntaxError"),
    ],
)
def test_what_is_no_cell_is_refused_in_one_line(text: str, reason: str, here: Path) -> None:
    (here / "broken.py").write_text("class :")
    (here / "names.txt").write_text("ab\ncd\nef\ngh\nij\nkl\nmn\nop\nqr\nst\n")
    said = bad("train", "names.txt", "--cell", text, "--out", "run")
    assert reason in said
    assert not Path("run").exists()


def test_its_first_argument_is_its_size(here: Path) -> None:
    text = MINE.replace("super().__init__(hidden_size)", "super().__init__(3)")
    (here / "my_cells.py").write_text(text)
    with pytest.raises(ConfigError, match="has hidden_size 3; expected its first argument, 4"):
        own_cell("my_cells:Slow", 4)
