"""torchrecurrent's cells; of the user's cells it has the peephole LSTM."""

from __future__ import annotations

from importlib.metadata import version

import torch
import torchrecurrent
from torch import Tensor

from benchmarks.rows.own_cell import OwnCell
from benchmarks.run import Declined, Run

NAME = "torchrecurrent"
VERSION = version("torchrecurrent")


def own(problem: OwnCell) -> Run:
    if problem.cell != "peephole LSTM":
        raise Declined("it has no such cell")
    U, W, b, p, x, arriving = (torch.from_numpy(a) for a in problem.arrays())
    module = torchrecurrent.PeepholeLSTM(problem.inputs, problem.hidden)
    parameters = dict(module.cells[0].named_parameters())
    values = {"weight_ih": U, "weight_hh": W, "bias_ih": b, "weight_ph": p}
    with torch.no_grad():
        for name, parameter in parameters.items():
            parameter.copy_(values.get(name, torch.zeros_like(parameter)))
    own = [parameters[name] for name in values]

    def step() -> tuple[Tensor, ...]:
        h = module(x)[0]
        return (h.detach(), *torch.autograd.grad(h, own, arriving))

    return Run(step)
