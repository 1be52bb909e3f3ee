"""Probability distributions over whole sequences: probability, sampling, beam search."""

from throughtime.distribution.distribution import SequenceDistribution, Terms

__all__ = ["SequenceDistribution", "Terms"]
