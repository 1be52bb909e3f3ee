"""Backends whose reverse is written by hand, as a function that torch's autograd calls."""

from __future__ import annotations

from abc import abstractmethod
from typing import Any, NamedTuple

import torch
from torch import Tensor

from throughtime.cells.cell import State
from throughtime.cells.drive import Tensors
from throughtime.context.autocast import full_precision
from throughtime.context.parameters import with_parameters
from throughtime.context.transforms import batched
from throughtime.gradients.backends.backend import Backend
from throughtime.gradients.backends.unrolled import Unrolled
from throughtime.gradients.recursion import Recursion

Gradients = tuple[Tensor | None, ...]
"""Of the drive's tensors, the state and the parameters, as ``Recursion.tensors`` has them."""


class Forward(NamedTuple):
    """What a backend has computed forward.

    Args:
        states: the states at 1 … T.
        kept: what else its reverse needs of the steps.
    """

    states: State
    kept: Tensors = ()


class Wanted(NamedTuple):
    """What is asked of a backend's reverse.

    Args:
        grad_states: the gradient that arrives at each part of the states; None if it is zero.
        drive: which of the drive's tensors need a gradient.
        parameters: whether a parameter needs one.
    """

    grad_states: Gradients
    drive: tuple[bool, ...]
    parameters: bool


class ByHand(Backend):
    """A backend that computes the states forward, and their gradients in reverse."""

    def states(self, recursion: Recursion) -> State:
        if not torch.is_grad_enabled():
            return self.forward(recursion, keep=False).states
        states: State = _BPTT.apply(self, recursion, *recursion.tensors())
        return states

    @abstractmethod
    def forward(self, recursion: Recursion, *, keep: bool) -> Forward:
        """The states at 1 … T and, if ``keep``, what else :meth:`reverse` needs of the steps."""

    @abstractmethod
    def reverse(self, recursion: Recursion, done: Forward, wanted: Wanted) -> Gradients:
        """The gradients of all tensors of the recursion; None where there is none.

        Args:
            recursion: the one that ``forward`` has computed.
            done: what ``forward`` has given.
            wanted: of what, and from which gradients of the states.
        """


class _BPTT(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, backend: ByHand, recursion: Recursion, *tensors: Tensor) -> State:
        states, kept = backend.forward(recursion, keep=True)
        ctx.backend, ctx.recursion = backend, recursion.like((_NOTHING,) * len(tensors))
        ctx.save_for_backward(*tensors, *states, *kept)
        ctx.set_materialize_grads(False)
        return states

    @staticmethod
    def backward(ctx: Any, *grad_states: Tensor | None) -> tuple[Tensor | None, ...]:
        parts, wanted, saved = len(grad_states), ctx.needs_input_grad[_FIRST:], ctx.saved_tensors
        end = len(wanted) + parts
        recursion = ctx.recursion.like(saved[: len(wanted)])
        states, kept = saved[len(wanted) : end], saved[end:]
        # this gradient will be differentiated again, or it is one of a batch
        if torch.is_grad_enabled() or batched(grad_states):
            grads = _of_unrolled(recursion, arriving(states, grad_states))
        else:
            learned = len(wanted) - len(recursion.parameters)
            asked = Wanted(grad_states, wanted[: learned - parts], any(wanted[learned:]))
            grads = ctx.backend.reverse(recursion, Forward(states, kept), asked)
        return (*(None,) * _FIRST, *grads)


_FIRST = 2
"""The arguments of the function above that are no tensors."""

_NOTHING = torch.empty(0)


def arriving(states: State, grad_states: Gradients) -> State:
    """The gradient that arrives at each part of the states, zeros included."""
    return tuple(
        torch.zeros_like(s) if g is None else g for s, g in zip(states, grad_states, strict=True)
    )


def _of_unrolled(recursion: Recursion, grad_states: State) -> Gradients:
    """The same gradients, and differentiable, by automatic differentiation of the plain loop."""
    with torch.enable_grad(), full_precision(grad_states[0]):
        # aliases, so that the gradient ends at them and not at what they came from
        own = tuple(v.view_as(v) for v in recursion.tensors())
        alias = recursion.like(own)
        states = with_parameters(alias.cell, alias.parameters, lambda: Unrolled().states(alias))
        reached = [(s, g) for s, g in zip(states, grad_states, strict=True) if s.requires_grad]
        found = iter(
            torch.autograd.grad(
                [s for s, _ in reached],
                [v for v in own if v.requires_grad],
                [g for _, g in reached],
                create_graph=True,
                allow_unused=True,
            )
        )
    return tuple(next(found) if v.requires_grad else None for v in own)
