"""Series on the command line: how good forecasts would have been, and their picture."""

from __future__ import annotations

import builtins
import csv
import io
import json
import re
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from tests.helpers.commands import SMALL, bad, good, run
from tests.helpers.trained_shops import shops
from throughtime.inference.run import Run
from throughtime.report import draw_all


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return shops(tmp_path_factory.mktemp("shops"))


def tables(said: str) -> dict[str, dict[str, list[str]]]:
    """The tables that are printed, by their first words; the cells of each row by its name."""
    found = {}
    for block in said.strip().split("\n\n"):
        head, *rows = block.split("\n")
        if "CRPS  " in head:
            title = head.partition("CRPS")[0].strip()
            cells = (re.split(r" {2,}", row) for row in rows)
            found[title] = {name: values for name, *values in cells}
    return found


def test_a_backtest_is_printed(folder: Path) -> None:
    said = good("evaluate", folder / "run", "--horizon", 4, "--origins", 3, "--paths", 20)
    first = said.splitlines()[0]
    assert re.fullmatch(
        r"\d+ values of 3 series, 4 steps from each of 3 origins \(2024-04-\d\d to 2024-04-26\)",
        first,
    )
    found = tables(said)
    assert list(found) == ["", "this run, by step", "this run, by series, the worst first"]
    assert list(found[""])[:2] == ["this run", "seasonal naive"]
    assert list(found["this run, by step"]) == ["1", "2", "3", "4"]
    scores = [float(row[0]) for row in found["this run, by series, the worst first"].values()]
    assert scores == sorted(scores, reverse=True)
    assert all(len(row) == 7 for rows in found.values() for row in rows.values())


def test_json_has_all_of_it(folder: Path) -> None:
    options = ("--horizon", 4, "--origins", 3, "--paths", 20)
    said = good("evaluate", folder / "run", *options)
    found = json.loads(good("evaluate", folder / "run", *options, "--json"))
    assert said.startswith(f"{found['values']} values of {found['series']} series")
    assert (found["horizon"], len(found["origins"])) == (4, 3)
    ours = found["forecasts"]["this run"]
    assert f"{ours['all']['CRPS']:.4f}" == tables(said)[""]["this run"][0]
    assert list(ours["by step"]) == ["1", "2", "3", "4"]
    assert sorted(ours["by series"]) == ["a", "b", "c"]
    assert list(ours["by target"]) == ["sales"]


def test_a_later_file_is_measured(folder: Path) -> None:
    table = (folder / "sales.csv").read_text().replace("2024-", "2028-")
    (folder / "next.csv").write_text(table)
    said = good("evaluate", folder / "run", folder / "next.csv", "--horizon", 3, "--origins", 2)
    assert "3 steps from each of 2 origins" in said


def test_a_backtest_that_cannot_be_is_one_line(folder: Path) -> None:
    evaluate = ("evaluate", folder / "run")
    horizon = bad(*evaluate, "--horizon", 100)
    assert re.fullmatch(
        r"Error: a horizon of 100 is too long: \d+ days may be forecast from 2024-04-\d\d on; "
        r"expected at most \d+",
        horizon,
    )
    most = horizon.split(" ")[-1]
    good(*evaluate, "--horizon", most, "--origins", 1, "--paths", 2)
    assert f"horizon of {int(most) + 1} is too" in bad(*evaluate, "--horizon", int(most) + 1)
    for option in ("--origins", "--paths", "--picture"):
        assert bad(*evaluate, option, 5) == (
            f"Error: {option} is for forecasts; expected --horizon STEPS too"
        )
    for given in (("--interval",), ("--shuffled",), ("--split", "test"), ("--format", "table")):
        assert bad(*evaluate, "--horizon", 3, *given) == (
            f"Error: {given[0]} is not for --horizon; leave it out"
        )
    assert "expected some" in bad(*evaluate, folder / "known.csv", "--horizon", 2)
    for wrong in (
        ("--horizon", 0),
        ("--horizon", 2, "--origins", 0),
        ("--horizon", 2, "--paths", 1),
    ):
        assert "is not in the range" in bad(*evaluate, *wrong)


def test_only_series_have_a_horizon(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "words.csv").write_text("word\n" + "".join(f"w{i:02}\n" for i in range(40)))
    good("train", tmp_path / "words.csv", *SMALL, "--out", tmp_path / "words")
    assert "not of series to forecast" in bad("evaluate", tmp_path / "words", "--horizon", 3)
    assert "not of" in bad("predict", tmp_path / "words", "--picture", tmp_path / "a.png")


def test_a_forecast_is_drawn(folder: Path, tmp_path: Path) -> None:
    predict = ("predict", folder / "run", folder / "sales.csv", "--steps", 5, "--paths", 20,
               "--future", folder / "known.csv")  # fmt: skip
    rows = list(csv.DictReader(io.StringIO(good(*predict, "--picture", tmp_path / "a.png"))))
    assert len(rows) == 15
    with Image.open(tmp_path / "a.png") as picture:
        assert picture.width > 1_000
    good(*predict, "--picture", tmp_path / "a.SVG")
    assert "<svg" in (tmp_path / "a.SVG").read_text()
    assert bad(*predict, "--picture", tmp_path / "a.gif") == (
        f"Error: --picture {tmp_path / 'a.gif'}: expected a name that ends in .png or .svg"
    )
    assert "there is no such folder" in bad(*predict, "--picture", tmp_path / "none" / "a.png")


def test_a_backtest_is_drawn(folder: Path, tmp_path: Path) -> None:
    evaluate = ("evaluate", folder / "run", "--horizon", 2, "--origins", 2, "--paths", 5)
    good(*evaluate, "--picture", tmp_path / "a.png")
    with Image.open(tmp_path / "a.png") as picture:
        assert picture.width > 1_000
    assert bad(*evaluate, "--picture", tmp_path / "a.gif").endswith("ends in .png or .svg")
    assert "there is no such folder" in bad(*evaluate, "--picture", tmp_path / "none" / "a.png")


@pytest.mark.usefixtures("drawn")
def test_training_and_report_draw_the_end_of_the_test_part(folder: Path) -> None:
    pictures = [folder / "run" / "pictures" / f"{name}.png" for name in ("forecasts", "backtest")]
    found = []
    for _ in range(2):
        assert all(picture.exists() for picture in pictures)
        assert {*pictures} <= {*draw_all(Run.load(folder / "run"))}
        found.append([picture.read_bytes() for picture in pictures])
    assert min(map(len, found[0])) > 5_000
    assert found[0] == found[1]
    good("report", folder / "run")
    assert all(picture.with_suffix(".svg").exists() for picture in pictures)


def test_without_matplotlib_it_says_what_to_install(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def missing(name: str, *rest: Any) -> Any:
        if name == "matplotlib.figure":
            raise ModuleNotFoundError(name="matplotlib")
        return builtins.__import__(name, *rest)

    monkeypatch.setattr("throughtime.cli.pictures.import_module", missing)
    assert "--picture needs matplotlib, which is not installed: pip install" in bad(
        "predict", folder / "run", folder / "sales.csv", "--picture", tmp_path / "a.png"
    )
    assert run("predict", folder / "run", "--help").exit_code == 0
