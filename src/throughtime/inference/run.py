"""A trained model with its folder; each use of it is a method."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from throughtime.data import Dataset, Examples
from throughtime.data.schema import Schema
from throughtime.data.splitting import PARTS
from throughtime.inference.backtests import ORIGINS, Backtests, backtests
from throughtime.inference.decoding import Decoding
from throughtime.inference.evaluate import (
    Evaluation,
    evaluate_examples,
    evaluate_part,
    evaluate_rows,
    part,
)
from throughtime.inference.forecast import PATHS, STEPS, Forecast, forecast_panel
from throughtime.inference.hidden import hidden_states
from throughtime.inference.panel import later_panel
from throughtime.inference.predict import predict
from throughtime.inference.results import ForecastStep, Prediction, Sample, Score
from throughtime.inference.sample import Comparison, compare, sample
from throughtime.inference.score import score
from throughtime.inference.series import forecast
from throughtime.runs.build import Model
from throughtime.runs.config import Config
from throughtime.runs.device import device_of
from throughtime.runs.folder import RunFolder
from throughtime.whole import whole


class Run:
    """A trained model, from ``tt.train`` or opened by ``tt.load``.

    Rows are a path, a list of dicts, a list of values if there is one column, or a table of
    pandas, polars or Arrow.

    Attributes:
        folder: the folder of the run, opened.

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
    def load(cls, path: str | Path, device: str = "cpu") -> Run:
        """Open a run's folder with its best weights; sets torch's threads as in training.

        Args:
            path: the folder.
            device: where the model computes, wherever it was trained: ``cpu``, ``cuda``,
                ``cuda:1``, ``mps``, …; ``auto`` is the accelerator that torch finds, if there is
                one.

        Raises:
            ValueError: if a file is missing, damaged, or of another version of the format; or if
                there is no such device.
        """
        run = cls(RunFolder.load(path))
        run.model.to(device_of(device))
        torch.set_num_threads(run.config.threads)
        return run

    # ---- attributes ----------------------------------------------------------------------------

    @property
    def path(self) -> Path:
        """The path of the folder."""
        return self.folder.path

    @property
    def config(self) -> Config:
        """The configuration: every choice of the run."""
        return self.folder.config

    @property
    def schema(self) -> Schema:
        """The columns of x and y."""
        return self.folder.schema

    @property
    def model(self) -> Model:
        """The model: a :class:`~throughtime.RecurrentModel`, or an encoder and decoder."""
        return self.folder.model

    @property
    def metrics(self) -> list[dict[str, float | None]]:
        """The metrics of training after each epoch."""
        return self.folder.metrics()

    def data(self) -> Dataset:
        """Read the data that the run was trained on.

        Raises:
            ValueError: if the data were rows in memory, cannot be read, or have changed.
        """
        return self.folder.data()

    def __repr__(self) -> str:
        c = self.config
        return f"Run({str(self.path)!r}: {c.wiring}, {c.cell} of {c.layers} × {c.hidden_size})"

    # ---- uses ----------------------------------------------------------------------------------

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
            rows: rows with the columns of x.
            top: the number of most probable labels to add; of tags, for each token; of texts, the
                n best sequences.
            beam: for a sequence, the width of the beam search; by default 1, which is greedy.
            max_length: the length at which a sequence that has not ended is cut.

        Raises:
            ValueError: if the model takes no x, an option does not apply to y, or a row cannot be
                encoded.
        """
        return list(predict(self.folder, rows, top=top, beam=beam, max_length=max_length))

    def score(self, rows: object, *, top: int | None = None) -> list[Score]:
        """log p(y | x) of each row, with the term of each symbol; of a series, of each step.

        Args:
            rows: rows with the columns of x and y; for a model of text, texts.
            top: the number of most probable symbols to add at each step.

        Raises:
            ValueError: if a row cannot be encoded, or ``top`` does not apply to y.
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
        """Draws from a model without x.

        Args:
            count: the number of draws.
            prefix: the beginning of each draw, if y is text.
            seed: the seed of the draws; None continues torch's generator.
            temperature: divides the logits and multiplies variances: below 1, draws vary less.
            top_k: draw from the k most probable symbols of each step.
            top_p: draw from the most probable symbols that have this total probability.
            beam: the width of a beam search for the one most probable sequence, instead of draws.
            max_length: the length at which a sequence that has not ended is cut.

        Raises:
            ValueError: if the model takes an x, or an option does not apply.
        """
        decoding = Decoding(temperature, top_k, top_p, beam, max_length)
        with torch.random.fork_rng(devices=[], enabled=seed is not None):
            if seed is not None:
                torch.manual_seed(whole("seed", seed, 0, 2**63 - 1))
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
        """The true y of examples with the model's: the most probable y, or a draw.

        With ``temperature``, ``top_k`` or ``top_p``, the model's y is a draw.

        Args:
            on: examples, or the name of a part of the data.
            temperature: divides the logits and multiplies variances: below 1, draws vary less.
            top_k: draw from the k most probable symbols of each step.
            top_p: draw from the most probable symbols that have this total probability.
            beam: the width of the beam search for the most probable sequence.
            max_length: the length at which a sequence that has not ended is cut.

        Raises:
            ValueError: if there is no such part, or an option does not apply.
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
        future: object = None,
    ) -> list[ForecastStep] | list[Forecast]:
        """Forecast the next steps of a series, or of several.

        Args:
            history: the steps so far, as rows.
            steps: the number of steps to forecast; by default 10.
            samples: give mean, standard deviation and quantiles over so many drawn paths; if None,
                follow the most probable path. Of several series, how many paths are drawn of each;
                by default 500.
            future: of several series, rows with the inputs that are known of the steps to come.

        Returns:
            A step after the other; of several series, a
            :class:`~throughtime.inference.forecast.Forecast` of each, with its paths.

        Raises:
            ValueError: if the model is not one of a series, a value is not a number, or a known
                input is not given.
        """
        if self.schema.of_series:
            before = later_panel(self.folder, history)
            after = None if future is None else later_panel(self.folder, future, before)
            many = PATHS if samples is None else samples
            steps = STEPS if steps is None else steps
            return forecast_panel(self.folder, before, steps=steps, paths=many, future=after)
        return forecast(self.folder, history, steps=steps, samples=samples)

    def backtest(
        self, horizon: int, origins: int = ORIGINS, on: object = None, *, paths: int = PATHS
    ) -> Backtests:
        """Measure forecasts of several series from several origins in the past, beside those of
        methods that the run has to beat.

        Args:
            horizon: the steps of each forecast.
            origins: how many forecasts of each series.
            on: rows of a later file; if None, the test part of the run's own data.
            paths: how many paths are drawn for each forecast.

        Raises:
            ValueError: if the model is not one of several series, rows cannot be read, or are too
                few.
        """
        return backtests(self.folder, on, horizon=horizon, origins=origins, paths=paths)

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
        """Measure the model on held-out examples.

        Args:
            on: the name of a part of the data, such as ``"test"``; examples; or new rows with x
                and y.
            interval: whether to add 95 % intervals, by the bootstrap over rows.
            shuffled: give each y the x of another row, as a control.

        Raises:
            ValueError: if there is no such part or file, or a row cannot be encoded.
        """
        options: dict[str, Any] = {"interval": interval, "shuffled": shuffled}
        if isinstance(on, Examples):
            return evaluate_examples(self.folder, on, **options)
        if isinstance(on, str) and (on in PARTS or not os.path.exists(on)):
            return evaluate_part(self.folder, self.data(), on, **options)
        return evaluate_rows(self.folder, on, **options)


def load(path: str | Path, device: str = "cpu") -> Run:
    """Open a run's folder; torch then uses as many threads as the run was trained with.

    Args:
        path: the folder.
        device: where the model computes; see :meth:`Run.load`.

    Raises:
        ValueError: if a file is missing, damaged, or of another version of the format; or if there
            is no such device.
    """
    return Run.load(path, device)
