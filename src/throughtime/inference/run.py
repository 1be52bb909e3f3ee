"""A trained model with its folder: everything that a person does with it is a method."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from throughtime.data import Dataset, Examples
from throughtime.data.schema import Schema
from throughtime.inference.decoding import Decoding
from throughtime.inference.evaluate import (
    Evaluation,
    evaluate_examples,
    evaluate_part,
    evaluate_rows,
    part,
)
from throughtime.inference.hidden import hidden_states
from throughtime.inference.predict import predict
from throughtime.inference.results import ForecastStep, Prediction, Sample, Score
from throughtime.inference.sample import Comparison, compare, sample
from throughtime.inference.score import score
from throughtime.inference.series import forecast
from throughtime.runs.build import Model
from throughtime.runs.config import Config
from throughtime.runs.folder import RunFolder


class Run:
    """A trained model: made by ``tt.train``, and opened again by ``tt.load``.

    Wherever rows are asked for they are a path, a list of dicts, a list of values where there is
    one column, or a table of pandas, polars or Arrow.

    Attributes:
        folder: the files that it lives in.

    Example:
        >>> import tempfile
        >>> import throughtime as tt
        >>> rows = [{"word": "ab" * (1 + i % 20), "long": "yes" if i % 20 > 9 else "no"}
        ...         for i in range(70)]
        >>> data = tt.data.read(rows, input="word:characters", target="long")
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     run = tt.train(data, hidden_size=8, epochs=1, out=f"{folder}/run", say=None)
        ...     again = tt.load(f"{folder}/run")
        >>> again.predict(["abab"], top=2)[0].top.keys() == {"yes", "no"}
        True
        >>> bool(run.score([{"word": "abab", "long": "no"}])[0].log_prob < 0)
        True
    """

    def __init__(self, folder: RunFolder) -> None:
        self.folder = folder

    @classmethod
    def load(cls, path: str | Path) -> Run:
        """Open a run's folder, with its best weights, to be used with as many threads as it was
        trained with.

        Raises:
            ValueError: in one line, if a file is missing or damaged, or of another version.
        """
        run = cls(RunFolder.load(path))
        torch.set_num_threads(run.config.threads)
        return run

    # ---- what it is ----------------------------------------------------------------------------

    @property
    def path(self) -> Path:
        """The folder."""
        return self.folder.path

    @property
    def config(self) -> Config:
        """Every choice that was made."""
        return self.folder.config

    @property
    def schema(self) -> Schema:
        """The columns of x and y."""
        return self.folder.schema

    @property
    def model(self) -> Model:
        """The :class:`~throughtime.RecurrentModel`, or the encoder and decoder."""
        return self.folder.model

    @property
    def metrics(self) -> list[dict[str, float | None]]:
        """What training said after each epoch."""
        return self.folder.metrics()

    def data(self) -> Dataset:
        """The data that it was trained on, read again.

        Raises:
            ValueError: if they were rows in memory, cannot be read, or are others now.
        """
        return self.folder.data()

    def __repr__(self) -> str:
        c = self.config
        return f"Run({str(self.path)!r}: {c.wiring}, {c.cell} of {c.layers} × {c.hidden_size})"

    # ---- what it does --------------------------------------------------------------------------

    def predict(
        self,
        rows: object,
        *,
        top: int | None = None,
        beam: int | None = None,
        max_length: int | None = None,
    ) -> list[Prediction]:
        """The most probable y for each x.

        Args:
            rows: with the columns of x.
            top: also so many of the most probable labels; of tags those of each token; of texts
                the n best.
            beam: of a sequence, how wide the search for it is.
            max_length: of a sequence, where to cut what has not ended.

        Raises:
            ValueError: if the model takes no x, an option does not go with y, or a row is not what
                it should be.
        """
        return list(predict(self.folder, rows, top=top, beam=beam, max_length=max_length))

    def score(self, rows: object, *, top: int | None = None) -> list[Score]:
        """log p(y given x) of each row, with the term of each symbol; of a series, of each step.

        Args:
            rows: with the columns of x and y; for a model of text, texts.
            top: also the so many most probable symbols in the place of each.

        Raises:
            ValueError: if a row is none that the model can have.
        """
        return list(score(self.folder, rows, top=top))

    def sample(
        self,
        count: int = 10,
        *,
        prefix: str | None = None,
        seed: int | None = None,
        temperature: float | None = None,
        top_k: int | None = None,
        top_p: float | None = None,
        beam: int | None = None,
        max_length: int | None = None,
    ) -> list[Sample]:
        """Draws from a model of y alone.

        Args:
            count: how many.
            prefix: how each begins, of a text.
            seed: for the same ones again.
            temperature: below 1 for the more probable, above for the odd.
            top_k: only the k most probable symbols of each step.
            top_p: only the most probable symbols of this probability.
            beam: instead of draws, the one most probable, by a search so wide.
            max_length: where to cut what has not ended.

        Raises:
            ValueError: if the model takes an x, or an option makes no sense.
        """
        decoding = Decoding(temperature, top_k, top_p, beam, max_length)
        with torch.random.fork_rng(devices=[], enabled=seed is not None):
            if seed is not None:
                torch.manual_seed(seed)
            return sample(self.folder, count, prefix=prefix, decoding=decoding)

    def compare(
        self,
        on: Examples | str = "test",
        *,
        temperature: float | None = None,
        top_k: int | None = None,
        top_p: float | None = None,
        beam: int | None = None,
        max_length: int | None = None,
    ) -> list[Comparison]:
        """The model's y beside the true ones: the most probable, or a draw if it is told how.

        Args:
            on: examples, or all of a part of the data by its name.
            temperature: below 1 for the more probable, above for the odd.
            top_k: only the k most probable symbols of each step.
            top_p: only the most probable symbols of this probability.
            beam: how wide the search for the most probable is.
            max_length: where to cut what has not ended.

        Raises:
            ValueError: if there is no such part, or an option makes no sense.
        """
        decoding = Decoding(temperature, top_k, top_p, beam, max_length)
        examples = on if isinstance(on, Examples) else part(self.data(), on)
        return compare(self.folder, examples, decoding)

    def forecast(
        self,
        history: object,
        *,
        steps: int | None = None,
        samples: int | None = None,
    ) -> list[ForecastStep]:
        """The steps that come after those of a series.

        Args:
            history: the steps so far.
            steps: how many to forecast; ten, if nothing is said.
            samples: say mean, deviation and quantiles over so many drawn paths; left out, follow
                the most probable path.

        Raises:
            ValueError: if the model is none of a series, or a value is no number.
        """
        return forecast(self.folder, history, steps=steps, samples=samples)

    def hidden_states(self, rows: object) -> list[tuple[Tensor, ...]]:
        """What happens inside: of each row h(1) … h(τ) of each layer, the lowest first, ``(τ, H)``.

        Of an encoder and a decoder those of the decoder; of both directions side by side. For
        tensors, and with gradients, see :meth:`throughtime.RecurrentModel.hidden_states`.

        Args:
            rows: with the columns of x, and of y where h(t) depends on it.

        Raises:
            ValueError: if a row is none that the model can have.
        """
        return hidden_states(self.folder, rows)

    def evaluate(
        self, on: object = "test", *, interval: bool = False, shuffled: bool = False
    ) -> Evaluation:
        """What the model is worth.

        Args:
            on: a part of the data by its name, such as ``"test"``; examples; or new rows with x
                and y.
            interval: also 95 % intervals, by drawing rows anew.
            shuffled: give each y the x of another: a control.

        Raises:
            ValueError: if there is no such part or file, or a row is not what it should be.
        """
        how: dict[str, Any] = {"interval": interval, "shuffled": shuffled}
        if isinstance(on, Examples):
            return evaluate_examples(self.folder, on, **how)
        if isinstance(on, str) and not Path(on).is_file():
            return evaluate_part(self.folder, self.data(), on, **how)
        return evaluate_rows(self.folder, on, **how)


def load(path: str | Path) -> Run:
    """Open a run's folder.

    Raises:
        ValueError: in one line, if a file is missing or damaged, or of another version.
    """
    return Run.load(path)
