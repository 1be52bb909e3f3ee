"""Baselines without a recurrent net, which a model should beat; one per module."""

from throughtime.evaluation.baselines.autoregression import Autoregression
from throughtime.evaluation.baselines.labels import MostFrequentLabel
from throughtime.evaluation.baselines.lengths import LengthHistogram
from throughtime.evaluation.baselines.logistic import logistic_accuracy
from throughtime.evaluation.baselines.ngram import NGram

__all__ = ["Autoregression", "LengthHistogram", "MostFrequentLabel", "NGram", "logistic_accuracy"]
