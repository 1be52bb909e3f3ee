"""Numbers in JSON: as short as the float32 that they are, and no other number."""

import json
import math
from pathlib import Path

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from tests.helpers.commands import SMALL, Trained, good
from throughtime.inference.results import ForecastStep, Score
from throughtime.inference.short import short


@given(st.floats(width=32, allow_nan=False, allow_infinity=False))
def test_the_same_float32_is_read_back(value: float) -> None:
    found = short(value)
    assert np.float32(found) == np.float32(value)
    assert repr(found) == repr(float(str(np.float32(value))))


def test_what_no_float32_is_close_to_stays() -> None:
    for value in (1e300, -1e300, 1e-300, 0.0):
        assert short(value) == value
    assert [type(v) for v in short([1, True, "1.50", None])] == [int, bool, str, type(None)]


def test_what_is_not_finite_is_null() -> None:
    found = short({"log_prob": -math.inf, "terms": [math.inf, math.nan, -1.5]})
    assert json.dumps(found, allow_nan=False) == '{"log_prob": null, "terms": [null, null, -1.5]}'


def test_the_numbers_of_the_model_are_short_and_those_of_the_rows_as_they_were() -> None:
    exact = 0.12345678901234568
    single = float(np.float32(-1.1))
    score = Score(exact, [exact], single, single, [single], 0.0, 0, top=[{"a": single}])
    assert score.to_dict() == {
        "input": exact,
        "target": [exact],
        "log_prob": -1.1,
        "per_symbol": -1.1,
        "terms": [-1.1],
        "length": 0.0,
        "unknown": 0,
        "top": [{"a": -1.1}],
    }
    step = ForecastStep(15.199999467, [single], {0.05: single})
    assert json.dumps(step.to_dict()) == (
        '{"prediction": 15.2, "deviation": [-1.1], "quantiles": {"0.05": -1.1}, "unknown": 0}'
    )


def test_no_number_of_a_command_is_longer(trained: Trained, files: Path, tmp_path: Path) -> None:
    said = [
        good("predict", trained("number"), files / "rows.csv", "--json"),
        good("score", trained("label"), files / "rows.csv", "--json"),
        good("evaluate", trained("label"), "--json"),
    ]
    for line in "".join(said).splitlines():
        given = json.loads(line)
        for name in ("input", "target"):
            given.pop(name, None)
        assert given == short(given)


def test_a_series_is_scored_with_the_numbers_of_its_file(tmp_path: Path) -> None:
    values = [15.2, 14.1, 0.1, 1e-7, 123456.789] * 12
    (tmp_path / "a.csv").write_text("v\n" + "".join(f"{v}\n" for v in values))
    good("train", tmp_path / "a.csv", *SMALL, "--out", tmp_path / "run")
    out = good("score", tmp_path / "run", tmp_path / "a.csv", "--json").splitlines()
    assert [json.loads(line)["target"] for line in out] == values
