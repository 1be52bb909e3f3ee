"""What a model is worth on examples that it has not seen: numbers with their units."""

from throughtime.training.metrics.edits import edit_distance
from throughtime.training.metrics.evaluation import evaluate
from throughtime.training.metrics.lengths import length_distributions
from throughtime.training.metrics.number import Number

__all__ = ["Number", "edit_distance", "evaluate", "length_distributions"]
