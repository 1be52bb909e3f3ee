"""The gradient through the beginning of a long sequence, with all of it kept."""

from __future__ import annotations

from benchmarks import ours
from benchmarks.rows.long_sequence import Long
from benchmarks.run import Run
from throughtime.gradients import FullBPTT

NAME = "full BPTT"
VERSION = ours.VERSION


def measure(problem: Long) -> Run:
    """The time that the whole sequence would take at that pace, memory permitting."""
    return ours.gradient_of(problem, problem.short, FullBPTT())
