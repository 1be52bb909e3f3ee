"""A run in Python: what its methods say is what the model, the metrics and the command line say."""

import json
import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow
import pytest
import torch

import throughtime as tt
from tests.helpers.commands import bad, good
from tests.helpers.made_up import MODELS, ROWS, SENTENCES, SERIES, VECTORS
from throughtime.data.formats.conll import read_conll
from throughtime.data.formats.tables import read_table
from throughtime.data.pairs.encoding import x_of, y_of
from throughtime.evaluation.likelihood import log_prob, y_given
from throughtime.evaluation.metrics import evaluate
from throughtime.inference.evaluate import examples_of
from throughtime.inference.results import LabelPrediction, NumberPrediction, SequencePrediction
from throughtime.outputs import Mixture, Normal
from throughtime.sequence import Sequence

Trained = Callable[[str], Path]
SMALL: dict[str, Any] = {"hidden_size": 8, "max_steps": 4, "threads": 1, "say": None}
ALL: dict[str, list[dict[str, Any]]] = {
    "rows.csv": ROWS,
    "series.jsonl": SERIES,
    "vectors.jsonl": VECTORS,
    "tags.conll": [{"1": [w for w, _ in s], "2": [t for _, t in s]} for s in SENTENCES],
}
"""The rows that the files have."""

KINDS = {
    "label": LabelPrediction,
    "number": NumberPrediction,
    "mixture": NumberPrediction,
    "vector": NumberPrediction,
}
"""What says a prediction, if no sequence does."""


def lines(out: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in out.splitlines()]


def as_said(value: Any) -> Any:
    """As JSON has it, but for rounding."""
    if isinstance(value, dict):
        return {str(k): as_said(v) for k, v in value.items()}
    if isinstance(value, list):
        return [as_said(v) for v in value]
    return pytest.approx(value, rel=1e-4, abs=1e-5) if isinstance(value, float) else value


@pytest.mark.parametrize("name", [name for name in MODELS if name != "alone"])
def test_predictions_are_those_of_the_command_line(
    name: str, trained: Trained, files: Path
) -> None:
    run, file = tt.load(trained(name)), files / MODELS[name][0]
    long = (
        {"max_length": 5} if run.schema.output.event_shape == () and run.schema.y.sequence else {}
    )
    told = ["--max-length", 5] if long else []
    found = run.predict(ALL[file.name], **long)
    assert {type(p) for p in found} == {KINDS.get(name, SequencePrediction)}
    said = lines(good("predict", run.path, file, "--json", *told))
    keys = [{k: v for k, v in answer.items() if k != "input"} for answer in said]
    mine = [{k: v for k, v in p.to_dict().items() if k != "input"} for p in found]
    assert keys == as_said(mine)
    of_path = [p.value for p in run.predict(file, **long)]
    assert of_path == as_said([p.value for p in found])


def test_rows_of_any_kind(trained: Trained, files: Path) -> None:
    run = tt.load(trained("label"))
    texts = [row["text"] for row in ROWS]
    expected = [p.value for p in run.predict(ROWS)]
    frame = pyarrow.table({"text": texts})
    for rows in (texts, frame, [{"text": text} for text in texts], files / "rows.csv"):
        assert [p.value for p in run.predict(rows)] == expected
    with pytest.raises(tt.data.DataError, match="no column 'text'"):
        run.predict([{"txet": "a"}])
    with pytest.raises(tt.data.DataError, match="no rows"):
        run.predict([])
    with pytest.raises(
        tt.data.DataError, match="row 2: column 'text': an empty value is not a text"
    ):
        run.predict(["a", None])


@pytest.mark.parametrize("name", ["number", "mixture", "vector"])
def test_quantiles_are_in_the_unit_of_the_file(name: str, trained: Trained) -> None:
    run, rows = tt.load(trained(name)), ALL[MODELS[name][0]]
    assert isinstance(run.schema.output, Normal | Mixture)
    predictions = run.predict(rows)
    for prediction in predictions:
        assert isinstance(prediction, NumberPrediction)
        low, middle, high = (
            torch.tensor(prediction.quantiles[level]) for level in (0.05, 0.5, 0.95)
        )
        mean, deviation = torch.tensor(prediction.value), torch.tensor(prediction.deviation)
        assert bool(((low < middle) & (middle < high)).all())
        if name != "mixture":  # of a normal, 1.645 deviations from the mean
            torch.testing.assert_close(middle, mean, rtol=1e-4, atol=1e-3)
            torch.testing.assert_close(high, mean + 1.6448536 * deviation, rtol=1e-4, atol=1e-3)
            torch.testing.assert_close(low, mean - 1.6448536 * deviation, rtol=1e-4, atol=1e-3)


@pytest.mark.parametrize("name", ["label", "translation", "tags", "predicted", "numbers"])
def test_scores_are_those_of_the_model_and_of_the_command_line(
    name: str, trained: Trained, files: Path
) -> None:
    run, file = tt.load(trained(name)), files / MODELS[name][0]
    table = read_conll(file) if file.suffix == ".conll" else read_table(file)
    with torch.no_grad():
        p = y_given(run.model, x_of(table, run.schema.x))
        expected = log_prob(p, y_of(table, run.schema.y)).tolist()
    scores = run.score(ALL[file.name])
    assert [s.log_prob for s in scores] == pytest.approx(expected, rel=1e-4, abs=1e-4)
    said = lines(good("score", run.path, file, "--json"))
    assert said == as_said([s.to_dict() for s in scores])


def test_the_most_probable_tags_of_each_word(tmp_path: Path) -> None:
    rows = ALL["tags.conll"]
    data = tt.data.read(rows, input="1", target="2")
    run = tt.train(data, out=tmp_path / "run", **SMALL)  # no tag is fed back
    assert run.config.wiring == "hidden-to-hidden"
    found, tags = run.predict(rows, top=2), run.schema.y_vocabulary
    assert tags is not None
    for prediction, row in zip(found, rows, strict=True):
        assert isinstance(prediction, SequencePrediction)
        assert prediction.top is not None
        assert [next(iter(top)) for top in prediction.top] == prediction.value
        assert len(prediction.top) == len(row["1"])
        for top in prediction.top:
            first, second = top.values()
            assert first + second <= 1 + 1e-5
            assert first >= second >= 0
    whole = run.predict(rows, top=99)
    for prediction, few in zip(whole, found, strict=True):
        assert isinstance(prediction, SequencePrediction)
        assert isinstance(few, SequencePrediction)
        assert prediction.top is not None
        assert few.top is not None
        for top, two in zip(prediction.top, few.top, strict=True):
            assert set(top) == set(tags)
            assert sum(top.values()) == pytest.approx(1, abs=1e-5)
            assert two == as_said(dict(list(top.items())[:2]))
        of_tags = zip(prediction.top, prediction.value, strict=True)
        log_p = sum(math.log(top[tag]) for top, tag in of_tags)
        assert prediction.log_prob == pytest.approx(log_p, abs=1e-4)


def test_top_of_tags_that_are_fed_back_is_given_those_before(trained: Trained) -> None:
    run = tt.load(trained("tags"))
    (prediction,) = run.predict([["ba", "no", "ti"]], top=1)
    assert isinstance(prediction, SequencePrediction)
    assert prediction.top is not None
    # greedy is the best of each step given those before
    assert [next(iter(top)) for top in prediction.top] == prediction.value
    log_p = sum(math.log(p) for top in prediction.top for p in top.values())
    assert prediction.log_prob == pytest.approx(log_p, abs=1e-4)


@pytest.mark.parametrize("name", ["translation", "tags", "label", "alone"])
def test_the_symbols_in_the_place_of_each(name: str, trained: Trained, files: Path) -> None:
    run, rows = tt.load(trained(name)), ALL[MODELS[name][0]]
    scores = run.score(rows, top=99)
    y = run.schema.y
    for score in scores:
        true = [score.target] if name == "label" else list(score.target)
        assert score.top is not None
        assert len(score.top) == len(true)
        stops = name in ("translation", "alone")
        assert len(score.terms) == len(true) + stops
        for symbol, top, term in zip(true, score.top, score.terms, strict=False):
            assert len(top) == y.size
            assert list(top.values()) == sorted(top.values(), reverse=True)
            if not stops:  # otherwise a term is also that it is not the end
                assert math.log(top[symbol]) == pytest.approx(term, abs=1e-4)
    said = lines(good("score", run.path, files / MODELS[name][0], "--json", "--top", 2))
    assert [s["top"] for s in said] == as_said([s.to_dict()["top"] for s in run.score(rows, top=2)])
    assert {len(top) for s in said for top in s["top"]} == {2}


@pytest.mark.filterwarnings("ignore:.* had not ended")
def test_samples_are_drawn_by_their_seed(trained: Trained) -> None:
    run = tt.load(trained("alone"))
    before = torch.get_rng_state()
    first = run.sample(5, seed=1, max_length=9, prefix="a")
    assert torch.equal(before, torch.get_rng_state())
    assert first == run.sample(5, seed=1, max_length=9, prefix="a")
    assert first != run.sample(5, seed=2, max_length=9, prefix="a")
    out = good("sample", run.path, "-n", 5, "--seed", 1, "--max-length", 9, "--prefix", "a")
    assert out.splitlines() == [sample.value for sample in first]
    assert all(sample.value.startswith("a") for sample in first)
    complete = [s for s in run.sample(30, seed=3) if s.value]
    scores = run.score([sample.value for sample in complete])
    assert [s.log_prob for s in complete] == pytest.approx([s.log_prob for s in scores], abs=1e-3)
    with pytest.raises(ValueError, match="gives y for an x; use predict, or compare"):
        tt.load(trained("label")).sample(1)


def test_comparisons_are_what_is_predicted(trained: Trained) -> None:
    run = tt.load(trained("label"))
    data = run.data()
    pairs = run.compare("test")
    x, y = data.splits["test"].x, data.splits["test"].y
    assert isinstance(x, Sequence)
    assert isinstance(y, torch.Tensor)
    predictions = run.predict([data.schema.x[0].decode(row) for row in x.to_list()])
    assert [pair.guess for pair in pairs] == [p.value for p in predictions]
    assert [pair.true for pair in pairs] == [data.schema.y.decode(label) for label in y]
    assert len(run.compare(data.splits["valid"][:3])) == 3


@pytest.mark.parametrize("name", [*MODELS])
def test_evaluations_are_those_of_the_metrics(name: str, trained: Trained, files: Path) -> None:
    run, file = tt.load(trained(name)), files / MODELS[name][0]
    found = run.evaluate("valid")
    assert found.numbers == evaluate(run.model, run.data().splits["valid"], run.schema)
    assert found.to_dict() == json.loads(good("evaluate", run.path, "--split", "valid", "--json"))
    assert found[found.numbers[0].name] == found.numbers[0].value
    with pytest.raises(KeyError, match="no number 'no'; there are -log p"):
        found["no"]
    # all rows of the file, in memory and by the command line
    of_rows = run.evaluate(ALL[file.name])
    table = read_conll(file) if file.suffix == ".conll" else read_table(file)
    x = x_of(table, run.schema.x) if run.schema.x else None
    whole = tt.data.Examples(x, y_of(table, run.schema.y))
    expected = evaluate(run.model, whole, run.schema)
    assert [n[:1] + n[2:] for n in of_rows.numbers] == [n[:1] + n[2:] for n in expected]
    assert [n.value for n in of_rows.numbers] == pytest.approx(
        [n.value for n in expected], rel=1e-5
    )
    said = json.loads(good("evaluate", run.path, file, "--json"))
    assert (said["dataset"], said["split"]) == (str(file), None)
    assert said["examples"] == of_rows.examples == f"{len(table)} rows"
    assert said["numbers"] == as_said([n._asdict() for n in expected])


def test_lines_and_a_long_text_are_measured_as_their_parts_are(tmp_path: Path) -> None:
    held_out = tmp_path / "test.txt"
    held_out.write_text("to be\n\nor not\n" * 80)  # more than are read together
    (tmp_path / "a.txt").write_text("".join(f"to be {i} or not\n" for i in range(200)))
    for form in ("lines", "running"):
        run = tt.train(tmp_path / "a.txt", format=form, test=str(held_out), out=tmp_path / form,
                       **SMALL)  # fmt: skip
        of_part, of_file = run.evaluate("test"), run.evaluate(held_out)
        assert of_file.numbers == of_part.numbers
        assert of_file.examples == of_part.examples
        said = json.loads(good("evaluate", run.path, held_out, "--json"))
        assert said["numbers"] == of_part.to_dict()["numbers"]


def test_a_folder_that_is_called_as_a_part_is_no_file(
    trained: Trained, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = tt.load(trained("label"))
    (tmp_path / "test").mkdir()
    monkeypatch.chdir(tmp_path)
    assert run.evaluate("test").split == "test"


def test_evaluations_that_cannot_be(trained: Trained, files: Path, tmp_path: Path) -> None:
    run = tt.load(trained("label"))
    with pytest.raises(ValueError, match="has no part 'tset'; expected one of train"):
        run.evaluate("tset")
    with pytest.raises(tt.data.DataError, match="no column 'text'"):
        run.evaluate([{"label": "yes"}])
    with pytest.raises(tt.data.DataError, match="row 2: column 'label': an empty value"):
        run.evaluate([{"text": "a", "label": "yes"}, {"text": "a", "label": ""}])
    assert "--split is a part of the run's data" in bad(
        "evaluate", run.path, files / "rows.csv", "--split", "test"
    )
    assert "--format is for FILE" in bad("evaluate", run.path, "--format", "table")
    (tmp_path / "b.csv").write_text("text,label\na,yes\n,no\n")
    assert "b.csv:3: column 'text': an empty value" in bad("evaluate", run.path, tmp_path / "b.csv")
    assert "b.csv:3" in bad("evaluate", run.path, tmp_path / "b.csv", "--interval")


def test_a_run_of_rows_in_memory_has_no_data_to_read_again(tmp_path: Path) -> None:
    run = tt.train(tt.data.read(ROWS, input="text", target="label"), out=tmp_path / "a", **SMALL)
    assert run.config.dataset is None
    again = tt.load(tmp_path / "a")
    for use in (again.data, again.evaluate, again.compare):
        with pytest.raises(ValueError, match="trained on rows in memory, which cannot be read"):
            use()
    assert "rows in memory" in bad("evaluate", tmp_path / "a")
    assert "rows in memory" in bad("train", "--resume", tmp_path / "a")
    assert json.loads(good("runs", tmp_path / "a", "--json"))["data"] == "rows in memory"
    assert again.evaluate(ROWS).numbers == run.evaluate(ROWS).numbers
    assert "Run(" in repr(again)
    assert "sequence-to-vector, gru of 1 × 8" in repr(again)


# ---- a series ----------------------------------------------------------------------------------

STEPS = [{"a": 1000 + 50 * math.sin(t / 3), "b": 3.0 + (t * t) % 7} for t in range(60)]


@pytest.fixture(scope="module", params=["normal", "mixture:2"])
def series(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tt.Run:
    path = tmp_path_factory.mktemp("series") / "run"
    return tt.train(tt.data.read(STEPS, target="a,b"), output=request.param, out=path, **SMALL)


def stdin(rows: list[dict[str, float]]) -> bytes:
    return "".join(json.dumps(row) + "\n" for row in rows).encode()


def test_a_forecast_is_that_of_the_command_line(series: tt.Run) -> None:
    steps = series.forecast(STEPS, steps=3)
    said = lines(good("predict", series.path, "--json", "--max-length", 3, stdin=stdin(STEPS)))
    assert said == as_said([step.to_dict() for step in steps])
    assert len(series.forecast(STEPS)) == 10
    assert series.forecast(STEPS, steps=0) == []


@torch.no_grad()
def test_the_next_step_is_the_mean_of_the_model(series: tt.Run) -> None:
    (step,) = series.forecast(STEPS, steps=1)
    column = series.schema.y
    values = torch.tensor([list(row.values()) for row in STEPS], dtype=torch.float64)
    p = y_given(series.model, None)
    assert isinstance(p, tt.SequenceDistribution)
    following = p.observe(Sequence(column.encode(values)[None])[0])[1]
    mode = following.mode(1, max_length=1)
    one = following.predictive(mode)
    assert step.value == as_said(column.decode(mode.values)[0])
    assert column.scale is not None
    deviation = one.variance.sqrt()[0].double() * column.scale.unit
    assert step.deviation == as_said(deviation.tolist())
    for low, middle, high in zip(*(step.quantiles[q] for q in (0.05, 0.5, 0.95)), strict=True):
        assert low < middle < high


def test_drawn_paths_spread_as_one_step_does(series: tt.Run) -> None:
    torch.manual_seed(0)
    drawn = series.forecast(STEPS, steps=4, samples=4_000)
    (first, *_) = series.forecast(STEPS, steps=4)
    assert drawn[0].deviation == pytest.approx(first.deviation, rel=0.1)
    for level in (0.05, 0.5, 0.95):
        for a, b, d in zip(drawn[0].quantiles[level], first.quantiles[level], first.deviation,
                           strict=True):  # fmt: skip
            assert a == pytest.approx(b, abs=d / 8)
    for step in drawn:
        for low, value, high in zip(step.quantiles[0.05], step.value, step.quantiles[0.95],
                                    strict=True):  # fmt: skip
            assert low < value < high


def test_each_step_is_scored_given_those_before(series: tt.Run) -> None:
    scores = series.score(STEPS)
    assert len(scores) == len(STEPS)
    again = series.score(STEPS[:20])
    assert [s.log_prob for s in again] == pytest.approx(
        [s.log_prob for s in scores[:20]], rel=1e-4, abs=1e-4
    )
    assert scores[7].target == as_said(list(STEPS[7].values()))
    examples = examples_of(series.folder, STEPS)
    assert series.evaluate(STEPS).numbers == evaluate(series.model, examples, series.schema)


def test_what_is_no_series(series: tt.Run, trained: Trained) -> None:
    with pytest.raises(ValueError, match="of label, not of a series to forecast"):
        tt.load(trained("label")).forecast(ROWS)
    with pytest.raises(tt.data.DataError, match="row 2: column 'b': '\\?' is not a finite number"):
        series.forecast([STEPS[0], {"a": 1.0, "b": "?"}])
    with pytest.raises(ValueError, match="top is for symbols"):
        series.score(STEPS, top=2)
