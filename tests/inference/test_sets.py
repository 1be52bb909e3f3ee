"""Several labels a row, from a file to predictions, scores and samples."""

import json
import math
from pathlib import Path

import pytest

import throughtime as tt
from tests.helpers.commands import bad, good, run
from throughtime.inference.results import SetPrediction


@pytest.fixture(scope="module")
def films(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("films")
    genres = {"laugh": "Comedy", "cry": "Drama", "ship": "Science Fiction"}
    rows = []
    for i in range(120):
        words = [word for k, word in enumerate(genres) if (i % 8) >> k & 1] or ["ship"]
        rows.append(f"{' '.join(words)} {i},{'|'.join(genres[word] for word in words)}")
    (folder / "a.csv").write_text("\n".join(["plot,genres", *rows]) + "\n")
    later = ["laugh cry 7,Drama|Comedy", "cry 9,Drama|Western", "ship 3,Science Fiction"]
    (folder / "new.csv").write_text("\n".join(["plot,genres", *later]) + "\n")
    tt.train(
        folder / "a.csv", input="plot:words", target="genres", hidden_size=16, max_steps=120,
        learning_rate=0.02, batch_size=16,
        threads=1, out=folder / "run", say=None,
    )  # fmt: skip
    return folder


PROBABLE = ["Comedy", "Drama"]


def test_the_labels_that_are_more_probable_than_not(films: Path) -> None:
    loaded = tt.load(films / "run")
    found = loaded.predict(str(films / "new.csv"), top=3)
    assert [one.value for one in found] == [PROBABLE, ["Drama"], ["Science Fiction"]]
    for one in found:
        assert isinstance(one, SetPrediction)
        assert one.top is not None
        assert list(one.top.values()) == sorted(one.top.values(), reverse=True)
        assert {name for name, p in one.top.items() if p > 0.5} == {*one.value}
        assert one.probabilities == {name: one.top[name] for name in one.value}
    printed = good("predict", films / "run", films / "new.csv").splitlines()
    assert printed == ["Comedy\tDrama", "Drama", "Science Fiction"]
    (first, *_) = good("predict", films / "run", films / "new.csv", "--top", 2).splitlines()
    assert {label.rpartition(" ")[0] for label in first.split("\t")} == {*PROBABLE}
    said = json.loads(
        good("predict", films / "run", "--json", "--top", 1, stdin="ship 3\n").splitlines()[0]
    )
    assert said["prediction"] == [*said["probabilities"]] == [*said["top"]] == ["Science Fiction"]
    assert len(str(said["top"]["Science Fiction"])) <= 12  # short


def test_a_score_is_that_of_the_whole_set(films: Path) -> None:
    loaded = tt.load(films / "run")
    with pytest.warns(UserWarning, match=r"scores of -inf: 1 label is not in training \('Western"):
        found = loaded.score(str(films / "new.csv"), top=3)
    assert [one.target for one in found] == [
        *("Drama|Comedy", "Drama|Western", "Science Fiction"),
    ]
    assert found[1].log_prob == -math.inf
    for one, true in ((found[0], PROBABLE), (found[2], ["Science Fiction"])):
        assert one.top is not None
        (probable,) = one.top
        expected = sum(math.log(p if name in true else 1 - p) for name, p in probable.items())
        assert one.log_prob == pytest.approx(expected, abs=1e-5)
        assert one.terms == [one.log_prob]


def test_new_rows_are_evaluated(films: Path) -> None:
    with pytest.warns(UserWarning, match=r"new.csv: 1 label is not in training \('Western'\)"):
        found = tt.load(films / "run").evaluate(str(films / "new.csv"))
    assert found["exact matches"] == pytest.approx(2 / 3)
    assert found["micro F1"] == pytest.approx(2 * 4 / 9)
    said = json.loads(good("evaluate", films / "run", "--json"))
    assert set(said["classes"]["confusion"]) == {*PROBABLE, "Science Fiction"}
    shown = run("evaluate", films / "run", films / "new.csv")
    assert "Western             0.0000          -  0.0000      1" in shown.stdout


def test_a_sample_stands_beside_the_true_set(films: Path) -> None:
    lines = good("sample", films / "run", "-n", 30).splitlines()
    assert lines[0] == "true | model"
    assert "Comedy, Drama | Comedy, Drama" in lines


def test_labels_in_columns_are_found_again_in_later_files(tmp_path: Path) -> None:
    rows = [f"{'bad' if i % 2 else 'good'} {i},{i % 2},{int(i % 4 == 3)}" for i in range(60)]
    (tmp_path / "a.csv").write_text("\n".join(["text,toxic,rude", *rows]) + "\n")
    made = tt.train(
        tmp_path / "a.csv", input="text:words", target="toxic,rude", hidden_size=4, max_steps=2,
        threads=1, out=tmp_path / "run", say=None,
    )  # fmt: skip
    later = tmp_path / "b.csv"
    later.write_text("rude,id,text,toxic\nFALSE,7,bad 1,true\n0,8,good 2,0\n")
    again = tt.load(tmp_path / "run")
    scores = again.score(str(later))
    assert [score.target for score in scores] == [["toxic"], []]
    lines = '{"text": "bad 1", "toxic": 1, "rude": 0}\n{"text": "good 2", "toxic": 0, "rude": 0}\n'
    piped = good("score", tmp_path / "run", "--json", stdin=lines)
    assert [json.loads(line)["log_prob"] for line in piped.splitlines()] == pytest.approx(
        [score.log_prob for score in scores], abs=1e-5
    )
    in_memory = [{"text": "bad 1", "toxic": 1, "rude": 0}]
    assert again.score(in_memory)[0].log_prob == pytest.approx(scores[0].log_prob)
    assert again.evaluate(str(later))["exact matches"] in (0, 0.5, 1)
    assert len(again.predict([{"text": "bad 1"}])) == 1
    assert made.data().digest == again.data().digest
    assert 'has no rude; expected a JSON object on every line, {"text": …, "toxic": …' in bad(
        "score", tmp_path / "run", stdin='{"text": "bad 1", "toxic": 1}\n'
    )
    later.write_text("text,toxic\nbad 1,1\n")
    with pytest.raises(tt.data.DataError, match="no column 'rude'"):
        again.score(str(later))
    with pytest.raises(tt.data.DataError, match="no column 'rude'"):
        again.score([{"text": "bad 1", "toxic": 1}])
