"""One symbol against all others: what its probability needs of the logits of thousands."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from throughtime.context.transforms import batched


def against_the_rest(o: Tensor, y: Tensor, symbols: int) -> Tensor:
    r"""The logits of an alphabet of two: the symbol y, and any other.

    .. math:: \big(o_y,\; r = \log \sum_{k \ne y} e^{o_k}\big), \qquad
              P(y) = \frac{e^{o_y}}{e^{o_y} + e^r}

    In it y is symbol 0. All probabilities that concern y and not which other symbol there might
    have been are the same: that of y, and that of an end among the symbols. The gradient is by
    hand: :math:`\partial r / \partial o_k = e^{o_k - r}` for k ≠ y, so that of log P(y) is
    1[y] - softmax(o) (Goodfellow et al. 2016, 10.18).

    Args:
        o: ``(*, units)``, the logits of the symbols, and what may stand after them.
        y: ``(*,)``, from 0 to ``symbols`` - 1.
        symbols: how many of the units are symbols, at least two.

    Returns:
        ``(*, 2 + units - symbols)``: the two logits, and the other units as they are.

    Example:
        >>> o = torch.tensor([1.0, 2.0, 3.0, -1.0])
        >>> two = against_the_rest(o, torch.tensor(2), 3)
        >>> bool(torch.allclose(two[:2].log_softmax(-1)[0], o[:3].log_softmax(-1)[2])), two[2]
        (True, tensor(-1.))
    """
    reduced: Tensor = _AgainstTheRest.apply(o, y.long()[..., None], symbols)
    return reduced


class _AgainstTheRest(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, o: Tensor, y: Tensor, symbols: int) -> Tensor:
        logits, other = o[..., :symbols], o[..., symbols:]
        highest = logits.amax(-1, keepdim=True)
        odds = (logits - highest).exp_().scatter_(-1, y, 0.0)
        total = odds.sum(-1, keepdim=True)
        ctx.symbols = symbols
        ctx.save_for_backward(o, y, odds, total)
        return torch.cat([logits.gather(-1, y), total.log() + highest, other], -1)

    @staticmethod
    def backward(ctx: Any, grad: Tensor) -> tuple[Tensor | None, ...]:
        o, y, odds, total = ctx.saved_tensors
        if torch.is_grad_enabled() or batched((grad,)):
            return _of_plain(o, y, ctx.symbols, grad), None, None
        found = torch.empty_like(o)
        # where all others have underflowed, none has a gradient
        share = grad[..., 1:2] / total.clamp(min=torch.finfo(total.dtype).tiny)
        torch.mul(odds, share, out=found[..., : ctx.symbols])
        found.scatter_(-1, y, grad[..., :1])
        found[..., ctx.symbols :] = grad[..., 2:]
        return found, None, None


def _of_plain(o: Tensor, y: Tensor, symbols: int, grad: Tensor) -> Tensor:
    """The same gradient, and differentiable."""
    with torch.enable_grad():
        own = o.view_as(o)
        logits = own[..., :symbols]
        rest = logits.scatter(-1, y, -torch.inf).logsumexp(-1, keepdim=True)
        reduced = torch.cat([logits.gather(-1, y), rest, own[..., symbols:]], -1)
        (found,) = torch.autograd.grad(reduced, own, grad, create_graph=True)
    return found
