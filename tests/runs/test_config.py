"""Configurations: they survive a file, with the version of the folder's format."""

import json
import shlex
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.helpers.run_files import resealed
from throughtime.data import Dataset
from throughtime.runs.config import FORMAT, Config
from throughtime.runs.errors import ConfigError, RunError
from throughtime.runs.options import Options
from throughtime.training.resolve import resolve

TOLD = Options(
    cell="lstm",
    wiring="x(t) -> h(t), h(t-1) -> h(t), h(τ) -> o",
    gradient="checkpointed:7",
    forcing="scheduled:linear:1:0.5:1000:sequence",
    max_seconds=1.5,
)


@pytest.fixture
def config(loaded: Callable[[str], Dataset], tmp_path: Path) -> Config:
    """That of a run of digits, which is in the folder, too."""
    config = resolve(TOLD, loaded("digits"))
    (tmp_path / "config.json").write_bytes(config.written("a run"))
    return config


def changed(path: Path, change: Callable[[dict[str, Any]], dict[str, Any]]) -> Path:
    return resealed(path / "config.json", change)


def test_round_trip_through_a_file(config: Config, tmp_path: Path) -> None:
    assert Config.load(tmp_path) == config
    saved = json.loads((tmp_path / "config.json").read_text())
    assert (saved["version"], saved["weight_decay"], saved["max_steps"]) == (FORMAT, 0.1, None)
    told = TOLD.told() | {"wiring": "sequence-to-vector"}  # the name of these edges
    assert {name: getattr(config, name) for name in told} == told


def test_a_configuration_is_options_for_another_run(
    config: Config, loaded: Callable[[str], Dataset], tmp_path: Path
) -> None:
    options = Options.load(tmp_path / "config.json")
    assert options.dataset == "digits"
    assert resolve(options, loaded("digits")) == config


@pytest.mark.parametrize("name", Config.model_fields)
def test_every_choice_is_there(name: str, config: Config, tmp_path: Path) -> None:
    changed(tmp_path, lambda values: {k: v for k, v in values.items() if k != name})
    with pytest.raises(ConfigError, match=rf"config\.json: no {name} is given; expected one"):
        Config.load(tmp_path)


@pytest.mark.parametrize("key", ["run", "after"])
def test_a_sealed_file_that_is_of_no_run_is_refused(
    key: str, config: Config, tmp_path: Path
) -> None:
    changed(tmp_path, lambda values: {k: v for k, v in values.items() if k != key})
    with pytest.raises(RunError, match=rf"config\.json: has no '{key}'; put back the one that"):
        Config.load(tmp_path)


def test_replaced_values_are_checked(config: Config) -> None:
    assert config.replaced(clip=0.5) == Config.read({**config.model_dump(), "clip": 0.5})
    with pytest.raises(ConfigError, match="clip is 0; expected greater than 0"):
        config.replaced(clip=0)


@pytest.mark.parametrize("version", [None, 1, FORMAT + 1, "2", [2]])
def test_another_format_is_refused_in_one_line(
    version: object, config: Config, tmp_path: Path
) -> None:
    values = {} if version is None else {"version": version}
    changed(tmp_path, lambda v: {k: v[k] for k in v if k != "version"} | values)
    with pytest.raises(RunError) as caught:
        Config.load(tmp_path)
    said = str(caught.value)
    assert said.startswith(f"{tmp_path}: a run in format {1 if version is None else version!r}, ")
    assert f"this throughtime reads format {FORMAT}" in said
    assert "\n" not in said
    assert Options.load(tmp_path / "config.json").cell == "lstm"  # as the message says


def test_a_configuration_that_was_changed_by_hand_is_refused(
    config: Config, tmp_path: Path
) -> None:
    file = tmp_path / "config.json"
    lines = file.read_text().replace('"seed": 0', '"seed": 1').splitlines()
    file.write_text("\n".join(lines))
    with pytest.raises(RunError, match=r"config\.json: was changed since training wrote it"):
        Config.load(tmp_path)
    with pytest.raises(ConfigError, match='delete its line "checksum"'):
        Options.load(file)
    file.write_text("\n".join(line for line in lines if "checksum" not in line))
    assert Options.load(file).seed == 1


@pytest.mark.parametrize("change", [lambda v: v | {"version": 1}, None])
def test_the_command_with_the_same_choices_is_as_a_shell_takes_it(
    change: Callable[[dict[str, Any]], dict[str, Any]] | None, config: Config, tmp_path: Path
) -> None:
    path = tmp_path / "a run;1"
    path.mkdir()
    (path / "config.json").write_bytes(config.written("a run").replace(b"lstm", b"gru"))
    if change is not None:
        changed(path, change)
    with pytest.raises(RunError) as caught:
        Config.load(path)
    assert f"(train --config {shlex.quote(str(path / 'config.json'))}" in str(caught.value)


def test_a_damaged_version_is_no_other_version(config: Config, tmp_path: Path) -> None:
    file = tmp_path / "config.json"
    file.write_text(file.read_text().replace(f'"version": {FORMAT}', '"version": 2'))
    with pytest.raises(RunError, match="was changed since training wrote it, or is damaged"):
        Config.load(tmp_path)
