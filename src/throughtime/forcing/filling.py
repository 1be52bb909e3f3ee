"""What fills the output edge: observed values where they are kept, the model's own elsewhere."""

from __future__ import annotations

import torch
from torch import Tensor

from throughtime.distribution.distribution import SequenceDistribution
from throughtime.distribution.missing import drawn
from throughtime.distribution.support import in_support
from throughtime.sequence import Sequence
from throughtime.wiring import Edge


@torch.no_grad()
def fill(p: SequenceDistribution, y: Sequence, keep: Tensor, argmax: bool) -> Sequence:
    """What the output edge carries, of y's lengths: y where ``keep``, else the model's own values.

    Raises:
        ValueError: if no value is fed back, so that there is nothing to fill.
    """
    wiring = p.graph.wiring
    if Edge.OBSERVED not in wiring:
        raise ValueError(
            f"only {Edge.OBSERVED.value} carries a value that can be observed or drawn; {wiring} "
            "has no such edge, so train it with TeacherForcing()"
        )
    y = in_support(y, p.process, p.batch_shape)
    p = p.expand(y.batch_shape)
    rows = y.flatten()
    return p.of_rows(drawn(p.process, rows, keep, greedy=argmax), rows.lengths)
