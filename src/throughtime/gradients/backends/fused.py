"""torch's own fused kernels, for the cells that it has, on the devices that the engine has not."""

from __future__ import annotations

import warnings
from collections.abc import Callable

import torch
from torch import Tensor
from torch.nn.utils.parametrize import is_parametrized

from throughtime.cells.cell import State
from throughtime.context.transforms import recorded, values_hidden
from throughtime.engine.sweep import Ragged
from throughtime.gradients.backends.backend import Backend
from throughtime.gradients.backends.stepwise import Stepwise
from throughtime.gradients.recursion import Recursion

KERNELS: dict[str, Callable[..., tuple[Tensor, ...]]] = {
    "elman_tanh": torch.rnn_tanh,
    "elman_relu": torch.rnn_relu,
    "gru": torch.gru,
    "lstm": torch.lstm,
}
"""By the engine's names of the same equations."""


class Fused(Backend):
    r"""Elman, GRU and LSTM by the kernels behind torch.nn (cuDNN, MIOpen, Metal, oneDNN).

    They take x(t) and its matrix. Where x(t) alone enters, by a matrix, that is what they get;
    elsewhere the drive u(t) is their x(t), and its matrix is the identity:

    .. math:: W_{ih} x^{(t)} = I\, u^{(t)}

    Rows of different lengths are packed, those without a step left out. On a GPU, float32 products
    are torch's: ``torch.backends.cudnn.allow_tf32`` says in which precision.
    """

    @classmethod
    def of(cls, recursion: Recursion) -> Fused | None:
        known = recursion.cell.kernel is not None and not is_parametrized(recursion.cell)
        if not known or not recursion.recurrent or not elsewhere(recursion.state[0]):
            return None
        return None if values_hidden() or recorded(recursion.tensors()) else cls()

    def states(self, recursion: Recursion) -> State:
        """The kernels keep c(1) … c(T) for themselves, so that these take the plain loop."""
        return Stepwise().states(recursion)

    def unfold(self, recursion: Recursion) -> tuple[Tensor, State]:
        state, rows = recursion.state, Ragged.of(recursion.alive)
        x, weights = _entering(recursion)
        name = str(recursion.cell.kernel)
        nothing = state[0].new_zeros(*x.shape[:2], recursion.cell.hidden_size)
        if not nothing.numel():
            return nothing, state
        if rows is None:
            return _run(name, x, (), state, weights)
        order, at, sizes = _packed(rows, len(x))
        if not len(order):
            return nothing, state
        first = tuple(s.index_select(0, order) for s in state)
        h, last = _run(name, x.flatten(0, 1).index_select(0, at), (sizes,), first, weights)
        ends = zip(state, last, strict=True)
        return (
            nothing.flatten(0, 1).index_copy(0, at, h).view_as(nothing),
            tuple(s.index_copy(0, order, end) for s, end in ends),
        )


def _packed(rows: Ragged, steps: int) -> tuple[Tensor, Tensor, Tensor]:
    """The rows that have a step, the longest first; where their steps are among all T · B, each
    time together; and how many rows take each step, on the CPU, where the kernels want it.

    One index is one kernel; torch's ``pack_padded_sequence`` has one for each length there is.
    """
    lengths, order = rows.lengths.cpu(), rows.order.cpu()
    order = order[lengths[order] > 0]
    here = torch.arange(steps, device="cpu")[:, None] < lengths[order]
    at = torch.arange(steps, device="cpu")[:, None] * len(lengths) + order
    sizes = here.sum(1)
    device = rows.order.device
    return order.to(device), at[here].to(device), sizes[sizes > 0]


def elsewhere(state: Tensor) -> bool:
    """Whether a state is not on the CPU, where the engine is, and the equations by hand."""
    return not state.is_cpu


def _run(
    name: str, x: Tensor, packed: tuple[Tensor, ...], state: State, weights: list[Tensor]
) -> tuple[Tensor, State]:
    """One layer in one direction: h(1) … h(T), and the state after them."""
    hx = tuple(s[None].contiguous() for s in state)
    options = (True, 1, 0.0, torch.is_grad_enabled(), False)  # biases, layers, dropout, training
    with warnings.catch_warnings():
        # cuDNN has the weights in one piece, as the modules of torch.nn keep them; it is copied
        warnings.filterwarnings("ignore", "RNN module weights are not part of single contiguous")
        given = (x, *packed, hx if len(hx) > 1 else hx[0], weights, *options)
        h, *last = KERNELS[name](*given, *(() if packed else (False,)))
    like = state[0].dtype
    return h.to(like), tuple(part[0].to(like) for part in last)


def _entering(recursion: Recursion) -> tuple[Tensor, list[Tensor]]:
    """x(1) … x(T) of the kernel, and W_ih, W_hh, b_ih and b_hh."""
    drive, (W, b, *m) = recursion.drive, recursion.parameters
    zeros = b.new_zeros(len(b) - sum(map(len, m)))
    biases = [b, torch.cat([zeros, *m])]
    if len(drive.tensors()) == 2 and drive.edges and drive.edges[0].values.is_floating_point():
        ((values, weight),) = drive.edges
        return values, [weight, W, *biases]
    u = recursion.added_up.u
    return u, [torch.eye(len(b), dtype=u.dtype, device=u.device), W, *biases]
