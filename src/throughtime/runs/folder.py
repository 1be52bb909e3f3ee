"""The folder of a run: configuration, schema, weights, and the state and metrics of training."""

from __future__ import annotations

import csv
import json
import os
import re
from dataclasses import dataclass, replace
from itertools import count
from pathlib import Path
from typing import Any, Literal

import torch
from safetensors.torch import load_file, save_file

from throughtime.data import Dataset, load
from throughtime.data.files.json_text import from_json
from throughtime.data.schema import Schema
from throughtime.runs import choices
from throughtime.runs.build import Model, build
from throughtime.runs.config import Config
from throughtime.runs.errors import RunError
from throughtime.runs.metrics import COLUMNS, read_metrics
from throughtime.runs.weights import opening_weights

Weights = Literal["best", "last"]


@dataclass(frozen=True, eq=False)
class RunFolder:
    """An opened folder of a run, with its model.

    ==================  =====================================================================
    config.json         the version of the folder's format, and every choice
    schema.json         the columns of x and y, with what they learned; the hash of the data
    best.safetensors    the weights with the lowest validation loss so far
    last.safetensors    the latest weights
    state.pt            the rest of the state of training, to resume it
    metrics.csv         a line for each epoch
    pictures/           drawn by ``throughtime report``
    ==================  =====================================================================
    """

    path: Path
    config: Config
    schema: Schema
    digest: str
    model: Model

    @classmethod
    def create(
        cls, config: Config, data: Dataset, model: Model, path: Path | None = None
    ) -> RunFolder:
        """A new folder for a new model.

        Args:
            config: every choice.
            data: what the model will be trained on.
            model: the new model.
            path: the folder; left out, the next free ``runs/<data>-<wiring>-001``.

        Raises:
            RunError: if the folder exists.
        """
        made = cls(_new_folder(config, data, path), config, data.schema, data.digest, model)
        made.save_config()
        known = {"digest": made.digest, "schema": made.schema.saved()}
        (made.path / "schema.json").write_text(
            json.dumps(known, indent=2, ensure_ascii=False) + "\n", encoding="utf-8"
        )
        return made

    @classmethod
    def load(cls, path: str | Path, weights: Weights = "best") -> RunFolder:
        """Open a folder, with the best weights of its model or the last.

        Raises:
            ValueError: if a file is missing, damaged, or of another version of the format.
        """
        path = Path(path)
        config = Config.load(path)
        schema, digest = read_schema(path)
        if schema.running != (config.steps is not None):
            raise RunError(
                f"{path}: steps is {config.steps}, and schema.json says that running is "
                f"{schema.running}; one of them was changed"
            )
        try:
            model = build(config, schema)
        except ValueError as error:
            raise RunError(f"{path}: {error}") from None
        found = cls(path, config, schema, digest, model)
        found._load_weights(weights)
        found.model.eval()
        return found

    def data(self) -> Dataset:
        """Read the data that the run was trained on.

        Raises:
            DataError: if the data cannot be read.
            RunError: if the data were in memory, or have changed.
        """
        if self.config.dataset is None:
            raise RunError(
                f"{self.path}: trained on rows in memory, which cannot be read again; give rows, "
                "as in run.evaluate(rows)"
            )
        data = load(self.config.dataset, self.config.split_seed, self.config.reading)
        self.check(data)
        return data

    def check(self, data: Dataset) -> None:
        """Raise a ``RunError`` if the data are not those that the run was created for."""
        if data.digest != self.digest or not self.schema.alike(data.schema):
            raise RunError(
                f"{self.path}: made for other data than {data.name} is now: what it was trained on "
                "and what is held out have changed; train anew"
            )

    def replaced(self, **values: Any) -> RunFolder:
        """The same run with other values for some keys of its configuration."""
        return replace(self, config=self.config.replaced(**values))

    def save_config(self) -> None:
        """Write the configuration."""
        self.config.save(self.path)

    # ---- weights -------------------------------------------------------------------------------

    def save_weights(self, name: Weights) -> None:
        """Write the model's weights; the old file is replaced once the new one is complete."""
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
            raise RunError(f"{file}: has weights that are not finite; train again")

    # ---- the state of training -----------------------------------------------------------------

    def save_state(self, state: dict[str, Any]) -> None:
        """Write the last weights and the rest of the state of training."""
        file = self.path / "state.pt"
        torch.save(state, _beside(file))
        self.save_weights("last")
        _beside(file).replace(file)

    def load_state(self) -> dict[str, Any]:
        """Read the state that :meth:`save_state` wrote.

        Raises:
            RunError: if the file is missing or damaged.
        """
        file = self.path / "state.pt"
        try:
            state = torch.load(file, weights_only=True)
        except FileNotFoundError:
            raise RunError(f"{file}: no such file, so this run cannot be resumed") from None
        except Exception as error:  # for a damaged file, torch.load raises many kinds
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
        """Write metrics.csv, in place of the old one."""
        file = self.path / "metrics.csv"
        with _beside(file).open("w", newline="", encoding="utf-8") as lines:
            writer = csv.DictWriter(lines, COLUMNS)
            writer.writeheader()
            writer.writerows(rows)
        _beside(file).replace(file)


def read_schema(path: Path) -> tuple[Schema, str]:
    """The schema in a run's folder, and the hash of the data.

    Raises:
        RunError: if the file is missing or damaged.
    """
    file = path / "schema.json"
    try:
        said = from_json(file.read_text(encoding="utf-8"))
        if not isinstance(said, dict) or set(said) != {"digest", "schema"}:
            raise ValueError("expected an object with digest and schema")
        if not isinstance(said["digest"], str):
            raise ValueError("the digest is not a text")
        return Schema.restored(said["schema"]), said["digest"]
    except OSError as error:
        raise RunError(f"{file}: cannot be read ({error.strerror})") from None
    except ValueError as error:  # quotes the file, which may have line ends
        reason = " ".join(str(error).split())
        raise RunError(f"{file}: not a run's schema ({reason}); it was damaged") from None


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
