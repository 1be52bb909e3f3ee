"""Runs' folders: what is saved is what is loaded, and what is damaged is refused in one line."""

import os
import random
import shutil
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest
import torch

import throughtime as tt
from tests.helpers.commands import FILES
from tests.helpers.run_files import repacked, resealed
from throughtime.data import Dataset
from throughtime.evaluation.likelihood import log_prob, sees_x, y_given
from throughtime.runs.build import Model
from throughtime.runs.errors import RunError
from throughtime.runs.folder import RunFolder
from throughtime.runs.options import Options
from throughtime.runs.seal import BLANK, sealed
from throughtime.runs.summary import Summary
from throughtime.runs.tensors import load_tensors, read_header
from throughtime.training.prepare import prepare
from throughtime.training.trainer import Trainer


@pytest.fixture(scope="module")
def trained(words: Dataset, tmp_path_factory: pytest.TempPathFactory) -> RunFolder:
    options = Options(hidden_size=8, max_steps=2)
    run = prepare(options, words, tmp_path_factory.mktemp("runs") / "a")
    Trainer(run, words, say=lambda line: None).fit()
    return run


def copied(run: RunFolder, to: Path) -> Path:
    to.mkdir()
    for file in run.path.iterdir():
        (to / file.name).write_bytes(file.read_bytes())
    return to


def edited(path: Path, **values: object) -> None:
    """Other values in the schema's file."""
    resealed(path / "schema.json", lambda known: known | values)


def test_a_loaded_run_is_the_saved_one(trained: RunFolder) -> None:
    loaded = RunFolder.load(trained.path, "last")
    assert loaded.config == trained.config
    assert loaded.schema.saved() == trained.schema.saved()
    assert loaded.digest == trained.digest
    expected = trained.model.state_dict()
    assert loaded.model.state_dict().keys() == expected.keys()
    assert all(torch.equal(v, expected[k]) for k, v in loaded.model.state_dict().items())
    assert not loaded.model.training
    assert [row["step"] for row in loaded.metrics()] == [2.0]


def test_no_file_is_left_half_written(trained: RunFolder) -> None:
    assert {file.name for file in trained.path.iterdir()} == FILES - {".lock"}  # of `tt.train`


def test_an_existing_folder_is_never_written_to(words: Dataset, tmp_path: Path) -> None:
    (tmp_path / "mine").write_text("precious")
    with pytest.raises(RunError, match="exists already"):
        prepare(Options(), words, tmp_path / "mine")
    with pytest.raises(RunError, match="exists already"):
        prepare(Options(), words, tmp_path)
    assert (tmp_path / "mine").read_text() == "precious"


def test_names_count_up(words: Dataset, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    paths = [str(prepare(Options(hidden_size=4), words).path) for _ in range(2)]
    paths.append(str(prepare(Options(wiring="y(t-1)->h(t), h(t)->o(t)"), words).path))
    assert paths == [
        "runs/words-unconditional-001",
        "runs/words-unconditional-002",
        "runs/words-custom-001",
    ]


def test_impossible_choices_leave_no_folder(words: Dataset, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="has no x"):
        prepare(Options(wiring="hidden-to-hidden"), words, tmp_path / "new")
    assert not (tmp_path / "new").exists()


@pytest.mark.parametrize(
    ("damage", "expected"),
    [
        (lambda p: (p / "config.json").unlink(), "not a run, since it has no config.json"),
        (lambda p: (p / "config.json").write_text("{"), "config.json: not a JSON file"),
        (lambda p: (p / "schema.json").unlink(), "schema.json: cannot be read"),
        (lambda p: (p / "schema.json").write_text("{}"), "schema.json: not a run's schema"),
        (lambda p: (p / "schema.json").write_bytes(b"\xff"), "not as training wrote it"),
        (lambda p: edited(p, run="another"), "schema.json: of another run than config.json"),
        (lambda p: resealed(p / "schema.json", lambda _: {}), "schema.json: of another run"),
        (
            lambda p: edited(p, schema=None),
            "not a schema; expected an object with x, y, running and static",
        ),
        (
            lambda p: [file.unlink() for file in p.glob("*.safetensors")],
            "best.safetensors: no such file",
        ),
        (lambda p: (p / "best.safetensors").write_bytes(b"1234"), "best.safetensors: damaged"),
    ],
)
def test_damaged_folders_are_refused_in_one_line(
    trained: RunFolder, tmp_path: Path, damage: Callable[[Path], object], expected: str
) -> None:
    path = copied(trained, tmp_path / "run")
    damage(path)
    with pytest.raises(ValueError) as caught:  # noqa: PT011, the message is looked at
        RunFolder.load(path)
    assert expected in str(caught.value)
    assert "\n" not in str(caught.value)


def test_weights_of_another_model_are_refused(trained: RunFolder, tmp_path: Path) -> None:
    path = copied(trained, tmp_path / "run")
    other = trained.config.replaced(hidden_size=9)
    after = read_header(path / "state.safetensors").checksum
    (path / "config.json").write_bytes(other.written(trained.identity, after))
    with pytest.raises(RunError, match=r"not the weights of the model in config\.json"):
        RunFolder.load(path)


@pytest.mark.parametrize(
    ("dataset", "wiring", "kind"),
    [
        ("glyphs", None, tt.EncoderDecoder),
        ("glyphs", "unconditional", tt.RecurrentModel),
        ("python-tokens", None, tt.RecurrentModel),
        ("python-tokens", "vector-to-sequence", tt.EncoderDecoder),
        ("digits", None, tt.RecurrentModel),
    ],
)
def test_a_model_gives_a_distribution_for_the_data_it_was_made_for(
    dataset: str,
    wiring: str | None,
    kind: type[Model],
    loaded: Callable[[str], Dataset],
    tmp_path: Path,
) -> None:
    data = loaded(dataset)
    run = prepare(Options(wiring=wiring, hidden_size=8), data, tmp_path / "run")
    few = data.splits["test"][:3]
    assert isinstance(run.model, kind)
    assert sees_x(run.model) == (wiring != "unconditional")
    assert log_prob(y_given(run.model, few.x), few.y).shape == (3,)


def test_mixed_files_are_refused(trained: RunFolder, words: Dataset, tmp_path: Path) -> None:
    other = prepare(Options(hidden_size=8, max_steps=2), words, tmp_path / "other")
    Trainer(other, words, say=lambda line: None).fit()
    for file in ("schema.json", "best.safetensors", "state.safetensors"):
        path = copied(trained, tmp_path / file)
        shutil.copy(other.path / file, path / file)
        with pytest.raises(RunError, match=f"{file}: of another run than config.json beside it"):
            RunFolder.load(path, "last" if file == "state.safetensors" else "best")
    path = copied(trained, tmp_path / "swapped")
    shutil.copy(path / "state.safetensors", path / "best.safetensors")
    with pytest.raises(RunError, match=r"was state\.safetensors when it was written"):
        RunFolder.load(path)


def _with(other: dict[str, torch.Tensor], tensors: dict[str, torch.Tensor], said: object) -> None:
    tensors.update(other)


def test_weights_of_another_dtype_are_refused(trained: RunFolder, tmp_path: Path) -> None:
    for dtype in (torch.float64, torch.float16):
        path = copied(trained, tmp_path / str(dtype))
        (path / "state.safetensors").unlink()  # it knows other best weights
        other = {n: v.to(dtype) for n, v in load_tensors(path / "best.safetensors")[0].items()}
        repacked(path / "best.safetensors", partial(_with, other))
        with pytest.raises(RunError, match="not the weights of the model"):
            RunFolder.load(path)


def test_a_flipped_bit_is_noticed_or_changes_nothing(
    trained: RunFolder, words: Dataset, tmp_path: Path
) -> None:
    path, draw = copied(trained, tmp_path / "run"), random.Random(0)

    def answers() -> list[object]:
        folder = RunFolder.load(path)
        state, last = folder.load_state(), RunFolder.load(path, "last").model.state_dict()
        tensors = {**state.tensors, **last, **folder.model.state_dict()}
        bits = {name: value.numpy().tobytes() for name, value in tensors.items()}
        return [folder.config, folder.schema.saved(), folder.digest, state.said, bits,
                folder.metrics(), Summary.of(path)]  # fmt: skip

    expected, noticed = answers(), 0
    for _ in range(500):
        file = draw.choice([file for file in sorted(path.iterdir()) if file.name != ".lock"])
        content = file.read_bytes()
        flipped = bytearray(content)
        flipped[draw.randrange(len(content))] ^= 1 << draw.randrange(8)
        file.write_bytes(flipped)
        try:
            assert answers() == expected
            assert file.name == "metrics.csv"  # a copy, from which nothing is read
        except ValueError as error:
            noticed += "\n" not in str(error)
        file.write_bytes(content)
    assert 300 < noticed < 500


def test_the_state_of_another_run_is_refused_by_all_that_read_it(
    trained: RunFolder, words: Dataset, tmp_path: Path
) -> None:
    other = prepare(Options(hidden_size=12, max_steps=2), words, tmp_path / "other")
    Trainer(other, words, say=lambda line: None).fit()
    path = copied(trained, tmp_path / "mixed")
    shutil.copy(other.path / "state.safetensors", path)
    with pytest.raises(RunError, match=r"of another run than config\.json"):
        Summary.of(path)
    found = copied(trained, tmp_path / "opened")
    run = RunFolder.load(found)
    shutil.copy(other.path / "state.safetensors", found)
    with pytest.raises(RunError, match=r"of another run than config\.json"):
        run.metrics()


@pytest.mark.parametrize("name", ["state.safetensors", "best.safetensors", "schema.json"])
def test_a_pipe_in_place_of_a_file_is_not_waited_for(
    trained: RunFolder, tmp_path: Path, name: str
) -> None:
    path = copied(trained, tmp_path / "piped")
    (path / name).unlink()
    os.mkfifo(path / name)
    with pytest.raises(RunError, match=f"{name}: no regular file"):
        RunFolder.load(path)


def test_best_weights_that_are_damaged_are_known_before_training_goes_on(
    trained: RunFolder, tmp_path: Path
) -> None:
    path = copied(trained, tmp_path / "damaged")
    content = bytearray((path / "best.safetensors").read_bytes())
    content[-1] ^= 1
    (path / "best.safetensors").write_bytes(content)
    with pytest.raises(RunError, match=r"best\.safetensors: damaged"):
        RunFolder.load(path, "last").again()


def test_files_stay_as_private_as_they_were(trained: RunFolder, tmp_path: Path) -> None:
    path = copied(trained, tmp_path / "private")
    (path / "config.json").chmod(0o600)
    RunFolder.load(path).save_config()
    assert (path / "config.json").stat().st_mode & 0o777 == 0o600


def test_a_folder_for_runs_that_leads_nowhere_is_refused(
    words: Dataset, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "runs").symlink_to("/nonexistent/scratch")
    with pytest.raises(RunError, match="runs: cannot be made a folder"):
        prepare(Options(hidden_size=8), words, None)


def test_runs_are_of_float32(trained: RunFolder, monkeypatch: pytest.MonkeyPatch) -> None:
    torch.set_default_dtype(torch.float64)
    try:
        with pytest.raises(ValueError, match=r"torch.float64, and runs are of float32; call"):
            RunFolder.load(trained.path)
    finally:
        torch.set_default_dtype(torch.float32)


def test_usable_weights_are_not_to_be_removed(trained: RunFolder, tmp_path: Path) -> None:
    path = copied(trained, tmp_path / "run")
    (path / "state.safetensors").unlink()
    with pytest.raises(RunError, match=r"put it back; best\.safetensors is of use without it"):
        RunFolder.load(path, "last")
    (path / "best.safetensors").unlink()
    with pytest.raises(RunError, match="remove the folder, and train again"):
        RunFolder.load(path, "last")


def test_the_command_that_goes_on_is_as_a_shell_takes_it(trained: RunFolder) -> None:
    run = replace(trained.replaced(dataset="words.txt"), path=Path("a run;1"))
    assert run.resumption == "throughtime train --resume 'a run;1'"
    run = replace(trained.replaced(dataset=None), path=Path("it's"))
    assert run.resumption == 'tt.train(rows, resume="it\'s")'


def test_a_sealed_file_that_is_no_schema_is_refused(trained: RunFolder, tmp_path: Path) -> None:
    path = copied(trained, tmp_path / "run")
    (path / "schema.json").write_bytes(sealed(f'[{{"checksum": "{BLANK}"}}]'.encode()))
    with pytest.raises(RunError, match=r"schema\.json: .*a list; expected a JSON object"):
        RunFolder.load(path)
