"""The folder of a run: configuration, schema, weights, and the state of training."""

from __future__ import annotations

import json
import secrets
import shlex
import shutil
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Literal, NamedTuple

from torch import Tensor

from throughtime.data import Dataset, load
from throughtime.data.files.json_text import from_json
from throughtime.data.schema import Schema
from throughtime.runs import choices, schema_file
from throughtime.runs.belonging import (
    KNOWN_BEST,
    LAST,
    MADE_WITH,
    REPLACED,
    Known,
    last_of,
    load_best,
    load_state,
    pair_of,
    read_config,
    state_of,
)
from throughtime.runs.build import Model, build, in_precision
from throughtime.runs.config import Config
from throughtime.runs.errors import RunError
from throughtime.runs.files import save
from throughtime.runs.metrics import Metrics, as_csv, metrics_of
from throughtime.runs.names import BEST, CONFIG, LOCK, METRICS, SCHEMA, STATE
from throughtime.runs.place import check_same, new_folder, place_of
from throughtime.runs.seal import checksum
from throughtime.runs.tensors import Packed, load_tensors, packed

Weights = Literal["best", "last"]


class State(NamedTuple):
    """What training continues from, besides the last weights.

    Args:
        said: counts and settings, as JSON has them.
        tensors: the moments of the optimiser, the state of random numbers, …, by name.
    """

    said: dict[str, Any]
    tensors: dict[str, Tensor]


@dataclass(frozen=True, eq=False)
class RunFolder:
    """An opened folder of a run, with its model.

    Its files are listed in :mod:`~throughtime.runs.names`. Each is replaced in one step, see
    :func:`~throughtime.runs.files.save`. What belongs together is in one file, so that a run which
    is killed at any time can be continued as if it had not been. Each file, but the copy of the
    metrics, has its checksum and the identity of the run, and another one is refused.

    Args:
        path: the folder.
        identity: random digits that all files of a run have in common.
        config: every choice.
        schema: the columns of x and y.
        digest: the hash of the data.
        model: the model.
        place: the folder by the numbers that the system knows it by.
        lock: the locked file in it by such numbers, while it is trained in; None before.
        known: the checksums of its files.
    """

    path: Path
    identity: str
    config: Config
    schema: Schema
    digest: str
    model: Model
    place: tuple[int, int]
    lock: tuple[int, int] | None = None
    known: Known = field(default_factory=Known)

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
        wiring = config.wiring if config.wiring in choices.WIRINGS else "custom"
        path = new_folder(path, f"{data.name}-{wiring}")
        identity = secrets.token_hex(16)
        made = cls(path, identity, config, data.schema, data.digest, model, place_of(path))
        made._save(SCHEMA, [schema_file.written(data.schema, data.digest, identity)])
        made.save_config()
        return made

    @classmethod
    def load(cls, path: str | Path, weights: Weights = "best") -> RunFolder:
        """Open a folder, with the best weights of its model or the last.

        Raises:
            ValueError: if a file is missing, damaged, or of another version of the format.
        """
        path = Path(path)
        saved = read_config(path)
        config, identity = Config.of(saved, path), saved.run
        schema, digest = schema_file.read_schema(path, identity)
        if (schema.running or schema.of_series) != (config.steps is not None):
            raise RunError(
                f"{path}: steps is {config.steps}, and {SCHEMA} says that running is "
                f"{schema.running}, and of series {schema.of_series}; one of them was changed"
            )
        try:
            model = in_precision(build(config, schema), config.precision)
        except ValueError as error:
            raise RunError(f"{path}: {error}") from None
        found = cls(path, identity, config, schema, digest, model, place_of(path))
        found.known.config = saved.checksum
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
                f"{self.path}: trained on rows in memory, which cannot be read again; give them in "
                f"Python, as in run.evaluate(rows), or to go on with: {self.resumption}"
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

    def again(self) -> RunFolder:
        """The same folder with the last weights, as it is now: another process may have gone on.

        Raises:
            ValueError: as by :meth:`load`, or if the folder is another one now.
        """
        self._check_place()
        found = RunFolder.load(self.path, "last")
        if (self.path / BEST).exists():
            load_tensors(self.path / BEST)  # damage is better known now than at the end
        return found

    @property
    def resumption(self) -> str:
        """The command that goes on with training; for rows in memory, the call in Python."""
        if self.config.dataset is None:
            return f"tt.train(rows, resume={str(self.path)!r})"
        return f"throughtime train --resume {shlex.quote(str(self.path))}"

    def replaced(self, **values: Any) -> RunFolder:
        """The same run with other values for some keys of its configuration."""
        return replace(self, config=self.config.replaced(**values))

    # ---- saving --------------------------------------------------------------------------------

    def save_config(self) -> None:
        """Write the configuration.

        Raises:
            RunError: as by all that saves: if the folder cannot be written to, or is another one.
        """
        content = self.config.written(self.identity, self.known.state)
        self._save(CONFIG, [content])
        self.known.config = checksum(content)

    def save_state(self, state: State, metrics: Metrics, *, best: bool = False) -> None:
        """Write the last weights and all else that training continues from, in one file; and then
        what follows from it.

        Args:
            state: what training continues from.
            metrics: a row for each epoch.
            best: whether the last weights are the best ones so far.
        """
        weights = {LAST + name: tensor for name, tensor in self.model.state_dict().items()}
        training = json.dumps({**state.said, "metrics": metrics})
        said = {"run": self.identity, "file": STATE, "training": training}
        if best:
            said[REPLACED] = self.known.best
            self.known.best = self._best().checksum
        said |= {KNOWN_BEST: self.known.best, MADE_WITH: self.known.config}
        content = packed({**weights, **state.tensors}, said)
        self._save(STATE, content)
        self.known.state = content.checksum
        self._save_copies(metrics, best=best)

    def complete(self) -> None:
        """Write what follows from the state, if the process was killed before it did; the model has
        the last weights."""
        behind = pair_of(self.path, self.identity).behind
        self._save_copies(self.metrics(), best=behind)

    def remove(self) -> None:
        """Remove the folder, if it is still this one."""
        with suppress(RunError):
            self._check_place()
            shutil.rmtree(self.path, ignore_errors=True)

    def _save_copies(self, metrics: Metrics, *, best: bool) -> None:
        if best:
            self._save(BEST, self._best())
        self._save(METRICS, [as_csv(metrics)])

    def _best(self) -> Packed:
        """The content of the file of the best weights, if the model has them."""
        return packed(self.model.state_dict(), {"run": self.identity, "file": BEST})

    def _save(self, name: str, content: Iterable[bytes | memoryview]) -> None:
        self._check_place()
        save(self.path / name, content)

    def _check_place(self) -> None:
        """Write into no other folder that has taken the place of this one, nor without its lock."""
        check_same(self.path, self.place)
        if self.lock is not None:
            check_same(self.path / LOCK, self.lock)

    # ---- loading -------------------------------------------------------------------------------

    def load_state(self) -> State:
        """Read what :meth:`save_state` wrote; the model gets the last weights, of the same save.

        Raises:
            RunError: if the file is missing, damaged, or of another run.
        """
        tensors, training = self._state()
        self._take(STATE, last_of(tensors))
        training.pop("metrics", None)
        rest = {name: v for name, v in tensors.items() if not name.startswith(LAST)}
        return State(training, rest)

    def metrics(self) -> Metrics:
        """The metrics of training after each epoch.

        Raises:
            RunError: if the state of training is missing or damaged.
        """
        return metrics_of(self.path / STATE, state_of(self.path, self.identity).said)

    def _state(self) -> tuple[dict[str, Tensor], dict[str, Any]]:
        tensors, said = load_state(self.path, self.identity)
        self.known.state, self.known.best = said["checksum"], said.get(KNOWN_BEST, "")
        try:
            return tensors, dict(from_json(said["training"]))
        except (ValueError, KeyError, TypeError):
            raise RunError(f"{self.path / STATE}: not the state of training of a run") from None

    def _load_weights(self, name: Weights) -> None:
        if name == "last":
            self._take(STATE, last_of(self._state()[0]))
        elif (best := load_best(self.path, self.identity)) is not None:
            self._take(BEST, best)
        else:
            raise RunError(
                f"{self.path / BEST}: not there yet, since training was stopped before its first "
                f"validation; go on with: {self.resumption}"
            )

    def _take(self, file: str, tensors: dict[str, Tensor]) -> None:
        """Give the model the weights of a file."""
        kinds = {n: (v.dtype, v.shape) for n, v in tensors.items()}
        if kinds != {n: (v.dtype, v.shape) for n, v in self.model.state_dict().items()}:
            raise RunError(
                f"{self.path / file}: not the weights of the model in {CONFIG}; one of them was "
                "changed"
            )
        if not all(bool(v.isfinite().all()) for v in tensors.values()):
            raise RunError(f"{self.path / file}: has weights that are not finite; train again")
        self.model.load_state_dict(tensors)
