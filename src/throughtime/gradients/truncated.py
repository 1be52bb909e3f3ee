"""Back-propagation through the last k steps only."""

from __future__ import annotations

import torch
from torch import nn

from throughtime.context.transforms import exporting
from throughtime.gradients.gradient import Gradient, Stretch, Tensors
from throughtime.whole import whole


class TruncatedBPTT(Gradient):
    r"""Gradients that stop at every k-th step: the state is carried on, its gradient is not.

    Values are exact; the gradient is that of the model in which :math:`h^{(k)}, h^{(2k)}, \dots`
    and what the output edge carries away from these steps are constants, so it is biased unless
    k ≥ T, or the steps are decoupled, where it equals :class:`FullBPTT` (Williams & Peng 1990).
    With running text in streams, ``p.observe(chunk)`` carries the state from one training step to
    the next in the same way.

    A program that ``torch.export`` records with T left open runs in one stretch: its values are the
    same, and who trains it has the gradients of :class:`FullBPTT`.

    Args:
        k: steps in a stretch, at least one.

    Raises:
        ValueError: if k is less than one.

    Example:
        >>> TruncatedBPTT(20)
        TruncatedBPTT(k=20)
    """

    def __init__(self, k: int) -> None:
        self.k = whole("k", k)

    def fold(
        self, stretch: Stretch, carry: Tensors, steps: Tensors, constant: Tensors, module: nn.Module
    ) -> tuple[Tensors, Tensors]:
        if exporting() and not isinstance(steps[0].shape[0], int):
            return stretch(carry, steps, constant)
        outputs: list[Tensors] = []
        for part in zip(*(s.split(self.k) for s in steps), strict=True):
            if outputs:
                carry = tuple(c.detach() for c in carry)
            carry, output = stretch(carry, part, constant)
            outputs.append(output)
        return carry, tuple(torch.cat(o) for o in zip(*outputs, strict=True))
