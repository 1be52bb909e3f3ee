"""The notebooks run from the first cell to the last."""

import re
from pathlib import Path

import pytest
import torch

NOTEBOOKS = sorted((Path(__file__).parents[2] / "examples" / "notebooks").glob("*.py"))


@pytest.mark.filterwarnings("default")  # few updates: draws are cut
@pytest.mark.parametrize("notebook", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_runs(notebook: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    code = re.sub(
        r"^UPDATES = \d+", "UPDATES = 8", notebook.read_text(encoding="utf-8"), flags=re.M
    )
    try:
        exec(compile(code, notebook.name, "exec"), {"__name__": notebook.stem})
    finally:  # what a notebook sets is for itself
        torch.set_default_dtype(torch.float32)
        torch.set_printoptions(profile="default")
