"""Runs of which one file is damaged, or says something else."""

from __future__ import annotations

import json
from functools import partial
from pathlib import Path
from random import Random
from typing import Any

import torch

from tests.helpers.run_files import repacked, resealed
from throughtime.runs.config import Config
from throughtime.runs.folder import RunFolder
from throughtime.runs.options import Options
from throughtime.runs.summary import Summary
from tools.fuzz.damage import ODD, damaged, odd
from tools.fuzz.harness import command, read_or_refused
from tools.fuzz.workplace import OF_TEXT, Workplace


def config(draw: Random, at: Workplace) -> None:
    """A configuration with other values, or damaged bytes."""
    path = at.empty() / "config.json"
    whole = (at.run("label") / "config.json").read_bytes()
    if draw.random() < 0.5:
        path.write_bytes(damaged(draw, whole))
    else:
        path.write_text(json.dumps(odd(draw, json.loads(whole))))
    for use in (lambda: Config.load(path.parent), lambda: Options.load(path)):
        read_or_refused(use)


def run_folder(draw: Random, at: Workplace) -> None:
    """A run of which one file is damaged, or says something else."""
    path = at.copy(draw.choice(("label", "from columns", "tags", "numbers", *OF_TEXT)))
    file = draw.choice([file for file in sorted(path.iterdir()) if file.is_file()])
    _damage(draw, file)
    for use in (
        lambda: RunFolder.load(path),
        lambda: RunFolder.load(path, "last").load_state(),
        lambda: RunFolder.load(path).metrics(),
        lambda: Summary.of(path),
    ):
        read_or_refused(use)


def commands_on_runs(draw: Random, at: Workplace) -> None:
    """The commands on such a run."""
    model = draw.choice(("label", *OF_TEXT))
    path = at.copy(model)
    _damage(draw, draw.choice([file for file in sorted(path.iterdir()) if file.is_file()]))
    command("runs", path)
    if model in OF_TEXT:
        command("sample", path, "-n", 2, "--max-length", 5)
        command("score", path, stdin=b"to be\n")
        command("evaluate", path)
    else:
        command("predict", path, stdin=b"ab\n")
    command("train", "--resume", path, "--max-steps", 6)


def _damage(draw: Random, file: Path) -> None:
    whole = file.read_bytes()
    if draw.random() < 0.5:
        file.write_bytes(damaged(draw, whole))
    elif file.suffix == ".json":
        values = odd(draw, json.loads(whole))
        file.write_text(json.dumps(values))
        if isinstance(values, dict):
            resealed(file, lambda values: values)
    elif file.suffix == ".safetensors":
        repacked(file, partial(_make_odd, draw))
    else:
        file.unlink()


def _make_odd(draw: Random, tensors: dict[str, torch.Tensor], said: dict[str, str]) -> None:
    """Something else in one place of a file of tensors."""
    if draw.random() < 0.5 and "training" in said:
        said["training"] = json.dumps(_odd_state(draw, json.loads(said["training"])))
        return
    odd = _odd_tensors(draw, dict(tensors))
    tensors.clear()
    tensors.update(odd)


def _odd_tensors(draw: Random, tensors: dict[str, Any]) -> dict[str, Any]:
    name = draw.choice(list(tensors))
    other = _odd_tensor(draw, tensors[name])
    if other is None:
        del tensors[name]
        return tensors
    return tensors | {draw.choice((name, name, "more")): other}


def _odd_tensor(draw: Random, tensor: torch.Tensor) -> torch.Tensor | None:
    return draw.choice(
        (
            lambda: None,
            lambda: torch.full(tensor.shape, torch.nan),
            lambda: torch.zeros(()),
            lambda: torch.zeros(0, 3),
            lambda: tensor.double().clone(),
            lambda: tensor.half(),
            lambda: tensor.int(),
            lambda: tensor[None].clone(),
            lambda: torch.full(tensor.shape, 1e38),
        )
    )()


def _odd_state(draw: Random, value: Any) -> Any:
    """Something else in one place of what resuming needs."""
    if isinstance(value, dict) and value and draw.random() < 0.9:
        key = draw.choice(list(value))
        return {**value, key: _odd_state(draw, value[key])}
    if isinstance(value, list) and value and draw.random() < 0.9:
        i = draw.randrange(len(value))
        return [*value[:i], _odd_state(draw, value[i]), *value[i + 1 :]]
    return draw.choice(ODD)
