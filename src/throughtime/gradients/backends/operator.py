"""The engine's sweeps as operators of torch, in a graph that is recorded."""

from __future__ import annotations

import torch

from throughtime.cells.cell import State
from throughtime.context.transforms import recorded
from throughtime.engine import operators
from throughtime.engine.sweep import Ragged
from throughtime.gradients.backends.backend import Backend
from throughtime.gradients.backends.engine import has, sweep_of
from throughtime.gradients.recursion import Recursion


class Operator(Backend):
    """The cells of :class:`Engine`, where torch records a graph (``torch.compile``, fake tensors).

    torch knows the operator's shapes and its gradient, and leaves it in the graph as it is.
    """

    @classmethod
    def of(cls, recursion: Recursion) -> Operator | None:
        return Operator() if has(recursion) and recorded(recursion.tensors()) else None

    def states(self, recursion: Recursion) -> State:
        sweep = sweep_of(recursion, Ragged.of(recursion.alive))
        return operators.forward(sweep, keep=torch.is_grad_enabled())
