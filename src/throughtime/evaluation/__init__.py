"""Evaluation of models: likelihood, metrics with confidence intervals, and baselines."""

from typing import TYPE_CHECKING

from throughtime.lazy import attributes

if TYPE_CHECKING:
    from throughtime.evaluation.baselines import (
        Autoregression,
        LengthHistogram,
        MostFrequentLabel,
        NGram,
        logistic_accuracy,
    )
    from throughtime.evaluation.metrics import Number, evaluate

__getattr__ = attributes(
    __name__,
    {
        **dict.fromkeys(
            ("Autoregression", "LengthHistogram", "MostFrequentLabel", "NGram"),
            "throughtime.evaluation.baselines",
        ),
        "logistic_accuracy": "throughtime.evaluation.baselines",
        "Number": "throughtime.evaluation.metrics",
        "evaluate": "throughtime.evaluation.metrics",
    },
)

__all__ = [
    "Autoregression",
    "LengthHistogram",
    "MostFrequentLabel",
    "NGram",
    "Number",
    "evaluate",
    "logistic_accuracy",
]
