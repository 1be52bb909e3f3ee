"""torch.compile of a plain loop.

Of torch.nn's modules it compiles nothing: dynamo says that it "does not support RNN, GRU, or LSTM"
and runs them eagerly, as the peer torch.nn does. A compiled step in a loop of Python is slower than
an eager one, and torch's operator ``scan`` does not go through. What it does compile is the loop
unrolled over all T steps, in a time that grows with T: at T = 100 a quarter of a minute for tanh,
and minutes for a gated cell. So it takes part in two sizes of tanh, and in users' cells as far as
the bench waits.
"""

from __future__ import annotations

import os

os.environ["TORCHINDUCTOR_COMPILE_THREADS"] = "1"  # no processes that would outlive this one

import torch
from torch import Tensor
from torch.nn import functional as F

from benchmarks.peers.torch_loop import differentiated, hidden_states
from benchmarks.rows.own_cell import OwnCell
from benchmarks.rows.training import Layer
from benchmarks.run import Declined, Run

NAME = "torch.compile"
VERSION = torch.__version__

SIZES = ((1, 100, 64), (32, 100, 256))
"""Rows, steps and H of the layers that are compiled."""


def train(layer: Layer) -> Run:
    if layer.cell != "tanh" or (layer.rows, layer.steps, layer.hidden) not in SIZES:
        raise Declined("the loop unrolled compiles for too long to do it everywhere")
    U, W, b, _, x, arriving = (torch.from_numpy(a) for a in layer.arrays())
    own = [w.requires_grad_() for w in (U, W, b)]

    @torch.compile
    def hidden(x: Tensor, U: Tensor, W: Tensor, b: Tensor) -> Tensor:
        h, outputs = x.new_zeros(x.shape[1], len(W)), []
        for u in F.linear(x, U, b):
            h = torch.tanh(u + h @ W.T)
            outputs.append(h)
        return torch.stack(outputs)

    def step() -> tuple[Tensor, ...]:
        h = hidden(x, *own)
        return (h.detach(), *torch.autograd.grad(h, own, arriving))

    return Run(step)


def own(problem: OwnCell) -> Run:
    return differentiated(problem, torch.compile(hidden_states))
