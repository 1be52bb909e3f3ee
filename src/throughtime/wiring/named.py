"""The wirings of the notes, by name."""

from __future__ import annotations

from throughtime.wiring.edge import Edge
from throughtime.wiring.wiring import Wiring

HIDDEN_TO_HIDDEN = Wiring(Edge.INPUT, Edge.HIDDEN, Edge.EMIT)
"""2.1: an output at each step, recurrence between hidden units; y(t) independent given x."""

OUTPUT_TO_HIDDEN = Wiring(Edge.INPUT, Edge.OBSERVED, Edge.EMIT)
"""2.2: recurrence only through the output (Jordan); teacher forcing decouples all steps."""

SEQUENCE_TO_VECTOR = Wiring(Edge.INPUT, Edge.HIDDEN, Edge.EMIT_LAST)
"""2.3: reads a whole sequence, then gives one output or one fixed-size summary."""

VECTOR_TO_SEQUENCE = Wiring(Edge.VECTOR, Edge.HIDDEN, Edge.OBSERVED, Edge.EMIT)
"""2.4: one vector, as a new bias x^T R at every step, becomes a sequence (image captioning)."""

HIDDEN_AND_OUTPUT_TO_HIDDEN = Wiring(Edge.INPUT, Edge.HIDDEN, Edge.OBSERVED, Edge.EMIT)
"""2.5: 2.1 plus the edge from y(t-1): any distribution over y of the length of x."""

NAMED: dict[str, Wiring] = {
    "hidden-to-hidden": HIDDEN_TO_HIDDEN,
    "output-to-hidden": OUTPUT_TO_HIDDEN,
    "sequence-to-vector": SEQUENCE_TO_VECTOR,
    "vector-to-sequence": VECTOR_TO_SEQUENCE,
    "hidden-and-output-to-hidden": HIDDEN_AND_OUTPUT_TO_HIDDEN,
}
"""The five of Goodfellow et al. 2016, 10.2, by name, for configurations and the command line."""
