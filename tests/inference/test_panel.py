"""Many series, from a table on the disk to forecasts, scores and the likelihood of what came."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

import numpy as np
import pytest
import torch

import throughtime as tt
from tests.helpers.commands import bad, good
from tests.helpers.shops import csv_of, shop, shops
from throughtime.data import DataError
from throughtime.data.columns.panel import Panel
from throughtime.evaluation.likelihood import y_of
from throughtime.inference.forecast import Forecast, forecast_panel
from throughtime.inference.panel import later_panel, own_panel
from throughtime.inference.run import Run
from throughtime.runs.errors import RunError
from throughtime.sequence import Sequence

STEPS = 100
TOLD = ("--time", "date", "--series", "shop", "--target", "sales", "--input", "promo:known,region")
FEW = ("--hidden-size", 8, "--threads", 1, "--steps", 28)


def upto(panel: Panel, end: int) -> Panel:
    return Panel(**{**vars(panel), "series": tuple(s.upto(end) for s in panel.series)})


def after(panel: Panel, start: int) -> Panel:
    later = []
    for s in panel.series:
        x = {name: values[start:] for name, values in s.x.items()}
        later.append(type(s)(s.name, s.times[start:], s.y[start:], x, s.static, s.rows[start:]))
    return Panel(**{**vars(panel), "series": tuple(later)})


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """``sales.csv``, with the promotions of the next two weeks in ``known.csv``; and ``run``."""
    folder = tmp_path_factory.mktemp("shops")
    csv_of(upto(shops(3, STEPS), STEPS - 14), folder / "sales.csv")
    csv_of(after(shops(3, STEPS), STEPS - 14), folder / "known.csv", targets=False)
    good("train", folder / "sales.csv", *TOLD, *FEW, "--max-steps", 60, "--out", folder / "run")
    return folder


@pytest.fixture(scope="module")
def run(folder: Path) -> Run:
    return tt.load(folder / "run")


def forecasts(run: Run, folder: Path, **options: int) -> list[Forecast]:
    torch.manual_seed(0)
    found = run.forecast(folder / "sales.csv", future=folder / "known.csv", **options)
    assert all(isinstance(one, Forecast) for one in found)
    return [one for one in found if isinstance(one, Forecast)]


def test_training_says_what_it_understood(folder: Path, tmp_path: Path) -> None:
    said = good(
        "train", folder / "sales.csv", *TOLD, *FEW, "--max-steps", 1, "--out", tmp_path / "r"
    )
    for part in (
        "sales as counts",
        "--target sales:number",
        "time: date, 1 day, 2024-01-01 to 2024-03-26",
        "series: shop, 3 (s0, s1, s2)",
        "promo: known in the future",
        "region: does not change within a series",
        "3 train, 3 valid, 3 test series",
        "windows of at most 28 steps",
        "negative-binomial",
    ):
        assert part in said


def test_a_forecast_goes_on_where_the_history_ends(run: Run, folder: Path) -> None:
    found = forecasts(run, folder, steps=14, samples=50)
    assert [one.series for one in found] == ["s0", "s1", "s2"]
    for one in found:
        assert one.times == tuple(str(np.datetime64("2024-03-27") + t) for t in range(14))
        assert one.paths.shape == (50, 14, 1)
        assert (one.paths >= 0).all()
        assert (one.paths == one.paths.round()).all()
        levels = [one.quantile(level) for level in (0.1, 0.5, 0.9)]
        assert (levels[0] <= levels[1]).all()
        assert (levels[1] <= levels[2]).all()
    means = [one.mean.mean() for one in found]
    assert means[0] < means[1] < means[2], "each shop has its own size"


def test_the_first_step_is_drawn_from_the_distribution_of_the_model(run: Run) -> None:
    panel = upto(own_panel(run.folder), 60)
    whole = own_panel(run.folder)
    filled = [type(s)(s.name, s.times, np.nan_to_num(s.y, nan=3.0), s.x, s.static, s.rows)
              for s in panel.series]  # fmt: skip
    panel = Panel(**{**vars(panel), "series": tuple(filled)})
    torch.manual_seed(0)
    found = forecast_panel(run.folder, panel, steps=1, paths=4000, future=whole)
    from throughtime.data.panel.dataset import encoded

    rows = encoded(run.schema, [s.upto(61) for s in whole.series])
    assert isinstance(rows.y, Sequence)
    y = torch.stack([torch.from_numpy(s.y).float() for s in filled])
    y = torch.cat([y, torch.zeros(3, 1, 1)], 1)
    with torch.no_grad():
        p = y_of(run.model, rows)
        assert isinstance(p, tt.SequenceDistribution)
        one_step = p.predictive(Sequence(y, rows.y.lengths))
    for i, one in enumerate(found):
        mean, deviation = float(one_step.mean[i, 60]), float(one_step.variance[i, 60].sqrt())
        assert abs(float(one.mean[0, 0]) - mean) < 4 * deviation / 4000**0.5


def test_a_known_input_of_the_future_is_heeded(run: Run) -> None:
    whole = own_panel(run.folder)
    found = []
    for promo in (0.0, 1.0):
        future = after(whole, 60)
        for s in future.series:
            s.x["promo"][:] = promo
        torch.manual_seed(0)
        (one, *_) = forecast_panel(run.folder, upto(whole, 60), steps=7, paths=200, future=future)
        found.append(one.paths)
    assert not np.array_equal(found[0], found[1])


def test_a_series_that_training_has_not_seen_is_forecast(run: Run) -> None:
    new = shop("new", 60, 40.0, 5)
    panel = upto(own_panel(run.folder), 60)
    panel = Panel(**{**vars(panel), "series": (new.upto(50),)})
    future = Panel(**{**vars(panel), "series": (new,)})
    (one,) = forecast_panel(run.folder, panel, steps=7, paths=100, future=future)
    assert one.series == "new"
    assert 20 < one.mean.mean() < 160


def test_rows_in_memory_are_a_history_too(run: Run, folder: Path) -> None:
    names, *lines = (folder / "sales.csv").read_text().splitlines()
    rows = [dict(zip(names.split(","), line.split(","), strict=True)) for line in lines]
    known, *lines = (folder / "known.csv").read_text().splitlines()
    future = [dict(zip(known.split(","), line.split(","), strict=True)) for line in lines]
    torch.manual_seed(0)
    found = run.forecast(rows, future=future, steps=3, samples=20)
    expected = forecasts(run, folder, steps=3, samples=20)
    for one, other in zip(found, expected, strict=True):
        assert isinstance(one, Forecast)
        np.testing.assert_array_equal(one.paths, other.paths)


def test_the_command_prints_a_row_for_each_step(folder: Path, tmp_path: Path) -> None:
    how = (folder / "run", folder / "sales.csv", "--future", folder / "known.csv", "--steps", 3)
    said = good("predict", *how, "--paths", 20, "--quantiles", "0.1,0.9", "--paths-out",
                tmp_path / "paths.csv").splitlines()  # fmt: skip
    assert said[0] == "series,time,mean,q0.1,q0.9"
    assert [line.split(",")[:2] for line in said[1:4]] == [
        ["s0", f"2024-03-{day}"] for day in (27, 28, 29)
    ]
    assert len(said) == 1 + 3 * 3
    paths = (tmp_path / "paths.csv").read_text().splitlines()
    assert paths[0] == "series,path,time,value"
    assert len(paths) == 1 + 3 * 20 * 3
    row = json.loads(good("predict", *how, "--paths", 20, "--json").splitlines()[0])
    assert set(row) == {"series", "time", "mean", "q0.05", "q0.25", "q0.5", "q0.75", "q0.95"}


def test_scores_name_the_time_and_the_least_probable_is_the_anomaly(
    run: Run, folder: Path, tmp_path: Path
) -> None:
    lines = (folder / "sales.csv").read_text().splitlines()
    at = next(i for i, line in enumerate(lines) if line.startswith("2024-02-20,s1"))
    date, name, _, *rest = lines[at].split(",")
    lines[at] = ",".join([date, name, "900", *rest])
    (tmp_path / "odd.csv").write_text("\n".join(lines) + "\n")
    (worst,) = good("score", run.path, tmp_path / "odd.csv", "--worst", 1).splitlines()
    assert worst.split("\t")[2:] == ["s1", "2024-02-20", "900"]
    scores = run.score(folder / "sales.csv")
    assert len(scores) == len(lines) - 1
    assert scores[0].input == {"series": "s0", "time": "2024-01-01"}


def test_the_terms_add_up_to_log_p_of_what_is_observed(run: Run) -> None:
    whole = Panel(**{**vars(own_panel(run.folder)), "series": (shop("s0", 40, 5.0),)})
    from throughtime.data.panel.dataset import encoded

    rows = encoded(run.schema, whole.series)
    with torch.no_grad():
        p = y_of(run.model, rows)
        assert isinstance(p, tt.SequenceDistribution)
        expected = float(p.log_prob(rows.y))
    table = [
        {"date": t, "shop": "s0", "sales": float(y), "promo": float(x), "region": "south"}
        for t, y, x in zip(
            whole.step.written(whole.series[0].times),
            whole.series[0].y[:, 0],
            whole.series[0].x["promo"],
            strict=True,
        )
    ]
    found = run.score(table)
    assert sum(one.log_prob for one in found) == pytest.approx(expected, rel=1e-5)
    measured = run.evaluate(table)["-log p"]
    assert measured == pytest.approx(-expected / 40, rel=1e-5)


def test_evaluation_and_resuming_take_the_same_series(folder: Path, tmp_path: Path) -> None:
    shutil.copytree(folder / "run", tmp_path / "run")
    assert "coverage" in good("evaluate", tmp_path / "run")
    good("train", "--resume", tmp_path / "run", "--max-steps", 80)
    whole = tmp_path / "whole"
    good("train", folder / "sales.csv", *TOLD, *FEW, "--max-steps", 80, "--out", whole)
    assert [p.name for p in (tmp_path / "run").iterdir()]


@pytest.fixture
def damaged(folder: Path, tmp_path: Path) -> Path:
    path = tmp_path / "known.csv"
    path.write_text((folder / "known.csv").read_text())
    return path


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda lines: [line for line in lines if not line.startswith("2024-03-29,s1")],
         "series 's1' has no row for 2024-03-29"),
        (lambda lines: [line.replace("promo", "promotion") for line in lines],
         "no column 'promo', an input that is known in the future"),
        (lambda lines: [line for line in lines if "s2" not in line], "series 's2'"),
        (lambda lines: lines[:1] + [line for line in lines[1:] if line < "2024-03-30"],
         "'promo' is known in the future, and not given at"),
    ],
)  # fmt: skip
def test_a_future_that_lacks_something_is_one_line(
    folder: Path, damaged: Path, change: object, said: str
) -> None:
    assert callable(change)
    damaged.write_text("\n".join(change(damaged.read_text().splitlines())) + "\n")
    line = bad("predict", folder / "run", folder / "sales.csv", "--future", damaged, "--steps", 14)
    assert said in line


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--top", 3), "--top is not for several series"),
        (("--max-length", 3), "--max-length is not for several series"),
        (("--quantiles", "0.5,2"), "levels between 0 and 1"),
    ],
)
def test_options_that_series_have_not_are_refused(
    folder: Path, options: tuple[object, ...], said: str
) -> None:
    assert said in bad("predict", folder / "run", folder / "sales.csv", *options)


def test_what_else_a_model_of_series_does_not_do(run: Run, folder: Path) -> None:
    assert "whose paths go on from a history: use predict" in bad("sample", run.path)
    with pytest.raises(RunError, match="whose paths go on from a history"):
        run.compare()


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--output", "normal"), "does not go with sales, which is read as counts"),
        (("--wiring", "hidden-to-hidden,"), "wiring"),
        (("--valid", "x.csv"), "which have no such option"),
        (("--split", "shop:3"), "series are cut at a point in time"),
        (("--split", "date:soon"), "'soon' is no time as 'date' has them"),
        (("--length", "halt"), "Halt() decides a length"),
    ],
)
def test_choices_that_do_not_go_with_series_are_one_line(
    folder: Path, tmp_path: Path, options: tuple[str, ...], said: str
) -> None:
    given = [folder / "x.csv" if o == "x.csv" else o for o in options]
    shutil.copy(folder / "sales.csv", folder / "x.csv")
    assert said in bad("train", folder / "sales.csv", *TOLD, *FEW, *given, "--out", tmp_path / "r")


@pytest.mark.parametrize(
    ("kind", "output", "expected"),
    [
        ("number", None, "normal"),
        ("number", "student-t", "student-t"),
        ("count", "zero-inflated-negative-binomial", "zero-inflated-negative-binomial"),
        ("positive", "log-normal", "log-normal"),
        ("positive", None, "gamma"),
    ],
)
def test_the_kind_of_the_target_decides_the_output(
    folder: Path, tmp_path: Path, kind: str, output: str | None, expected: str
) -> None:
    panel = upto(shops(2, STEPS, counts=kind == "count"), STEPS - 14)
    path = csv_of(panel, tmp_path / "v.csv")
    told = ["--target", f"sales:{kind}", *(["--output", output] if output else [])]
    given = [*TOLD, *told, *FEW, "--max-steps", 2, "--out", tmp_path / "r"]
    assert f", {expected}, " in good("train", path, *given)
    said = good("predict", tmp_path / "r", path, "--steps", 2, "--paths", 5, "--future",
                folder / "known.csv")  # fmt: skip
    values = [float(line.split(",")[2]) for line in said.splitlines()[1:]]
    assert all(np.isfinite(values))


def test_values_that_are_no_counts_are_refused_as_counts(tmp_path: Path) -> None:
    path = csv_of(shops(2, STEPS, counts=False), tmp_path / "v.csv")
    line = bad("train", path, *TOLD, "--target", "sales:count", *FEW, "--out", tmp_path / "r")
    assert re.search(r"v.csv:\d+: 'sales' of 's\d' is [\d.]+; expected whole numbers", line)


def test_a_value_of_another_kind_is_named_with_its_line_and_series(
    folder: Path, tmp_path: Path
) -> None:
    lines = (folder / "sales.csv").read_text().splitlines()
    date, shop, _, *rest = lines[41].split(",")
    lines[41] = ",".join([date, shop, "-4", *rest])
    (tmp_path / "b.csv").write_text("\n".join(lines))
    run = folder / "run"
    for command in (("score", run), ("evaluate", run)):
        said = bad(*command, tmp_path / "b.csv")
        assert f"b.csv:42: 'sales' of {shop!r} is -4; expected whole numbers 0, 1, 2, …" in said


def test_the_data_may_have_changed(folder: Path, tmp_path: Path) -> None:
    shutil.copytree(folder, tmp_path / "all")
    path = csv_of(upto(shops(3, STEPS), STEPS - 10), tmp_path / "all" / "sales.csv")
    good("train", path, *TOLD, *FEW, "--max-steps", 1, "--out", tmp_path / "run")
    csv_of(upto(shops(3, STEPS), STEPS - 15), path)
    assert "made for other data" in bad("evaluate", tmp_path / "run")


def test_each_file_of_a_folder_is_a_series(tmp_path: Path) -> None:
    for part, panel in (("past", upto(shops(3, STEPS), 86)), ("known", after(shops(3, STEPS), 86))):
        (tmp_path / part).mkdir()
        for series in panel.series:
            one = Panel(**{**vars(panel), "series": (series,)})
            path = csv_of(one, tmp_path / part / f"{series.name}.csv", targets=part == "past")
            rows = [line.split(",") for line in path.read_text().splitlines()]
            path.write_text("\n".join(",".join([r[0], *r[2:]]) for r in rows) + "\n")
    past, known, out = tmp_path / "past", tmp_path / "known", tmp_path / "run"
    assert "if each is a series, name their time" in bad("train", past, "--out", out)
    told = ("--time", "date", "--target", "sales", "--input", "promo:known")
    said = good("train", past, *told, *FEW, "--max-steps", 2, "--out", out)
    assert "series: file, 3 (s0, s1, s2)" in said
    said = good("predict", out, past, "--future", known, "--steps", 2, "--paths", 5)
    assert [row.split(",")[:2] for row in said.splitlines()[1:]] == [
        [f"s{i}", f"2024-03-{day}"] for i in range(3) for day in (27, 28)
    ]
    assert "-log p" in good("evaluate", out)


def test_a_history_without_its_columns_is_refused(run: Run, tmp_path: Path) -> None:
    (tmp_path / "h.csv").write_text("day,shop,sales,promo,region\n2024-01-01,s0,3,0,south\n")
    with pytest.raises(DataError, match="date"):
        later_panel(run.folder, tmp_path / "h.csv")


def test_an_input_that_is_known_stays_known_if_it_has_not_changed_yet(tmp_path: Path) -> None:
    panel = upto(shops(2, STEPS), 86)
    for series in panel.series:
        series.x["promo"][:] = 0.0
    path = csv_of(panel, tmp_path / "v.csv")
    out = tmp_path / "run"
    assert "promo: known in the future" in good(
        "train", path, *TOLD, *FEW, "--max-steps", 2, "--out", out
    )
    assert "'promo' is known in the future, and not given" in bad("predict", out, path)


def test_what_never_changed_may_not_change_later(folder: Path, tmp_path: Path) -> None:
    text = (folder / "known.csv").read_text()
    head, *lines = text.splitlines()
    moved = [line[: line.rindex(",")] + ",west" if ",s1," in line else line for line in lines]
    (tmp_path / "known.csv").write_text("\n".join([head, *moved]) + "\n")
    line = bad("predict", folder / "run", folder / "sales.csv", "--future", tmp_path / "known.csv")
    assert "has west as its region, and had north before" in line


def test_nothing_is_overwritten_and_a_folder_is_looked_for_first(
    folder: Path, tmp_path: Path
) -> None:
    how = ("predict", folder / "run", folder / "sales.csv", "--future", folder / "known.csv")
    before = (folder / "sales.csv").read_bytes()
    assert "nothing is overwritten" in bad(*how, "--paths-out", folder / "sales.csv")
    assert (folder / "sales.csv").read_bytes() == before
    assert "there is no such folder" in bad(*how, "--paths-out", tmp_path / "no" / "x.csv")
    assert "there is no such folder" in bad(*how, "--picture", tmp_path / "no" / "x.png")


def test_the_same_command_has_the_same_answer(folder: Path) -> None:
    how = ("predict", folder / "run", folder / "sales.csv", "--future", folder / "known.csv")
    few = ("--steps", 2, "--paths", 10)
    assert good(*how, *few) == good(*how, *few)
    scored = ("score", folder / "run", folder / "sales.csv")
    assert good(*scored) == good(*scored)


def test_answers_have_all_their_digits(folder: Path) -> None:
    from throughtime.cli.forecast import _digits

    for value in (4286571.0, 0.1 + 0.2, 123456.789, 1e-7):
        assert float(_digits(value)) == pytest.approx(value, rel=1e-8)
    assert _digits(4286571.0) == "4286571"


def test_a_file_without_values_is_not_measured(run: Run, folder: Path, tmp_path: Path) -> None:
    lines = (folder / "sales.csv").read_text().splitlines()
    empty = [",".join([*line.split(",")[:2], "", *line.split(",")[3:]]) for line in lines[1:]]
    (tmp_path / "h.csv").write_text("\n".join([lines[0], *empty]) + "\n")
    bad("evaluate", run.path, tmp_path / "h.csv")
    with pytest.raises(DataError):
        run.evaluate(tmp_path / "h.csv")


def test_answers_of_series_go_into_no_folder(folder: Path, tmp_path: Path) -> None:
    line = bad("predict", folder / "run", folder / "sales.csv", "--out", tmp_path / "out")
    assert "models a text or series" in line
