"""The results of predicting, scoring, sampling and forecasting.

As dicts, for JSON, the numbers of the model are short; what the rows had is as they had it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from throughtime.inference.short import short


@dataclass(frozen=True)
class Prediction:
    """The predicted y for one x.

    Args:
        input: x as the rows have it; of several columns, a dict.
        value: the most probable y, or the mean of real values, as a file would have it.
        unknown: the number of symbols of x that are not in training.
    """

    input: Any
    value: Any
    unknown: int

    def to_dict(self) -> dict[str, Any]:
        """A dict of ``input``, ``prediction``, the other attributes and ``unknown``."""
        return {
            "input": self.input,
            "prediction": short(self.value),
            **short(self._more()),
            "unknown": self.unknown,
        }

    def _more(self) -> dict[str, Any]:
        return {}


@dataclass(frozen=True)
class LabelPrediction(Prediction):
    """The most probable label and its probability.

    Args:
        probability: the probability of the label.
        top: the most probable labels with their probabilities, in descending order, if asked for.
    """

    probability: float
    top: dict[str, float] | None = None

    def _more(self) -> dict[str, Any]:
        more: dict[str, Any] = {"probability": self.probability}
        return more if self.top is None else more | {"top": self.top}


@dataclass(frozen=True)
class SetPrediction(Prediction):
    """The labels that are more probable than not, where a row may have several.

    Args:
        probabilities: the probability of each of them.
        top: the most probable labels with their probabilities, in descending order, if asked for;
            also those that are less probable than not.
    """

    probabilities: dict[str, float]
    top: dict[str, float] | None = None

    def _more(self) -> dict[str, Any]:
        more: dict[str, Any] = {"probabilities": self.probabilities}
        return more if self.top is None else more | {"top": self.top}


@dataclass(frozen=True)
class NumberPrediction(Prediction):
    """The mean of a number, or of each number of a vector, with its standard deviation.

    Args:
        deviation: the standard deviation, in the units of the file.
        quantiles: the quantiles by their levels: 0.05, 0.5 and 0.95.
    """

    deviation: Any
    quantiles: dict[float, Any]

    def _more(self) -> dict[str, Any]:
        return {"deviation": self.deviation, "quantiles": self.quantiles}


@dataclass(frozen=True)
class SequencePrediction(Prediction):
    """The most probable sequence that was found.

    Args:
        log_prob: its log-probability in nats, including its length if the model decides τ; of
            numbers, the log-density of their standardised values.
        deviation: of numbers, the standard deviation of each step given the steps before it.
        top: of tags, for each token the most probable ones with their probabilities, given the
            tokens before it, if asked for.
        best: of texts, the n best with their log-probabilities, the best first, if asked for.
    """

    log_prob: float
    deviation: list[Any] | None = None
    top: list[dict[str, float]] | None = None
    best: list[tuple[Any, float]] | None = None

    def _more(self) -> dict[str, Any]:
        more: dict[str, Any] = {"log_prob": self.log_prob}
        if self.deviation is not None:
            more["deviation"] = self.deviation
        if self.best is not None:
            more["best"] = [{"prediction": v, "log_prob": p} for v, p in self.best]
        return more if self.top is None else more | {"top": self.top}


@dataclass(frozen=True)
class Score:
    """The log-probability of one y, given its x.

    Args:
        input: x as the rows have it; None if the model sees no x.
        target: y as the rows have it.
        log_prob: log p(y | x) in nats; -inf if training lacks a label of y; of numbers, the
            log-density of their standardised values.
        per_symbol: ``log_prob`` divided by the number of symbols; the end counts as one if the
            model decides τ.
        terms: log p of each symbol given those before it and, if the model decides step by step
            whether to stop, of the end as the last term; one term if y is one value.
        length: log P(τ), if τ is predicted before the first symbol; else 0.
        unknown: the number of symbols that are not in training; they share one probability.
        line: whether y is a line of text, not the value of a column.
        top: for each symbol, the most probable symbols at its step, if asked for.
    """

    input: Any
    target: Any
    log_prob: float
    per_symbol: float
    terms: list[float]
    length: float
    unknown: int
    line: bool = False
    top: list[dict[str, float]] | None = None

    def to_dict(self) -> dict[str, Any]:
        """A dict of ``input``, if any, ``target`` (``text`` for a line) and the numbers.

        A log-probability of -inf is None.
        """
        said = {} if self.input is None else {"input": self.input}
        said["text" if self.line else "target"] = self.target
        numbers = {
            "log_prob": self.log_prob,
            "per_symbol": self.per_symbol,
            "terms": self.terms,
            "length": self.length,
            "unknown": self.unknown,
        }
        said |= short(numbers if self.top is None else numbers | {"top": self.top})
        return said


@dataclass(frozen=True)
class Sample:
    """A draw from a model without x.

    Args:
        value: y as a file would have it, including the prefix if one was given.
        log_prob: the log-probability of y in nats.
    """

    value: Any
    log_prob: float

    def to_dict(self) -> dict[str, Any]:
        """A dict of ``sample`` and ``log_prob``."""
        return {"sample": short(self.value), "log_prob": short(self.log_prob)}


@dataclass(frozen=True)
class ForecastStep:
    """One forecast step of a series.

    Args:
        value: the value on the most probable path, or the mean over drawn paths.
        deviation: the standard deviation, given the forecast steps before it or over drawn paths;
            in the units of the file.
        quantiles: the quantiles by their levels, computed like ``deviation``.
    """

    value: Any
    deviation: Any
    quantiles: dict[float, Any]

    def to_dict(self) -> dict[str, Any]:
        """A dict of ``prediction``, ``deviation``, ``quantiles`` and ``unknown``, which is 0."""
        numbers = {
            "prediction": self.value,
            "deviation": self.deviation,
            "quantiles": self.quantiles,
        }
        return {**short(numbers), "unknown": 0}
