"""A cell with the edges that enter it, unfolded in one direction of time."""

from __future__ import annotations

import math

import torch
from jaxtyping import Bool, Float
from torch import Tensor, nn

from throughtime.cells.cell import Cell, State
from throughtime.cells.drive import Drive
from throughtime.gradients.gradient import Gradient, Tensors
from throughtime.gradients.recursion import Recursion
from throughtime.graph.direction import reverse
from throughtime.graph.projection import Projection


class Recurrence(nn.Module):
    """One cell with the edges that enter it, in one direction of time.

    Args:
        cell: the transition.
        direction: 1 reads time forward, -1 backward; 0 has no edge from step to step, so that
            every step starts from the zero state and all steps are one batched call.
        edges: for each edge into the cell, its letter and the size of what it brings: U the input
            or the layer below, R the vector, S the previous output, C the countdown.
        learned: whether the initial state is learned instead of zero.
    """

    U: Projection
    R: Projection
    S: Projection
    C: Projection

    def __init__(self, cell: Cell, direction: int, edges: dict[str, int], learned: bool) -> None:
        super().__init__()
        self.cell, self.direction = cell, direction
        bound = 1 / math.sqrt(cell.hidden_size)
        for letter, size in edges.items():
            self.add_module(letter, Projection(size, cell.drive_size, bound))
        if "S" in edges:  # what stands for y(0), where there is no y(0)
            self.start = nn.Parameter(torch.zeros(edges["S"]))
        self.initial = nn.ParameterList(
            nn.Parameter(torch.zeros(size)) for size in cell.state_sizes if learned and direction
        )

    def initial_state(self, rows: int) -> State:
        """h(0) for ``rows`` rows: zero or learned; nothing where no edge carries it."""
        if not self.direction:
            return ()
        if len(self.initial):
            return tuple(p.expand(rows, -1) for p in self.initial)
        return self.cell.initial_state(rows, next(self.parameters()))

    def step(self, drive: Float[Tensor, "rows drive"], state: State) -> tuple[Tensor, State]:
        """One step: h(t), and the state to go on from."""
        if not self.direction:
            return self.cell.step(drive, self.cell.initial_state(drive.shape[0], drive))[0], ()
        state = self.cell.step(drive, state)
        return state[0], state

    def unfold(
        self,
        drive: Drive,
        state: State,
        alive: Bool[Tensor, "T rows"] | None,
        gradient: Gradient,
        *,
        cut: bool = False,
    ) -> tuple[Float[Tensor, "T rows H"], State]:
        """h(1) … h(T), and the state of each row at its own end (backward: at its beginning).

        Where time runs both ways it cannot be cut into the gradient's stretches for the model as
        a whole; with ``cut``, it is cut here.
        """
        if not self.direction:
            zeros = self.cell.initial_state(drive.rows, next(self.parameters()))
            return gradient.scan(Recursion(self.cell, drive, zeros, recurrent=False))[0], ()
        if not cut:
            return gradient.scan(Recursion(self.cell, drive, state, alive))

        def stretch(carry: Tensors, steps: Tensors, _: Tensors) -> tuple[Tensors, Tensors]:
            h, carry = gradient.scan(Recursion(self.cell, steps[0], carry, *steps[1:]))
            return carry, (h,)

        u, backward = drive.sum(), self.direction < 0
        steps = (reverse(u, alive) if backward else u, *(() if alive is None else (alive,)))
        state, (h,) = gradient.fold(stretch, state, steps, (), self.cell)
        return reverse(h, alive) if backward else h, state
