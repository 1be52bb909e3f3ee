"""What a model is worth on examples that it has not seen: numbers with their units."""

from throughtime.evaluation.metrics.edits import edit_distance
from throughtime.evaluation.metrics.evaluation import evaluate
from throughtime.evaluation.metrics.lengths import length_distributions
from throughtime.evaluation.metrics.number import Number

__all__ = ["Number", "edit_distance", "evaluate", "length_distributions"]
