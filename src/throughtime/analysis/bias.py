"""How wrong the gradient of truncated back-propagation is, and which k is enough."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import torch
from torch import Tensor

from throughtime.analysis.nodes import differentiated, losses_of
from throughtime.data.examples import Examples
from throughtime.evaluation.likelihood import decoder, there
from throughtime.gradients import FullBPTT, TruncatedBPTT
from throughtime.gradients.gradient import Gradient
from throughtime.runs.build import Model
from throughtime.sequence import Sequence


@dataclass(frozen=True, eq=False)
class Truncation:
    """The relative error of the gradient of truncated BPTT.

    Args:
        k: the lengths of a stretch, in increasing order.
        errors: ‖g_k - g‖ / ‖g‖ for each.
        steps: T, how long the longest row is; from there on the error is zero.
    """

    k: tuple[int, ...]
    errors: tuple[float, ...]
    steps: int

    def within(self, bias: float = 0.01) -> int | None:
        """The smallest k from which on the error is never above ``bias``; None if there is none.

        Example:
            >>> Truncation((1, 2, 4, 8), (0.9, 0.2, 0.005, 0.0), 8).within(0.01)
            4
        """
        found = None
        for k, error in zip(reversed(self.k), reversed(self.errors), strict=True):
            if not error <= bias:
                break
            found = k
        return found


def truncation(model: Model, rows: Examples, ks: Iterable[int] | None = None) -> Truncation:
    r"""The relative error of the gradient with respect to all parameters that
    :class:`~throughtime.gradients.TruncatedBPTT` gives, against k:

    .. math:: \frac{\lVert g_k - g \rVert}{\lVert g \rVert}, \qquad
              g = \nabla_\theta \sum_t L^{(t)}

    as training truncates: time is cut into stretches of k steps, and the gradient stops at each
    cut. A loss just after a cut has lost nearly all of its past whatever k is, so that the error of
    a short memory falls about as 1/k, the share of such losses. Where the gradient is small, as at
    the end of training, the same error is a larger relative one; and of few examples it is that of
    their gradient, noise included: more rows tell it better.

    Args:
        model: the model; nothing is dropped.
        rows: the examples.
        ks: the lengths of a stretch; by default 1, 2, 3, 4, 6, 8, 12, … and T.

    Raises:
        ValueError: if there is no step, or the gradient is zero.

    Example:
        >>> import throughtime as tt
        >>> model = tt.RecurrentModel(
        ...     tt.cells.GRU(4), tt.wirings.HIDDEN_TO_HIDDEN, tt.outputs.Normal(), input_size=2)
        >>> x, y = tt.Sequence(torch.randn(8, 6, 2)), tt.Sequence(torch.randn(8, 6, 1))
        >>> found = truncation(model, tt.data.Examples(x, y))
        >>> found.k, found.errors[-1]
        ((1, 2, 3, 4, 6), 0.0)
    """
    rows = there(model, rows)
    steps = _steps(model, rows)
    if steps < 1:
        raise ValueError("there is no step to look at: give examples with at least one")
    if ks is None:
        powers = [2**i for i in range(steps.bit_length())]
        ks = [*(k for k in (*powers, *(3 * k for k in powers)) if k < steps), steps]
    lengths = tuple(sorted(set(ks)))
    exact = _gradient(model, rows, FullBPTT())
    norm = float(exact.norm())
    if not norm:
        raise ValueError("the gradient of these examples is zero, so no error is relative to it")
    errors = []
    for k in lengths:
        other = _gradient(model, rows, TruncatedBPTT(k))
        errors.append(float((other - exact).norm()) / norm)
    return Truncation(lengths, tuple(errors), steps)


def _steps(model: Model, rows: Examples) -> int:
    """How many steps the longest row takes, that of stopping included."""
    inner = decoder(model)
    longest = rows.x if inner.wiring.emits_last else rows.y
    assert isinstance(longest, Sequence)
    if not longest.lengths.numel():
        return 0
    return int(longest.lengths.max()) + int(inner.length is not None and inner.length.stops)


def _gradient(model: Model, rows: Examples, gradient: Gradient) -> Tensor:
    """∇θ of the sum of all losses, as one vector."""
    parameters = [p for p in model.parameters() if p.requires_grad]
    with differentiated(model, gradient):
        loss = losses_of(model, rows)[0].sum()
        found = torch.autograd.grad(loss, parameters, allow_unused=True)
    return torch.cat(
        [
            (torch.zeros_like(v) if g is None else g).flatten().double()
            for g, v in zip(found, parameters, strict=True)
        ]
    )
