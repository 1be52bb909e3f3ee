"""The plain loop, differentiated by hand: each cell's ``reverse_step``, from τ down to 1."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn.utils.parametrize import is_parametrized
from torch.utils.checkpoint import get_device_states

from throughtime.cells.cell import Cell, State
from throughtime.context.autocast import full_precision
from throughtime.context.launches import Launched, can_launch, stretches
from throughtime.context.parameters import with_parameters
from throughtime.context.transforms import values_hidden
from throughtime.gradients.backends.by_hand import ByHand, Forward, Gradients, Wanted, arriving
from throughtime.gradients.recursion import Recursion, last
from throughtime.gradients.unroll import unroll

LONGEST = 64
"""The most steps of which a GPU's kernels are launched together."""


class Stepwise(ByHand):
    """Any cell, step by step in Python (Goodfellow et al. 2016, 10.2.2).

    On a GPU the kernels of a stretch of steps are launched together.
    """

    @classmethod
    def of(cls, recursion: Recursion) -> Stepwise | None:
        return Stepwise() if recursion.recurrent and not values_hidden() else None

    def states(self, recursion: Recursion) -> State:
        return super().states(recursion.added_up)

    def forward(self, recursion: Recursion, *, keep: bool) -> Forward:
        u, alive, state = recursion.u, recursion.alive, recursion.state
        before = _draws(u) if keep else []
        steps, cuts, parts = Launched(recursion.cell, unroll), _cuts(u), []
        for part, going in zip(u.split(cuts), _split(alive, cuts), strict=True):
            parts.append(steps(part, state, going))
            state = last(parts[-1], state)
        if before and not all(map(torch.equal, before, _draws(u))):
            raise RuntimeError(
                f"{type(recursion.cell).__name__}.step drew random numbers; back-propagation "
                "through time runs a step again and must get the same result. Draw outside of the "
                "step, or use gradient=tt.gradients.Autograd()"
            )
        return Forward(_joined(parts))

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
    cell, u, state = recursion.cell, recursion.u, recursion.state
    previous = tuple(torch.cat([s[None], all_])[:-1] for s, all_ in zip(state, states, strict=True))
    carried = tuple(torch.zeros_like(s) for s in state)

    # 1. the recursion, the last stretch first
    back, cuts, parts = Launched(cell, _back), _cuts(u), []
    stretch_of = zip(
        u.split(cuts),
        *(zip(*(s.split(cuts) for s in part), strict=True) for part in (previous, states)),
        zip(*(g.split(cuts) for g in grad_states), strict=True),
        _split(recursion.alive, cuts),
        strict=True,
    )
    for stretch in reversed(list(stretch_of)):
        found, carried = back(carried, *stretch)
        parts.append(found)
    grad_drive, *reached = _joined(parts[::-1])

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


def _back(
    cell: Cell,
    carried: State,
    u: Tensor,
    previous: State,
    states: State,
    grad_states: State,
    alive: Tensor | None,
) -> tuple[State, State]:
    """A stretch of the recursion: of each step ∇u(t) and the gradient that has reached its state,
    and the gradient of the state before them all."""
    grad_drive, reached = torch.empty_like(u), tuple(torch.empty_like(s) for s in states)
    # from τ down to 1: ∇h(t) = (∂h(t+1)/∂h(t))ᵀ ∇h(t+1) + what arrives at h(t) from above
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
    return (grad_drive, *reached), carried


def _cuts(u: Tensor) -> list[int]:
    """The stretches in which u(1) … u(T) are taken: in one, where kernels are called one by one."""
    return (stretches(len(u), LONGEST) if can_launch(u.device) else []) or [len(u)]


def _split(alive: Tensor | None, cuts: list[int]) -> tuple[Tensor | None, ...]:
    return (None,) * len(cuts) if alive is None else alive.split(cuts)


def _joined(parts: list[State]) -> State:
    """Stretches that follow each other, as one."""
    return parts[0] if len(parts) == 1 else tuple(map(torch.cat, zip(*parts, strict=True)))


def _draws(like: Tensor) -> list[Tensor]:
    """The states of the generators of random numbers that a step might draw from."""
    return [torch.get_rng_state(), *get_device_states(like)[1]]
