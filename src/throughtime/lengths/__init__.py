"""Lengths: how τ is decided, as part of the probability, one file each."""

from throughtime.lengths.end_of_sequence import EndOfSequence
from throughtime.lengths.halt import Halt
from throughtime.lengths.length import DecidedBy, Length
from throughtime.lengths.predicted import PredictedLength
from throughtime.lengths.same_as_input import SameAsInput
from throughtime.lengths.unending import Unending

__all__ = [
    "DecidedBy",
    "EndOfSequence",
    "Halt",
    "Length",
    "PredictedLength",
    "SameAsInput",
    "Unending",
]
