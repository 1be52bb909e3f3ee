"""Metrics of a model on held-out examples: numbers with their units."""

from throughtime.evaluation.metrics.edits import edit_distance
from throughtime.evaluation.metrics.evaluation import evaluate
from throughtime.evaluation.metrics.lengths import length_distributions
from throughtime.evaluation.metrics.number import Number

__all__ = ["Number", "edit_distance", "evaluate", "length_distributions"]
