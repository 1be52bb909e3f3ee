"""The command line: what it does, and that bad input is one line on stderr and exit code 2."""

import json
import math
import random
import shlex
import shutil
from collections.abc import Callable, Iterator
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any
from unittest.mock import Mock

import pytest
import torch

import throughtime
from tests.helpers.commands import FILES, SMALL, bad, good, run
from tests.helpers.run_files import repacked, resealed
from throughtime.data import DATASETS, Dataset
from throughtime.inference.run import Run
from throughtime.report import draw_all
from throughtime.runs.alone import alone
from throughtime.runs.files import folder_in
from throughtime.runs.folder import RunFolder
from throughtime.runs.tensors import read_header


@pytest.fixture(scope="module", autouse=True)
def _each_set_is_made_once() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        for embedded in DATASETS.values():
            module, _, maker = embedded.maker.partition(":")
            patch.setattr(
                embedded.maker.replace(":", "."), cache(getattr(import_module(module), maker))
            )
        yield


@pytest.fixture(scope="session")
def words(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file of eighty made-up words."""
    draw = random.Random(0)
    lines = ["".join(draw.choices(("ba", "no", "ti"), k=4)) for _ in range(300)]
    path = tmp_path_factory.mktemp("data") / "words.txt"
    path.write_text("\n".join(dict.fromkeys(lines)) + "\n")
    return path


Trained = Callable[..., Path]


@pytest.fixture(scope="session")
def trained(words: Path, tmp_path_factory: pytest.TempPathFactory) -> Trained:
    """A run of some data, trained once."""
    runs: dict[tuple[object, ...], Path] = {}

    def folder(*options: object, data: object = words) -> Path:
        key = (data, *options)
        if key not in runs:
            runs[key] = tmp_path_factory.mktemp("runs") / "run"
            good("train", data, *SMALL, *options, "--out", runs[key])
        return runs[key]

    return folder


# ---- what it does ------------------------------------------------------------------------------


def test_version() -> None:
    assert throughtime.__version__ in good("--version")


def test_training_makes_a_run_with_pictures(trained: Trained) -> None:
    path = trained()
    assert {file.name for file in path.iterdir()} == FILES | {"pictures"}
    assert {file.name for file in (path / "pictures").iterdir()} == {
        ".lock",
        "wiring.svg",
        "learning-curve.png",
        "lengths.png",
    }


def test_a_finished_training_is_no_failure_where_others_draw(
    words: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def busy(run: Run, data: Dataset) -> list[Path]:
        with alone(folder_in(run.path, "pictures")):
            return draw_all(run, data)

    monkeypatch.setattr("throughtime.report.draw_all", busy)
    path = tmp_path / "a run;1"
    said = good("train", words, *SMALL, "--out", path)
    assert "No pictures: " in said
    assert f"throughtime evaluate {shlex.quote(str(path))}" in said


@pytest.mark.usefixtures("drawn")
def test_pictures_are_drawn_while_it_is_trained_but_by_one_at_a_time(trained: Trained) -> None:
    path = trained()
    with alone(path):
        assert f"Wrote {path / 'report.html'}" in good("report", path)
    for picture in (path / "pictures").glob("*.png"):
        assert picture.stat().st_size > 5_000
    with alone(path / "pictures"):
        assert "pictures: is being written to by another process" in bad("report", path)


def test_an_option_for_every_key_and_a_file_for_all(words: Path, tmp_path: Path) -> None:
    out = tmp_path / "a"
    options = {"cell": "elman", "forcing": "scheduled:linear:1:0.5:9", "gradient": "truncated:3"}
    options |= {"clip": "0.5", "length": "halt", "seed": "3", "out": str(out)}
    good("train", words, *SMALL, *(w for k, v in options.items() for w in (f"--{k}", v)))
    config = RunFolder.load(out).config
    assert (config.cell, config.gradient, config.clip, config.seed) == (
        "elman",
        "truncated:3",
        0.5,
        3,
    )
    good("train", "--config", out / "config.json", "--cell", "lstm", "--out", tmp_path / "b")
    assert RunFolder.load(tmp_path / "b").config == config.replaced(cell="lstm")


def test_a_relative_path_is_found_again_from_elsewhere(
    words: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(words.parent)
    good("train", "words.txt", *SMALL, "--out", tmp_path / "run")
    monkeypatch.chdir(tmp_path)
    assert "words, test" in good("evaluate", "run")


def test_resuming_goes_on(words: Path, tmp_path: Path) -> None:
    out = tmp_path / "run"
    good("train", words, *SMALL, "--out", out)
    assert "Stopped: all 4 steps are done" in good("train", "--resume", out)
    good("train", "--resume", out, "--max-steps", 6)
    assert [row["step"] for row in RunFolder.load(out).metrics()] == [4.0, 6.0]


def test_samples_are_lines(trained: Trained) -> None:
    out = good("sample", trained(), "-n", 7, "--seed", 1, "--max-length", 20)
    assert out.count("\n") == 7
    assert out == good("sample", trained(), "-n", 7, "--seed", 1, "--max-length", 20)
    assert out != good("sample", trained(), "-n", 7, "--seed", 2, "--max-length", 20)


@pytest.mark.parametrize(
    "options", [("-n", 3, "--temperature", 0.5, "--top-k", 3, "--top-p", 0.9), ("--beam", 3)]
)
def test_samples_begin_as_they_are_told(trained: Trained, options: tuple[object, ...]) -> None:
    out = good("sample", trained(), "--prefix", "nob", "--max-length", 9, *options)
    assert all(line.startswith("nob") for line in out.splitlines())


def test_a_sequence_that_is_cut_is_a_warning(trained: Trained) -> None:
    result = run("sample", trained(), "-n", 50, "--seed", 0, "--max-length", 1)
    assert result.exit_code == 0
    assert result.stderr.startswith("Warning: ")
    assert "had not ended" in result.stderr


def test_a_score_for_each_line(trained: Trained) -> None:
    text = "nobati\n\nbaba\r\nba\u2028no\nnew symbols: ☂"
    lines = good("score", trained(), "-", stdin=text.encode()).split("\n")[:-1]
    assert [line.split("\t")[2] for line in lines] == text.replace("\r", "").split("\n")
    total, per_symbol, _ = lines[0].split("\t")
    assert float(total) == pytest.approx(7 * float(per_symbol), abs=1e-3)


@pytest.mark.parametrize("length", ["end-of-sequence", "halt", "predicted:30", "unending"])
def test_scores_add_up(trained: Trained, tmp_path: Path, length: str) -> None:
    (tmp_path / "text").write_text("nobati\n\nba\n")
    out = good("score", trained("--length", length), tmp_path / "text", "--json")
    scores = [json.loads(line) for line in out.splitlines()]
    assert [score["text"] for score in scores] == ["nobati", "", "ba"]
    stops = length in ("end-of-sequence", "halt")
    assert [len(score["terms"]) for score in scores] == [6 + stops, stops, 2 + stops]
    for score in scores:
        assert score["log_prob"] == pytest.approx(sum(score["terms"]) + score["length"], abs=1e-4)


def test_evaluation_says_its_units(trained: Trained) -> None:
    out = good("evaluate", trained(), "--split", "valid")
    assert "nats per symbol, the end included" in out


def test_captions_beside_the_true_ones(trained: Trained) -> None:
    path = trained(data="glyphs")
    out = good("sample", path, "-n", 3, "--max-length", 10, "--split", "test-faces")
    assert out.splitlines()[0] == "true | model"
    assert all(" | " in line for line in out.splitlines())
    assert good("sample", path, "-n", 2, "--temperature", 0.9, "--max-length", 10)
    assert (path / "pictures" / "captions-test-faces.png").exists()


def test_labels_beside_the_true_ones(trained: Trained) -> None:
    assert "% sure)" in good("sample", trained(data="digits"), "-n", 3)
    assert "of labels" in good("evaluate", trained(data="digits"), "--shuffled")


def test_labels_of_each_symbol(trained: Trained) -> None:
    path = trained("--wiring", "output-to-hidden", "--batch-size", 2, data="python-tokens")
    assert "true: " in good("sample", path, "-n", 1)


def test_numbers(trained: Trained) -> None:
    path = trained("--output", "mixture:2", data="mackey-glass")
    out = good("sample", path, "-n", 2, "--max-length", 5)
    assert [len([float(v) for v in line.split()]) for line in out.splitlines()] == [5, 5]
    assert "nats per step" in good("evaluate", path)


def test_the_list_of_data_sets() -> None:
    out = good("datasets")
    said = [line.split() for line in out.splitlines() if not line.startswith(" ")]
    assert dict(said[: len(DATASETS)]) == {
        name: embedded.wiring for name, embedded in DATASETS.items()
    }
    together = " ".join(out.split())
    assert all(embedded.about in together for embedded in DATASETS.values())


# ---- what it refuses ---------------------------------------------------------------------------


def test_options_that_cannot_be(words: Path, tmp_path: Path) -> None:
    out = ("--out", tmp_path / "new")
    assert "cell is 'gruu'; expected 'elman'" in bad("train", words, "--cell", "gruu", *out)
    assert "hidden_size is '0'" in bad("train", words, "--hidden-size", 0, *out)
    assert "No such option" in bad("train", words, "--speed", 3)
    assert "No such command 'trian'" in bad("trian", words)
    assert "no dataset is given" in bad("train")
    assert "end symbol needs an alphabet" in bad(
        "train", "mackey-glass", "--length", "end-of-sequence", *out
    )
    assert "words has no x" in bad("train", words, "--wiring", "hidden-to-hidden", *out)
    assert not (tmp_path / "new").exists()


def test_data_that_cannot_be(tmp_path: Path) -> None:
    out = ("--out", tmp_path / "new")
    assert "did you mean 'glyphs'" in bad("train", "glyfs", *out)
    (tmp_path / "short").write_text("one\ntwo\n")
    assert "2 distinct lines" in bad("train", tmp_path / "short", *out)
    (tmp_path / "latin").write_bytes(b"caf\xe9\n" * 20)
    assert "is not UTF-8" in bad("train", tmp_path / "latin", *out)
    assert not (tmp_path / "new").exists()


def test_nothing_is_overwritten(words: Path, trained: Trained, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("precious")
    (tmp_path / "folder").mkdir()
    for name in ("file", "folder"):
        assert "exists already" in bad("train", words, *SMALL, "--out", tmp_path / name)
    assert (tmp_path / "file").read_text() == "precious"
    assert not list((tmp_path / "folder").iterdir())
    before = {file: file.read_bytes() for file in trained().iterdir() if file.is_file()}
    bad("train", words, *SMALL, "--out", trained())
    assert before == {file: file.read_bytes() for file in before}


def test_a_resumed_run_keeps_its_choices(words: Path, trained: Trained, tmp_path: Path) -> None:
    message = bad("train", words, "--resume", trained(), "--hidden-size", 9, "--epochs", 2)
    assert (
        "DATASET, hidden_size: a resumed run keeps its choices; only epochs, max_steps, " in message
    )
    assert "not a run, since it has no config.json" in bad("train", "--resume", tmp_path)


@pytest.mark.parametrize("command", ["sample", "score", "evaluate", "report"])
def test_folders_that_are_no_run(command: str, tmp_path: Path) -> None:
    assert "not a run, since it has no config.json" in bad(command, tmp_path, stdin="a\n")
    assert "not a run" in bad(command, tmp_path / "none", stdin="a\n")


HUGE = 99999999999999999999


def test_numbers_that_no_tensor_holds(trained: Trained) -> None:
    for option in ("-n", "--beam", "--max-length", "--top-k"):
        assert "must be at most" in bad("sample", trained(), option, HUGE)
    assert "top must be at most" in bad("score", trained(), "--top", HUGE, "--json", stdin="a\n")
    for option in ("--batch-size", "--batch-symbols", "--steps"):
        assert "less than or equal to 268435456" in bad("train", "digits", option, HUGE)


def test_too_little_memory_is_one_line(
    monkeypatch: pytest.MonkeyPatch, trained: Callable[..., Path]
) -> None:
    lacking = RuntimeError("can't allocate memory: you tried to allocate 9 bytes.\nException …")
    for error in (lacking, MemoryError("unable to allocate 9 bytes")):
        monkeypatch.setattr(throughtime.SequenceDistribution, "sample", Mock(side_effect=error))
        assert "not enough memory for this: " in (said := bad("sample", trained()))
        assert "Exception" not in said


def test_samples_that_cannot_be(trained: Trained) -> None:
    assert "temperature must be positive" in bad("sample", trained(), "--temperature", 0)
    assert "top_p is a probability" in bad("sample", trained(), "--top-p", 2)
    assert "beam must be a whole number, at least 1" in bad("sample", trained(), "--beam", 0)
    assert "a beam does not draw, so top-k has no effect" in bad(
        "sample", trained(), "--beam", 2, "--top-k", 3
    )
    assert "-n: there is one most probable" in bad("sample", trained(), "--beam", 2, "-n", 3)
    assert "'--seed'" in bad("sample", trained(), "--seed", 10**30)
    assert "--split: this model takes no x" in bad("sample", trained(), "--split", "test")
    assert "'-n'" in bad("sample", trained(), "-n", 0)
    predicted = trained("--length", "predicted:30")
    assert "tells every step how many are left" in bad("sample", predicted, "--prefix", "no")
    assert "1 symbols are not in training" in run("sample", trained(), "--prefix", "☂").stderr
    assert "prefix: this model gives y" in bad("sample", trained(data="digits"), "--prefix", "1")
    assert "has no part 'tset'" in bad("sample", trained(data="digits"), "--split", "tset")


def test_scores_that_cannot_be(trained: Trained, tmp_path: Path) -> None:
    short = trained("--length", "predicted:8")
    assert "standard input:2: the sequence of row [0] has length 9" in bad(
        "score", short, stdin="no\n" + "b" * 9 + "\n"
    )
    assert 'expected a JSON object on every line, {"ink": …, "digit": …}' in bad(
        "score", trained(data="digits"), stdin="3\n"
    )
    assert "--top needs --json" in bad("score", trained(), "--top", 2, stdin="no\n")
    assert "input:1: byte 0xE9 is not UTF-8" in bad("score", trained(), "-", stdin=b"caf\xe9\n")
    assert "No such file" in bad("score", trained(), tmp_path / "none")


def test_evaluations_that_cannot_be(trained: Trained) -> None:
    assert "has no part 'tset'; expected one of train" in bad(
        "evaluate", trained(), "--split", "tset"
    )
    assert "this model sees no x" in bad("evaluate", trained(), "--shuffled")


def test_data_that_have_changed_since(words: Path, tmp_path: Path) -> None:
    copy, out = tmp_path / "copy.txt", tmp_path / "run"
    copy.write_text(words.read_text())
    good("train", copy, *SMALL, "--out", out)
    for text in (words.read_text().replace("n", "x"), words.read_text() + "nobati\n"):
        copy.write_text(text)
        for command in (["train", "--max-steps", 9, "--resume"], ["evaluate"]):
            assert "made for other data than copy is now" in bad(*command, out)
        said = run("report", out)  # a page of what needs no data
        assert said.exit_code == 0
        assert "made for other data than copy is now" in said.stderr
    copy.unlink()
    assert "no embedded set and no file called" in bad("evaluate", out)


@pytest.mark.parametrize(
    ("data", "options", "reason"),
    [
        ("words", ("--wiring", "h(t-1) -> h(t), h(t) -> o(t)", "--forcing", "free"), "has no such"),
        ("words", ("--length", "predicted:3"), "has length 8"),
        ("words", ("--gradient", "checkpointed:2"), "budget=2 is too small"),
        ("words", ("--steps", 10), "steps are for running text"),
        ("words", ("--hidden-size", 90_000, "--cell", "lstm", "--layers", 99), "cannot be made"),
        ("python-reference", ("--length", "end-of-sequence"), "only unending goes with it"),
        ("python-reference", ("--batch-size", 10**8), "too few for so many streams"),
        ("digits", ("--output", "normal"), "of digits have shape (); use categorical"),
    ],
)
def test_what_is_refused_leaves_no_folder(
    data: str, options: tuple[object, ...], reason: str, words: Path, tmp_path: Path
) -> None:
    out = tmp_path / "run"
    dataset = words if data == "words" else data
    given = {"--hidden-size": 8, "--max-steps": 2, **dict(zip(*[iter(options)] * 2, strict=True))}
    assert reason in bad("train", dataset, *sum(given.items(), ()), "--out", out)
    assert not out.exists()


def _copied(run: Path, to: Path) -> Path:
    shutil.copytree(run, to)
    return to


Json = dict[str, Any]


def _said(**values: object) -> Callable[[Json], Json]:
    """Other values in the schema of a schema.json."""
    return lambda saved: saved | {"schema": saved["schema"] | values}


def _symbols_of_y(symbols: list[str]) -> Callable[[Json], Json]:
    return lambda saved: _said(y=saved["schema"]["y"] | {"symbols": symbols})(saved)


@pytest.mark.parametrize(
    ("file", "change", "reason"),
    [
        ("config.json", lambda v: v | {"wiring": None}, "wiring is None; expected"),
        ("config.json", lambda v: v | {"epochs": None}, "epochs is None; expected"),
        ("config.json", lambda v: v | {"steps": 3}, "steps is 3, and schema.json says that"),
        ("config.json", lambda v: v | {"hidden_size": 10**12}, "hidden_size is 1000000000000"),
        ("config.json", lambda v: v | {"version": 1}, "a run in format 1, and this throughtime"),
        ("config.json", lambda v: v | {"wiring": "x->h(t), h(t)->o(t)"}, "run: "),
        ("config.json", lambda v: v | {"length": None}, "run: "),
        ("schema.json", _symbols_of_y(["a"]), "not the weights of the model in config.json"),
        ("schema.json", _symbols_of_y([]), "column '' has symbols that are not a list"),
        ("schema.json", _said(x="vector"), "x is not a list of columns"),
        ("schema.json", _said(running=True), "steps is None, and schema.json says that running"),
        ("schema.json", lambda v: v | {"digest": ""}, "other data than words is now"),
    ],
)
def test_a_run_whose_files_were_changed_is_refused(
    file: str, change: Any, reason: str, trained: Trained, tmp_path: Path
) -> None:
    changed = _copied(trained(), tmp_path / "run") / file
    after = read_header(tmp_path / "run" / "state.safetensors").checksum
    resealed(changed, lambda v: change(v) | ({"after": after} if file == "config.json" else {}))
    message = bad("evaluate", tmp_path / "run")
    assert reason in message
    assert str(tmp_path / "run") in message


def test_weights_that_are_no_numbers_are_refused(trained: Trained, tmp_path: Path) -> None:
    copy = RunFolder.load(_copied(trained(), tmp_path / "run"), "last")
    state = copy.load_state()
    with torch.no_grad():
        next(copy.model.parameters())[0] = math.nan
    copy.save_state(state, copy.metrics(), best=True)
    assert "weights that are not finite" in bad("score", copy.path, stdin="no\n")


def test_a_run_that_cannot_be_resumed_stays_as_it_is(trained: Trained, tmp_path: Path) -> None:
    copy = _copied(trained(), tmp_path / "run")
    (copy / "state.safetensors").write_bytes(b"")
    before = (copy / "config.json").read_text()
    assert "state.safetensors: damaged" in bad("train", "--resume", copy, "--max-steps", 9)
    assert (copy / "config.json").read_text() == before


def _training(**values: object) -> Callable[[dict[str, torch.Tensor], dict[str, str]], None]:
    def change(tensors: dict[str, torch.Tensor], said: dict[str, str]) -> None:
        said["training"] = json.dumps(json.loads(said["training"]) | values)

    return change


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda _, said: said.update(training="[1]"), "not the state of training of a run"),
        (lambda _, said: said.update(run="f" * 32), "of another run than config.json"),
        (lambda _, said: said.update(file="best.safetensors"), "was best.safetensors when"),
        (lambda tensors, _: tensors.pop("draws"), "not the state of this run ('draws')"),
        (_training(progress={"step": 10**400}), "impossible counts"),
        (_training(progress=None), "not the state of this run"),
        (
            lambda tensors, _: tensors.update(
                {f"optimiser.0.{n}": torch.zeros(2, 3) for n in ("exp_avg", "exp_avg_sq")}
            ),
            "moments of shapes {'exp_avg': (2, 3), 'exp_avg_sq': (2, 3), 'step': ()}",
        ),
        (
            lambda tensors, _: tensors.update(
                {"optimiser.0.exp_avg": tensors["optimiser.0.exp_avg"].half()}
            ),
            "exp_avg is torch.float16, or not finite; expected float32",
        ),
        (
            lambda tensors, _: tensors["optimiser.0.exp_avg_sq"].fill_(math.nan),
            "exp_avg_sq is torch.float32, or not finite; expected float32",
        ),
    ],
)
def test_a_state_that_is_none_of_the_run_is_refused(
    change: Callable[[Any, Any], Any], reason: str, trained: Trained, tmp_path: Path
) -> None:
    copy = _copied(trained(), tmp_path / "run")
    repacked(copy / "state.safetensors", change)
    assert reason in " ".join(bad("train", "--resume", copy, "--max-steps", 9).split())


def test_symbols_that_training_has_not_shown_are_counted(trained: Trained) -> None:
    result = run("score", trained(), "--json", stdin="banoXX\nbano\n")
    assert [json.loads(line)["unknown"] for line in result.stdout.splitlines()] == [2, 0]
    assert "Warning: 2 symbols are not in training" in result.stderr


def test_unknown_symbols_are_counted_where_theirs_is_the_first_of_all(tmp_path: Path) -> None:
    smiles = [chr(0x1F600 + i) + chr(0x1F600 + j) for i in range(5) for j in range(5)]
    (tmp_path / "smiles").write_text("\n".join(smiles))
    good("train", tmp_path / "smiles", *SMALL, "--out", tmp_path / "run")
    assert json.loads(good("score", tmp_path / "run", "--json", stdin="ab\n"))["unknown"] == 2


def test_numbers_as_one_json_object(trained: Trained) -> None:
    whole = json.loads(good("evaluate", trained(), "--json"))
    assert (whole["dataset"], whole["split"], whole["shuffled"]) == ("words", "test", False)
    assert whole["numbers"][0]["name"] == "-log p"


def test_intervals_on_request_and_none_otherwise(trained: Trained) -> None:
    with_them = json.loads(good("evaluate", trained(), "--json", "--interval"))
    without = json.loads(good("evaluate", trained(), "--json"))
    assert without["resampled"] is None
    assert with_them["resampled"].startswith("1,000 times rows")
    for a, b in zip(with_them["numbers"], without["numbers"], strict=True):
        assert (a["name"], a["value"], a["unit"]) == (b["name"], b["value"], b["unit"])
        assert (b["low"], b["high"]) == (None, None)
    loss = with_them["numbers"][0]
    assert loss["low"] < loss["value"] < loss["high"]
    shown = f"{loss['value']:.4f}  [{loss['low']:.4f}, {loss['high']:.4f}]"
    lines = good("evaluate", trained(), "--interval").splitlines()
    assert lines[1].startswith("In brackets: 95 % intervals, by resampling 1,000 times")
    assert " ".join(lines[2].split()).startswith(f"-log p {' '.join(shown.split())} nats per")
    assert "[" not in good("evaluate", trained())


@pytest.mark.parametrize("data", ["words", "digits"])
def test_a_loss_that_is_no_number_is_said_in_one_line(
    data: str, words: Path, tmp_path: Path
) -> None:
    result = run("train", words if data == "words" else data, "--cell", "elman-relu",
                 "--learning-rate", 1e30, "--clip", 1e30, "--max-steps", 30,
                 "--out", tmp_path / "run")  # fmt: skip
    assert result.exit_code == 1
    assert "Error: step" in result.stderr
    assert "lower learning rate than 1e+30" in result.stderr
    assert RunFolder.load(tmp_path / "run", "last")
