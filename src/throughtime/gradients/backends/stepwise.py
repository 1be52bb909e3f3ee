"""The plain loop, differentiated by hand: each cell's ``reverse_step``, from τ down to 1."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn.utils.parametrize import is_parametrized

from throughtime.cells.cell import Cell, State
from throughtime.context.autocast import full_precision
from throughtime.context.parameters import with_parameters
from throughtime.context.transforms import values_hidden
from throughtime.gradients.backends.by_hand import ByHand, Forward, Gradients, Wanted, arriving
from throughtime.gradients.recursion import Recursion
from throughtime.gradients.unroll import unroll


class Stepwise(ByHand):
    """Any cell, step by step in Python (Goodfellow et al. 2016, 10.2.2)."""

    @classmethod
    def of(cls, recursion: Recursion) -> Stepwise | None:
        return Stepwise() if recursion.recurrent and not values_hidden() else None

    def states(self, recursion: Recursion) -> State:
        return super().states(recursion.added_up)

    def forward(self, recursion: Recursion, *, keep: bool) -> Forward:
        before = torch.random.get_rng_state() if keep else None
        states = unroll(recursion.cell, recursion.u, recursion.state, recursion.alive)
        if before is not None and not torch.equal(before, torch.random.get_rng_state()):
            raise RuntimeError(
                f"{type(recursion.cell).__name__}.step drew random numbers; back-propagation "
                "through time runs a step again and must get the same result. Draw outside of the "
                "step, or use gradient=tt.gradients.Autograd()"
            )
        return Forward(states)

    def reverse(self, recursion: Recursion, done: Forward, wanted: Wanted) -> Gradients:
        states = done.states
        grads = arriving(states, wanted.grad_states)
        with full_precision(states[0]):
            return with_parameters(
                recursion.cell,
                recursion.parameters,
                lambda: _reverse(recursion, states, grads, wanted.parameters),
            )


def _reverse(recursion: Recursion, states: State, grad_states: State, learning: bool) -> Gradients:
    cell, u, state, alive = recursion.cell, recursion.u, recursion.state, recursion.alive
    previous = tuple(torch.cat([s[None], all_])[:-1] for s, all_ in zip(state, states, strict=True))
    grad_drive = torch.empty_like(u)
    reached = tuple(torch.empty_like(s) for s in states)
    carried = tuple(torch.zeros_like(s) for s in state)

    # 1. the recursion: ∇h(t) = (∂h(t+1)/∂h(t))ᵀ ∇h(t+1) + what arrives at h(t) from above
    for t in reversed(range(len(u))):
        carried = tuple(c + g[t] for c, g in zip(carried, grad_states, strict=True))
        here = carried if alive is None else tuple(c * alive[t, :, None] for c in carried)
        for r, g in zip(reached, here, strict=True):
            r[t] = g
        grad_drive[t], back = cell.reverse_step(
            u[t], tuple(p[t] for p in previous), tuple(s[t] for s in states), here
        )
        # a row that had ended only copied its state, and so its gradient is copied back
        carried = (
            back
            if alive is None
            else tuple(
                torch.where(alive[t, :, None], b, c) for b, c in zip(back, carried, strict=True)
            )
        )

    # 2. the parameters: one product over all steps and rows
    learned: tuple[Tensor | None, ...] = (None,) * len(recursion.parameters)
    if learning:
        # a parametrized cell (an orthogonal W, say) has other parameters than its equations
        by = Cell if is_parametrized(cell) else type(cell)
        before, grads = (tuple(v.flatten(0, 1) for v in part) for part in (previous, reached))
        learned = by.parameter_gradients(
            cell, u.flatten(0, 1), before, grads, grad_drive.flatten(0, 1)
        )
    return (grad_drive, *carried, *learned)
