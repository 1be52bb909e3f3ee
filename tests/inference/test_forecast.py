"""A series on the command line: what its steps were worth, and which come next, in its own unit."""

from __future__ import annotations

import json
import math
from pathlib import Path

import pytest
import torch

from tests.helpers.commands import SMALL, bad, good
from throughtime.distribution.distribution import SequenceDistribution
from throughtime.evaluation.likelihood import y_given
from throughtime.runs.folder import RunFolder
from throughtime.sequence import Sequence

ROWS = [(1000 + 50 * math.sin(t / 3), 3.0 + (t * t) % 7) for t in range(60)]


def table(rows: list[tuple[float, float]], columns: int = 2) -> str:
    lines = [",".join(["a", "b"][:columns]), *(",".join(map(repr, r[:columns])) for r in rows)]
    return "\n".join(lines) + "\n"


@pytest.fixture(scope="module", params=[1, 2])
def trained(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run of one column or two, with its file beside it."""
    path = tmp_path_factory.mktemp("series")
    (path / "s.csv").write_text(table(ROWS, request.param))
    good("train", path / "s.csv", "--out", path / "run", *SMALL)
    return path


@torch.no_grad()
def test_scores_of_steps_are_the_terms_of_the_whole(trained: Path) -> None:
    lines = good("score", trained / "run", trained / "s.csv", "--json").splitlines()
    scored = [json.loads(line) for line in lines]
    run = RunFolder.load(trained / "run")
    column = run.schema.y
    columns = column.size
    y = column.encode(torch.tensor([row[:columns] for row in ROWS], dtype=torch.float64))
    p = y_given(run.model, None)
    assert isinstance(p, SequenceDistribution)
    whole = float(p.log_prob(Sequence(y[None])[0]))
    assert sum(s["log_prob"] for s in scored) == pytest.approx(whole, rel=1e-4)
    targets = torch.tensor([s["target"] for s in scored]).view(len(ROWS), columns)
    torch.testing.assert_close(targets, torch.tensor(ROWS)[:, :columns], rtol=1e-5, atol=1e-4)


def test_a_forecast_follows_from_what_was_forecast_before(trained: Path) -> None:
    def forecast(rows: list[list[float]], count: int) -> list[list[float]]:
        lines = "".join(json.dumps(dict(zip("ab", row, strict=False))) + "\n" for row in rows)
        out = good(
            "predict", trained / "run", "--json", "--max-length", count, stdin=lines.encode()
        )
        steps = [json.loads(line)["prediction"] for line in out.splitlines()]
        return [step if isinstance(step, list) else [step] for step in steps]

    column = RunFolder.load(trained / "run").schema.y
    rows = [list(row[: column.size]) for row in ROWS]
    first, *others = forecast(rows, 3)
    assert len(others) == 2
    again = forecast([*rows, first], 2)
    torch.testing.assert_close(torch.tensor(again), torch.tensor(others), rtol=1e-4, atol=1e-3)
    assert 800 < first[0] < 1200  # the unit of the file
    assert len(good("predict", trained / "run", trained / "s.csv").splitlines()) == 10


def test_samples_are_in_the_unit_of_the_file(trained: Path) -> None:
    (line,) = good("sample", trained / "run", "-n", 1, "--max-length", 5).splitlines()
    steps = [step.split(",") for step in line.split(" ")]
    assert len(steps) == 5
    assert all(500 < float(step[0]) < 1500 for step in steps)


def test_a_history_is_in_the_order_of_time(trained: Path) -> None:
    """As in training: a forecast from the oldest step would be one of the past."""
    rows = [f"2020-01-{30 - i:02},{a},{b}" for i, (a, b) in enumerate(ROWS[:30])]
    file = trained / "newest_first.csv"
    file.write_text("\n".join(["date,a,b", *rows]) + "\n")
    for command in ("predict", "score", "evaluate"):
        assert bad(command, trained / "run", file) == (
            f"Error: {file}:3: column 'date' goes from 2020-01-30 to 2020-01-29; expected rows in "
            "the order of time: sort them"
        )


def test_a_value_that_is_no_number_is_named_with_its_line(trained: Path) -> None:
    path = trained / "broken.csv"
    path.write_text(table(ROWS[:3]) + "nan,1\n")
    for command in ("score", "predict"):
        assert f"{path}:5: " in bad(command, trained / "run", path)
