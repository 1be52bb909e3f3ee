"""Recurrent sequence models as probability distributions, for PyTorch.

A recurrent model is four choices, and nothing else:

    p(y(1..τ), τ | x)  =  length × Π_t output( y(t) | h(t) ),
    h(t) = cell( what the wiring lets in at t ; θ )

==========  =================================================================================
cell        the transition f: ``cells.Elman``, ``GRU``, ``LSTM``, or your own ``cells.Cell``
wiring      which edges there are: the five of ``wirings``, or any other ``Wiring`` that works
output      from o(t) to y(t): ``outputs.Categorical``, ``Bernoulli``, ``Normal``, ``Mixture``
length      how τ is decided: ``lengths.SameAsInput``, ``EndOfSequence``, ``Halt``, …
==========  =================================================================================

Calling the model gives a distribution over whole sequences: ``log_prob``, ``sample``, ``mode``.
"""

from throughtime import cells, forcing, gradients, lengths, nn, outputs
from throughtime import wiring as wirings
from throughtime.distribution import LogProbTerms, SequenceDistribution
from throughtime.forcing import schedules
from throughtime.gradients.unroll import unroll
from throughtime.graph.state import GraphState
from throughtime.model.encoder_decoder import EncoderDecoder
from throughtime.model.recurrent_model import RecurrentModel
from throughtime.sequence import Sequence
from throughtime.wiring import Edge, Wiring

__version__ = "0.1.0.dev0"

__all__ = [
    "Edge",
    "EncoderDecoder",
    "GraphState",
    "LogProbTerms",
    "RecurrentModel",
    "Sequence",
    "SequenceDistribution",
    "Wiring",
    "cells",
    "forcing",
    "gradients",
    "lengths",
    "nn",
    "outputs",
    "schedules",
    "unroll",
    "wirings",
]
