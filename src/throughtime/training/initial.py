"""Where training starts from."""

from __future__ import annotations

from itertools import chain

import torch
from torch import nn

from throughtime.layer import Projection
from throughtime.model import RecurrentModel
from throughtime.outputs import Categorical
from throughtime.wiring import Edge

SYMBOL_RANGE = 2.0
"""A symbol's column of U or S starts in U(-2, 2)."""


@torch.no_grad()
def initialise(model: RecurrentModel, symbols_enter: bool) -> None:
    """Start at weights from which models of symbols learn in about half as many steps.

    The usual U(-1/√H, 1/√H) is made for sums of H terms. Of U x(t) and S y(t-1), where x and y are
    symbols, one column is all, and so those columns start larger. The recurrence starts
    orthogonal, gate by gate, so that at first it neither forgets nor explodes (Saxe et al. 2014).

    Args:
        model: whose parameters are set.
        symbols_enter: whether x(t) are symbols.
    """
    for recurrence in chain.from_iterable(model.graph.layers):
        for gate in dict(recurrence.cell.named_parameters())["W"].split(
            recurrence.cell.hidden_size
        ):
            nn.init.orthogonal_(gate)
    for recurrence in model.graph.layers[0]:
        if Edge.INPUT in model.wiring and symbols_enter:
            _widen(recurrence.U)
        if isinstance(model.output, Categorical) and model.wiring.feedback is Edge.OBSERVED:
            _widen(recurrence.S)


def _widen(edge: Projection) -> None:
    nn.init.uniform_(edge.weight, -SYMBOL_RANGE, SYMBOL_RANGE)
