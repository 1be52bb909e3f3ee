"""What a model says of rows, as small values that know how to become a dict."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Prediction:
    """The y that a model expects for one x.

    Args:
        input: x, as the rows have it; of several columns, a dict.
        value: the most probable y, or its mean, as a file would have it.
        unknown: how many symbols of x training has not shown.
    """

    input: Any
    value: Any
    unknown: int

    def to_dict(self) -> dict[str, Any]:
        """``input``, ``prediction``, what there is more to say of it, and ``unknown``."""
        return {
            "input": self.input,
            "prediction": self.value,
            **self._more(),
            "unknown": self.unknown,
        }

    def _more(self) -> dict[str, Any]:
        return {}


@dataclass(frozen=True)
class LabelPrediction(Prediction):
    """The most probable label, and how probable it is.

    Args:
        probability: that of the label.
        top: the most probable labels with their probabilities, the best first, if asked for.
    """

    probability: float
    top: dict[str, float] | None = None

    def _more(self) -> dict[str, Any]:
        more: dict[str, Any] = {"probability": self.probability}
        return more if self.top is None else more | {"top": self.top}


@dataclass(frozen=True)
class NumberPrediction(Prediction):
    """The mean of a number, or of each number of a vector, with the spread around it.

    Args:
        deviation: the standard deviation, in the file's unit.
        quantiles: by their level, such as 0.05, 0.5 and 0.95.
    """

    deviation: Any
    quantiles: dict[float, Any]

    def _more(self) -> dict[str, Any]:
        return {"deviation": self.deviation, "quantiles": self.quantiles}


@dataclass(frozen=True)
class SequencePrediction(Prediction):
    """The most probable sequence, or the best that was found.

    Args:
        log_prob: its log-probability in nats, its end included where the model decides it; of
            numbers, a log-density in units of training's deviation.
        deviation: of numbers, the standard deviation of each step given those before.
        top: of tags, for each token the most probable ones with their probabilities given those
            before, if asked for.
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
    """How probable a model finds one y, given its x.

    Args:
        input: x, as the rows have it; None where the model sees none.
        target: y.
        log_prob: log p(y given x) in nats; of numbers a log-density in units of training's
            deviation.
        per_symbol: the same for each symbol, the end counted where the model decides it.
        terms: log p of each symbol given those before it and, where that decides the length, last
            of the end; of a y that is one value, one term.
        length: log P(τ), where τ is predicted before the first symbol; else 0.
        unknown: how many symbols training has not shown; they share one probability.
        line: y is a line of text, and no column.
        top: of each symbol, the most probable ones in its place, if asked for.
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
        """``input``, where there is one, ``target`` (of a line, ``text``), and the numbers."""
        said = {} if self.input is None else {"input": self.input}
        said["text" if self.line else "target"] = self.target
        said |= {
            "log_prob": self.log_prob,
            "per_symbol": self.per_symbol,
            "terms": self.terms,
            "length": self.length,
            "unknown": self.unknown,
        }
        return said if self.top is None else said | {"top": self.top}


@dataclass(frozen=True)
class Sample:
    """A draw from a model of y alone.

    Args:
        value: y, as a file would have it, the beginning that was given included.
        log_prob: how probable the model finds it.
    """

    value: Any
    log_prob: float

    def to_dict(self) -> dict[str, Any]:
        """``sample`` and ``log_prob``."""
        return {"sample": self.value, "log_prob": self.log_prob}


@dataclass(frozen=True)
class ForecastStep:
    """One of the next steps of a series.

    Args:
        value: what is expected: along the most probable path, or the mean over drawn paths.
        deviation: given the steps before as forecast, or over the paths; in the file's unit.
        quantiles: likewise, by their level.
    """

    value: Any
    deviation: Any
    quantiles: dict[float, Any]

    def to_dict(self) -> dict[str, Any]:
        """``prediction``, ``deviation`` and ``quantiles``."""
        return {
            "prediction": self.value,
            "deviation": self.deviation,
            "quantiles": self.quantiles,
            "unknown": 0,
        }
