"""Wirings: which edges the unfolded graph has, and which sets of edges make a model.

The notes' taxonomy (sections 2.1 to 2.5; Goodfellow, Bengio & Courville, *Deep Learning*, 10.2) is
a choice of edges and nothing else, so here a wiring *is* a set of edges:

    =====  ===========================  =========================================================
    2.1    HIDDEN_TO_HIDDEN             x(t)→h(t), h(t-1)→h(t), h(t)→o(t)
    2.2    OUTPUT_TO_HIDDEN             x(t)→h(t), y(t-1)→h(t), h(t)→o(t)
    2.3    SEQUENCE_TO_VECTOR           x(t)→h(t), h(t-1)→h(t), h(τ)→o
    2.4    VECTOR_TO_SEQUENCE           x→h(t), h(t-1)→h(t), y(t-1)→h(t), h(t)→o(t)
    2.5    HIDDEN_AND_OUTPUT_TO_HIDDEN  x(t)→h(t), h(t-1)→h(t), y(t-1)→h(t), h(t)→o(t)
    =====  ===========================  =========================================================
"""

from throughtime.wiring.edge import FEEDBACK, RECURRENCE, Edge
from throughtime.wiring.named import (
    HIDDEN_AND_OUTPUT_TO_HIDDEN,
    HIDDEN_TO_HIDDEN,
    NAMED,
    OUTPUT_TO_HIDDEN,
    SEQUENCE_TO_VECTOR,
    VECTOR_TO_SEQUENCE,
)
from throughtime.wiring.wiring import Wiring

__all__ = [
    "FEEDBACK",
    "HIDDEN_AND_OUTPUT_TO_HIDDEN",
    "HIDDEN_TO_HIDDEN",
    "NAMED",
    "OUTPUT_TO_HIDDEN",
    "RECURRENCE",
    "SEQUENCE_TO_VECTOR",
    "VECTOR_TO_SEQUENCE",
    "Edge",
    "Wiring",
]
