"""Recurrent sequence models as probability distributions, for PyTorch.

A recurrent model is four choices, and nothing else:

    p(y(1..τ), τ | x)  =  length × Π_t output( y(t) | h(t) ),
    h(t) = cell( what the wiring lets in at t ; θ )

==========  =================================================================================
cell        the transition f: ``cells.Elman``, ``GRU``, ``LSTM``, …, or your own ``cells.Cell``
wiring      which edges there are: the five of ``wirings``, or any other ``Wiring`` that works
output      from o(t) to y(t): ``outputs.Categorical``, ``Normal``, ``NegativeBinomial``, …
length      how τ is decided: ``lengths.SameAsInput``, ``EndOfSequence``, ``Halt``, …
==========  =================================================================================

Calling the model gives a distribution over whole sequences: ``log_prob``, ``sample``, ``mode``.

From data to a model in use: ``data.read`` or ``data.load``, ``train``, ``load``; all that is done
with a trained model is a method of its ``Run``.
"""

from typing import TYPE_CHECKING

from throughtime.lazy import attributes

__version__ = "0.1.0.dev0"

if TYPE_CHECKING:
    from throughtime import (
        analysis,
        cells,
        data,
        evaluation,
        forcing,
        gradients,
        lengths,
        nn,
        outputs,
        report,
    )
    from throughtime import wiring as wirings
    from throughtime.distribution import LogProbTerms, SequenceDistribution
    from throughtime.forcing import schedules
    from throughtime.gradients.unroll import unroll
    from throughtime.graph.state import GraphState
    from throughtime.inference.run import Run, load
    from throughtime.model import EncoderDecoder, RecurrentModel
    from throughtime.sequence import Sequence
    from throughtime.training.sweep import sweep
    from throughtime.training.train import train
    from throughtime.wiring import Edge, Wiring

__getattr__ = attributes(
    __name__,
    {
        **{
            name: f":throughtime.{name}"
            for name in (
                *("analysis", "cells", "data", "evaluation", "forcing", "gradients", "lengths"),
                *("nn", "outputs", "report"),
            )
        },
        "wirings": ":throughtime.wiring",
        "schedules": ":throughtime.forcing.schedules",
        "Edge": "throughtime.wiring",
        "EncoderDecoder": "throughtime.model",
        "GraphState": "throughtime.graph.state",
        "LogProbTerms": "throughtime.distribution",
        "RecurrentModel": "throughtime.model",
        "Run": "throughtime.inference.run",
        "Sequence": "throughtime.sequence",
        "SequenceDistribution": "throughtime.distribution",
        "Wiring": "throughtime.wiring",
        "load": "throughtime.inference.run",
        "sweep": "throughtime.training.sweep",
        "train": "throughtime.training.train",
        "unroll": "throughtime.gradients.unroll",
    },
)

__all__ = [
    "Edge",
    "EncoderDecoder",
    "GraphState",
    "LogProbTerms",
    "RecurrentModel",
    "Run",
    "Sequence",
    "SequenceDistribution",
    "Wiring",
    "analysis",
    "cells",
    "data",
    "evaluation",
    "forcing",
    "gradients",
    "lengths",
    "load",
    "nn",
    "outputs",
    "report",
    "schedules",
    "sweep",
    "train",
    "unroll",
    "wirings",
]
