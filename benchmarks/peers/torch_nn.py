"""torch.nn's own modules, as they are."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor, nn

from benchmarks.rows.training import Layer
from benchmarks.run import Run

NAME = "torch.nn"
VERSION = torch.__version__

MODULES: dict[str, Callable[[int, int], Any]] = {"tanh": nn.RNN, "gru": nn.GRU, "lstm": nn.LSTM}


def given(kind: Callable[[int, int], Any], layer: Layer) -> Any:
    """A module with the problem's weights."""
    module, arrays = kind(layer.inputs, layer.hidden), layer.arrays()
    U, W, b, m = (torch.from_numpy(a) for a in arrays[:4])
    with torch.no_grad():
        module.weight_ih_l0.copy_(U)
        module.weight_hh_l0.copy_(W)
        module.bias_ih_l0.copy_(b)
        module.bias_hh_l0.zero_()
        if layer.cell == "gru":
            module.bias_hh_l0[-layer.hidden :] = m
    return module


def steps_of(module: nn.Module, layer: Layer) -> Run:
    """Training steps of a module with torch.nn's interface."""
    arrays = layer.arrays()
    x, arriving = torch.from_numpy(arrays.x), torch.from_numpy(arrays.arriving)
    own = list(module.parameters())

    def step() -> tuple[Tensor, ...]:
        h = module(x)[0]
        return (h.detach(), *torch.autograd.grad(h, own, arriving))

    return Run(step, read=lambda found: found[:4])


def train(layer: Layer) -> Run:
    return steps_of(given(MODULES[layer.cell], layer), layer)


call = train


def infer(layer: Layer) -> Run:
    module, x = given(MODULES[layer.cell], layer), torch.from_numpy(layer.arrays().x)
    return Run(torch.inference_mode()(lambda: (module(x)[0],)))


def stream(layer: Layer) -> Run:
    """The module called for one step at a time."""
    module, x = given(MODULES[layer.cell], layer), torch.from_numpy(layer.arrays().x)

    @torch.inference_mode()
    def step() -> tuple[Tensor]:
        state, outputs = None, []
        for t in range(layer.steps):
            h, state = module(x[t : t + 1], state)
            outputs.append(h)
        return (torch.cat(outputs),)

    return Run(step)
