"""The readout: o(t) = c + V h(t), and what is made of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import torch
from torch import Tensor
from torch.nn import functional as F

from throughtime.context.autocast import Autocast, full_precision
from throughtime.context.transforms import batched, recorded, values_hidden
from throughtime.gradients.gradient import Tensors
from throughtime.graph.steps import Steps

Made = Callable[[Tensor, Steps], Tensors]
"""What is made of each o(t) by itself: from o, ``(T, rows, units)``, and the steps to tensors of
shape ``(T, rows)``."""

CHUNK, FAR = 2**20, 2**26
"""How many numbers of o(1) … o(T) are in memory at a time, where only what is made of them is
kept: they fit into a processor's cache, and a product of them is still a large one. On another
device it is more, so that there are few kernels to launch."""


class Readout(NamedTuple):
    r"""What o(1) … o(T) are read from.

    .. math:: o^{(t)} = c + V h^{(t)}

    Args:
        h: ``(T, rows, H)``; o itself, of a loop that has computed it.
        V: ``(units, H)``; None of a loop.
        c: ``(units,)``; None of a loop.

    Example:
        >>> h, V, c = torch.randn(5, 2, 3), torch.randn(4, 3), torch.zeros(4)
        >>> Readout(h, V, c).o.shape
        torch.Size([5, 2, 4])
    """

    h: Tensor
    V: Tensor | None = None
    c: Tensor | None = None

    @property
    def o(self) -> Tensor:
        """o(1) … o(T), in the parameters' dtype under autocast too: probabilities need it."""
        if self.V is None:
            return self.h
        return F.linear(self.h, self.V, self.c).to(self.V.dtype)

    def each(self, made: Made, steps: Steps) -> Tensors:
        """What is made of each o(t), of a part of them at a time.

        With thousands of symbols, o(1) … o(T) are the most that a model has in memory, many times
        over where torch differentiates; and from there to a cache and back is a longer way than to
        compute them twice. So only what is made of them is kept, and the gradient computes them
        again, part by part. Few are kept as they are.
        """
        tensors = [v for v in (*self, *steps) if v is not None]
        if self.V is None or values_hidden() or recorded(tensors):
            return made(self.o, steps)
        rows, units = self.h.shape[:-1].numel(), len(self.V)
        if rows * units <= _most(self.h):
            return made(self.o, steps)
        flat = steps.like(tuple(v.flatten(0, 1)[:, None] for v in steps.tensors()))
        autocast, (h, V) = Autocast.now(self.h), (self.h.flatten(0, 1), self.V)
        if autocast.enabled and h.dtype != torch.float64:  # as torch.autocast does
            h, V = h.to(autocast.dtype), V.to(autocast.dtype)
        found: Tensors = _InParts.apply(made, flat, h, V, self.c, *flat.tensors())
        return tuple(v.reshape(self.h.shape[:2]) for v in found)


class _InParts(torch.autograd.Function):
    """``made(c + V h, steps)`` of rows ``(N, H)``, one for each step of each row of the batch."""

    @staticmethod
    def forward(
        ctx: Any, made: Made, steps: Steps, h: Tensor, V: Tensor, c: Tensor, *of_steps: Tensor
    ) -> Tensors:
        ctx.made, ctx.steps = made, steps.like((_NOTHING,) * len(of_steps))
        ctx.save_for_backward(h, V, c, *of_steps)
        with full_precision(h):
            parts = [
                made(_read(h[at], V, c), steps.like(tuple(v[at] for v in of_steps)))
                for at in _parts(h, V)
            ]
        return tuple(torch.cat(v) for v in zip(*parts, strict=True))

    @staticmethod
    def backward(ctx: Any, *grads: Tensor) -> tuple[Tensor | None, ...]:
        h, V, c, *of_steps = ctx.saved_tensors
        wanted = ctx.needs_input_grad[_FIRST:]

        def made(o: Tensor, *of_steps: Tensor) -> Tensors:
            return ctx.made(o, ctx.steps.like(of_steps))

        def whole(h: Tensor, V: Tensor, c: Tensor, *of_steps: Tensor) -> Tensors:
            return made(_read(h, V, c), *of_steps)

        with full_precision(h):
            if torch.is_grad_enabled() or batched(grads):
                found = _vjp(whole, ctx.saved_tensors, wanted, grads, again=True)
                return (*(None,) * _FIRST, *found)
            grad_h, grad_V = torch.empty_like(h), torch.zeros_like(V, dtype=c.dtype)
            grad_c, of_parts = torch.zeros_like(c), []
            for at in _parts(h, V):
                inputs = (_read(h[at], V, c), *(v[at] for v in of_steps))
                arriving = tuple(g[at] for g in grads)
                grad_o, *rest = _vjp(made, inputs, (True, *wanted[3:]), arriving)
                assert grad_o is not None
                rows = grad_o.squeeze(1)
                grad_c += rows.sum(0)
                rows = rows.to(V.dtype)
                torch.mm(rows, V, out=grad_h[at])
                if V.dtype == grad_V.dtype:
                    grad_V.addmm_(rows.T, h[at])
                else:  # products of half precision are added up in full
                    grad_V += rows.T @ h[at]
                of_parts.append(rest)
        of_steps = [None if v[0] is None else torch.cat(v) for v in zip(*of_parts, strict=True)]
        return (*(None,) * _FIRST, grad_h, grad_V.to(V.dtype), grad_c, *of_steps)


_FIRST = 2
"""The arguments of the function above that are no tensors."""

_NOTHING = torch.empty(0)


def _read(h: Tensor, V: Tensor, c: Tensor) -> Tensor:
    """o of rows ``(n, H)``, ``(n, 1, units)``, in the dtype of the probabilities."""
    o = torch.addmm(c, h, V.T) if c.dtype == V.dtype else c + h @ V.T
    return o[:, None]


def _parts(h: Tensor, V: Tensor) -> Iterator[slice]:
    size = max(1, _most(h) // len(V))
    return (slice(begin, begin + size) for begin in range(0, len(h), size))


def _most(h: Tensor) -> int:
    return CHUNK if h.is_cpu else FAR


def _vjp(
    function: Callable[..., Tensors],
    inputs: Tensors,
    wanted: tuple[bool, ...],
    grads: Tensors,
    *,
    again: bool = False,
) -> tuple[Tensor | None, ...]:
    """The vector-Jacobian product of a function with the gradients that arrive, for the wanted
    inputs; ``again`` says that it will be differentiated, too."""
    with torch.enable_grad():
        own = tuple(
            (v.view_as(v) if again else v.detach().requires_grad_()) if want else v
            for v, want in zip(inputs, wanted, strict=True)
        )
        made = zip(function(*own), grads, strict=True)
        reached = [(v, g) for v, g in made if v.requires_grad]
        found = iter(
            torch.autograd.grad(
                [v for v, _ in reached],
                [v for v, want in zip(own, wanted, strict=True) if want],
                [g for _, g in reached],
                create_graph=again,
                materialize_grads=True,
            )
        )
    return tuple(next(found) if want else None for want in wanted)
