"""Back-propagation through time by hand, for any cell (Goodfellow et al. 2016, 10.2.2)."""

from __future__ import annotations

from torch import Tensor

from throughtime.cells.cell import State
from throughtime.gradients.backends.choice import chosen
from throughtime.gradients.recursion import Recursion


def unfold(recursion: Recursion) -> tuple[Tensor, State]:
    """h(1) … h(T) alone of what :func:`bptt` gives, and the state of each row at its own end."""
    return chosen(recursion).unfold(recursion)


def bptt(recursion: Recursion) -> State:
    r""":func:`~throughtime.unroll`, differentiated in two parts.

    1. The recursion, the only sequential part. From t = τ down to 1, what reaches h(t) from above
       and from h(t+1) goes back through one step:

       .. math:: \nabla_{h^{(t)}} L = \Big(\frac{\partial h^{(t+1)}}{\partial h^{(t)}}\Big)^{\!\top}
                 \nabla_{h^{(t+1)}} L + \Big(\frac{\partial o^{(t)}}{\partial h^{(t)}}\Big)^{\!\top}
                 \nabla_{o^{(t)}} L

    2. Each parameter's gradient, a sum over t, as *one* product over all T·B rows.

    Differentiating the gradient again (``create_graph=True``) and ``torch.func`` transforms go
    through the plain loop, and are exact too. :mod:`throughtime.gradients.backends.choice` says
    which backend computes what.

    Returns:
        The states at 1 … T: for each tensor of the state, one of shape ``(T, rows, size)``.

    Raises:
        RuntimeError: if the cell's step draws random numbers; its gradient could not be right.

    Example:
        >>> from throughtime.cells import GRU
        >>> cell = GRU(3)
        >>> (h,) = bptt(Recursion(cell, torch.zeros(4, 2, 9), cell.initial_state(2)))
        >>> h.shape
        torch.Size([4, 2, 3])
    """
    return chosen(recursion).states(recursion)
