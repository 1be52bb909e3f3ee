"""Baselines: what can be had without a recurrent net, one file each; a model should do better."""

from throughtime.training.baselines.autoregression import Autoregression
from throughtime.training.baselines.labels import MostFrequentLabel
from throughtime.training.baselines.lengths import LengthHistogram
from throughtime.training.baselines.logistic import logistic_accuracy
from throughtime.training.baselines.ngram import NGram

__all__ = ["Autoregression", "LengthHistogram", "MostFrequentLabel", "NGram", "logistic_accuracy"]
