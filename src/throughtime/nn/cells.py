"""The cells that torch.nn's modules have, and torch.nn's tensors as a cell's parameters."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional as F

from throughtime.cells import GRU, LSTM, Cell, Elman

CELLS: dict[str, Callable[[int], Cell]] = {
    "RNN_TANH": Elman,
    "RNN_RELU": lambda hidden_size: Elman(hidden_size, "relu"),
    "GRU": GRU,
    "LSTM": LSTM,
}
"""By what torch.nn calls a module's ``mode``."""


def cell_of(mode: str, hidden_size: int) -> Cell:
    """The cell of a mode, whose parameters have shapes but no numbers; :func:`with_weights` brings
    them.

    Example:
        >>> cell_of("GRU", 4).W.device
        device(type='meta')
    """
    with torch.device("meta"):
        return CELLS[mode](hidden_size)


def with_weights(
    cell: Cell, weight_hh: Tensor, bias_ih: Tensor | None = None, bias_hh: Tensor | None = None
) -> Cell:
    r"""The same equations with torch.nn's tensors in them.

    .. math::
        W = W_{hh}, \qquad b = b_{ih} + b_{hh}

    and in the GRU, which resets b_hn together with W_hn h(t-1),

    .. math::
        b = b_{ih} + (b_{hr}, b_{hz}, 0), \qquad m = b_{hn}

    It is a copy for one call, so that threads that use a module at the same time do not share it.

    Example:
        >>> gru = torch.nn.GRU(3, 4)
        >>> cell = with_weights(cell_of("GRU", 4), *gru.all_weights[0][1:])
        >>> bool((cell.m == gru.bias_hh_l0[8:]).all())
        True
    """
    H = cell.hidden_size
    if bias_ih is None or bias_hh is None:
        bias_ih = bias_hh = weight_hh.new_zeros(cell.drive_size)
    tensors: tuple[Any, ...] = (weight_hh, bias_ih + bias_hh)
    if isinstance(cell, GRU):
        # no view: it would keep bias_hh from being swapped while an output is there
        m = bias_hh[2 * H :].clone()
        tensors = (weight_hh, bias_ih + F.pad(bias_hh[: 2 * H], (0, H)), m)
    made = type(cell).__new__(type(cell))  # copy.copy, in words that torch.compile understands
    made.__dict__.update(vars(cell), _parameters=dict(zip(cell._parameters, tensors, strict=True)))
    return made
