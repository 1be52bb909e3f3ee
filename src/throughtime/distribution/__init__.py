"""Probability distributions over whole sequences: probability, sampling, beam search."""

from throughtime.distribution.distribution import SequenceDistribution
from throughtime.distribution.terms import LogProbTerms

__all__ = ["LogProbTerms", "SequenceDistribution"]
