"""The list of runs: what their files say, the best first; what cannot be read, with its reason."""

import json
import math
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.helpers.commands import SMALL, bad, good
from throughtime.runs.folder import RunFolder

Trained = Callable[[str], Path]


@pytest.fixture
def folder(trained: Trained, tmp_path: Path) -> Path:
    """Three runs, of two files."""
    runs = tmp_path / "runs"
    for name in ("label", "tags", "number"):
        shutil.copytree(trained(name), runs / name)
    return runs


def test_it_says_what_the_models_are(folder: Path) -> None:
    listed = {
        row["name"]: row for row in map(json.loads, good("runs", folder, "--json").split("\n")[:-1])
    }
    assert set(listed) == {"label", "tags", "number"}
    for name, row in listed.items():
        run = RunFolder.load(folder / name)
        metrics = run.metrics()
        assert row["parameters"] == sum(p.numel() for p in run.model.parameters())
        assert row["epochs"] == metrics[-1]["epoch"]
        assert row["valid"] == min(v for m in metrics if (v := m["valid nats"]) is not None)
        assert row["minutes"] == pytest.approx(metrics[-1]["seconds"] / 60)
        assert row["cell"] == "gru 1 × 8"
    assert listed["tags"]["wiring"] == "output-to-hidden"
    assert listed["tags"]["data"] == "tags.conll"


def test_the_best_of_each_data_set_is_first(folder: Path) -> None:
    rows = [json.loads(line) for line in good("runs", folder, "--json").splitlines()]
    assert [row["data"] for row in rows] == ["rows.csv", "rows.csv", "tags.conll"]
    assert rows[0]["valid"] < rows[1]["valid"]
    names = [line.split()[0] for line in good("runs", folder).splitlines()]
    assert names == ["run", *(row["name"] for row in rows)]
    run = RunFolder.load(folder / rows[0]["name"], "last")
    run.save_state(run.load_state(), [])  # as before the first epoch
    after = [json.loads(line) for line in good("runs", folder, "--json").splitlines()]
    assert [row["name"] for row in after] == [rows[1]["name"], rows[0]["name"], rows[2]["name"]]
    assert (after[1]["valid"], after[1]["epochs"]) == (None, 0)
    assert "  -  " in good("runs", folder).splitlines()[2]


def test_what_is_no_number_is_not_the_best(folder: Path) -> None:
    run = RunFolder.load(folder / "label", "last")
    (row,) = run.metrics()
    odd = [row | {"valid nats": value} for value in (math.nan, -math.inf)]
    run.save_state(run.load_state(), [row, *odd])
    listed = [json.loads(line) for line in good("runs", folder, "--json").splitlines()]
    assert {r["name"]: r["valid"] for r in listed}["label"] == row["valid nats"]


def test_what_cannot_be_read_is_listed_with_its_reason(folder: Path) -> None:
    (folder / "empty").mkdir()
    (folder / "a file").write_text("no folder")
    (folder / "label" / "config.json").write_text("{")
    (folder / "number" / "state.safetensors").write_bytes(b"1234")
    out = good("runs", folder).splitlines()
    assert [line.split()[0] for line in out] == ["run", "tags", "empty:", "label:", "number:"]
    assert "not a run, since it has no config.json" in out[2]
    assert "config.json: not a JSON file" in out[3]
    assert "state.safetensors: damaged" in out[4]
    rows = [json.loads(line) for line in good("runs", folder, "--json").splitlines()]
    assert [set(row) == {"name", "error"} for row in rows] == [False, True, True, True]


def test_one_run_and_the_usual_folder(
    folder: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    assert json.loads(good("runs", folder / "tags", "--json"))["name"] == "tags"
    monkeypatch.chdir(tmp_path)
    assert good("runs") == good("runs", folder)


def test_folders_without_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "no runs in it; `throughtime train` makes one" in bad("runs", tmp_path)
    monkeypatch.chdir(tmp_path)
    assert "runs: no such folder" in bad("runs")


def test_an_embedded_set_is_called_by_its_name(tmp_path: Path) -> None:
    good("train", "digits", *SMALL, "--out", tmp_path / "runs" / "a")
    assert json.loads(good("runs", tmp_path / "runs", "--json"))["data"] == "digits"
