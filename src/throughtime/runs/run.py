"""A run's folder: the configuration, the weights, and what there is to know of its training."""

from __future__ import annotations

import csv
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from itertools import count
from pathlib import Path
from typing import Any, Literal

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file, save_file

from throughtime.data import Dataset, load
from throughtime.evaluation.likelihood import Model
from throughtime.runs import choices
from throughtime.runs.build import build, resolve
from throughtime.runs.config import Config
from throughtime.runs.signature import Signature
from throughtime.training.start import start

Weights = Literal["best", "last"]
COLUMNS = ("epoch", "step", "seconds", "train nats", "valid nats", "learning rate", "epsilon")
"""Of ``metrics.csv``: nats are per symbol, ends included; epsilon is scheduled sampling's."""
COUNTS = ("epoch", "step")
"""The columns that are whole numbers."""


class RunError(ValueError):
    """A run's folder that cannot be made, or read."""


@dataclass(frozen=True, eq=False)
class Run:
    """A model with the folder that it lives in.

    ==================  =====================================================================
    config.json         every choice
    vocabulary.json     the kinds, sizes and symbols of x and y
    best.safetensors    the weights with the best validation so far
    last.safetensors    the latest weights, and in state.pt the rest of what resuming needs
    metrics.csv         a line for each epoch
    pictures/           what ``throughtime report`` draws
    ==================  =====================================================================
    """

    path: Path
    config: Config
    signature: Signature
    model: Model

    @classmethod
    def create(cls, config: Config, data: Dataset, path: Path | None = None) -> Run:
        """A new folder with a new model in it, which ``config.seed`` decides.

        Args:
            config: the choices; those left out follow from the data.
            data: what will be trained on.
            path: the folder; left out, the next free ``runs/<data>-<wiring>-001``.

        Raises:
            RunError: if the folder exists.
            ValueError: if the choices do not fit the data, or each other.
        """
        config, signature = resolve(config, data), Signature.of(data)
        torch.manual_seed(config.seed)
        model = build(config, signature)
        start(model, data.splits["train"])
        run = cls(_new_folder(config, data, path), config, signature, model)
        run.save_config()
        signature.save(run.path / "vocabulary.json")
        return run

    @classmethod
    def load(cls, path: str | Path, weights: Weights = "best") -> Run:
        """The model of a folder, with its best weights or its last.

        Raises:
            ValueError: in one line, if a file is missing or damaged.
        """
        path = Path(path)
        config, signature = read(path)
        run = cls(path, config, signature, build(config, signature))
        run._load_weights(weights)
        run.model.eval()
        return run

    def data(self) -> Dataset:
        """The data that the run was made for.

        Raises:
            DataError: if they cannot be read.
            RunError: if they are others now.
        """
        data = load(self.config.dataset, self.config.seed, self.config.reading)
        self.check(data)
        return data

    def check(self, data: Dataset) -> None:
        """Raise a ``RunError`` if these are other data than the run was made for."""
        if not self.signature.is_of(data):
            raise RunError(
                f"{self.path}: made for other data than {data.name} is now: what it was trained on "
                "and what is held out have changed; train anew"
            )

    def but(self, **values: Any) -> Run:
        """The same run with other values for some keys of its configuration."""
        return replace(self, config=self.config.but(**values))

    def save_config(self) -> None:
        """Write the configuration."""
        self.config.save(self.path / "config.json")

    # ---- weights -------------------------------------------------------------------------------

    def save_weights(self, name: Weights) -> None:
        """Write the model's weights; the old file is there until the new one is whole."""
        file = self.path / f"{name}.safetensors"
        save_file(self.model.state_dict(), _beside(file))
        _beside(file).replace(file)

    def _load_weights(self, name: Weights) -> None:
        file = self.path / f"{name}.safetensors"
        with opening_weights(file):
            tensors = load_file(file)
        try:
            self.model.load_state_dict(tensors)
        except RuntimeError:
            raise RunError(
                f"{file}: not the weights of the model in config.json; one of them was changed"
            ) from None
        if not all(bool(p.isfinite().all()) for p in self.model.parameters()):
            raise RunError(f"{file}: has weights that are no finite numbers; train again")

    # ---- what resuming needs -------------------------------------------------------------------

    def save_state(self, state: dict[str, Any]) -> None:
        """Write the last weights and, beside them, all else that training is in the middle of."""
        file = self.path / "state.pt"
        torch.save(state, _beside(file))
        self.save_weights("last")
        _beside(file).replace(file)

    def load_state(self) -> dict[str, Any]:
        """What :meth:`save_state` was given.

        Raises:
            RunError: if it is missing or damaged.
        """
        file = self.path / "state.pt"
        try:
            state = torch.load(file, weights_only=True)
        except FileNotFoundError:
            raise RunError(f"{file}: no such file, so this run cannot be resumed") from None
        except Exception as error:  # torch.load raises many kinds for a damaged file
            raise RunError(f"{file}: damaged ({type(error).__name__}); train again") from None
        if not isinstance(state, dict):
            raise RunError(f"{file}: damaged (a {type(state).__name__}); train again")
        return state

    # ---- metrics -------------------------------------------------------------------------------

    def metrics(self) -> list[dict[str, float | None]]:
        """The lines of metrics.csv; an empty field is None.

        Raises:
            RunError: if the file is damaged.
        """
        return read_metrics(self.path)

    def write_metrics(self, rows: list[dict[str, float | None]]) -> None:
        """Write metrics.csv anew."""
        file = self.path / "metrics.csv"
        with _beside(file).open("w", newline="", encoding="utf-8") as lines:
            writer = csv.DictWriter(lines, COLUMNS)
            writer.writeheader()
            writer.writerows(rows)
        _beside(file).replace(file)


ALWAYS = ("wiring", "output", "batch_size", "epochs", "threads", "learning_rate", "dropout")
"""What may be left out of a configuration, and is never left out of a run's."""


def read(path: Path) -> tuple[Config, Signature]:
    """What a run's folder says of it; no model is made.

    Raises:
        ValueError: in one line, if a file is missing or damaged.
    """
    if not (path / "config.json").is_file():
        raise RunError(
            f"{path}: no run, for it has no config.json; expected a folder that "
            "`throughtime train` made"
        )
    config = Config.load(path / "config.json")
    signature = Signature.load(path / "vocabulary.json")
    if missing := [name for name in ALWAYS if getattr(config, name) is None]:
        raise RunError(
            f"{path / 'config.json'}: has no {' and no '.join(missing)}, which every run has; it "
            "was changed after training"
        )
    if signature.running != (config.steps is not None):
        raise RunError(
            f"{path / 'config.json'}: steps is {config.steps}, and vocabulary.json says that the "
            f"text is {'' if signature.running else 'not '}running; one of them was changed"
        )
    return config, signature


@contextmanager
def opening_weights(file: Path) -> Iterator[None]:
    """Say in one line what is wrong with a file of weights.

    Raises:
        RunError: if it is missing or damaged.
    """
    try:
        yield
    except FileNotFoundError:
        raise RunError(
            f"{file}: no such file; training had not come so far, or it was moved"
        ) from None
    except (SafetensorError, OSError) as error:
        raise RunError(f"{file}: damaged ({error}); train again") from None


def read_metrics(path: Path) -> list[dict[str, float | None]]:
    """The lines of a folder's metrics.csv; an empty field is None.

    Raises:
        RunError: if the file is damaged.
    """
    file = path / "metrics.csv"
    try:
        with file.open(newline="", encoding="utf-8") as lines:
            return [
                {
                    column: (int if column in COUNTS else float)(row[column])
                    if row[column]
                    else None
                    for column in COLUMNS
                }
                for row in csv.DictReader(lines)
            ]
    except FileNotFoundError:
        return []
    except (OSError, KeyError, TypeError, ValueError, csv.Error) as error:
        raise RunError(f"{file}: damaged ({error!r}); expected {COLUMNS}") from None


def _beside(file: Path) -> Path:
    return file.with_name(f".{file.name}.{os.getpid()}")


def _new_folder(config: Config, data: Dataset, path: Path | None) -> Path:
    if path is not None:
        try:
            path.mkdir(parents=True)
        except FileExistsError:
            raise RunError(
                f"{path}: exists already, and nothing is overwritten; give another --out, or "
                "continue the run in it with --resume"
            ) from None
        return path
    wiring = config.wiring if config.wiring in choices.WIRINGS else "custom"
    name = re.sub(r"[^\w.-]+", "-", data.name)
    for number in count(1):
        path = Path("runs") / f"{name}-{wiring}-{number:03d}"
        try:
            path.mkdir(parents=True)
        except FileExistsError:
            continue
        return path
    raise AssertionError
