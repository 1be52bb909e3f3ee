"""Our cells that are written as a step alone, as ours and the plain loop both take them."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor

import throughtime as tt
from benchmarks.rows.as_step import AsStep
from benchmarks.run import Run
from throughtime.cells import Cell, State

CELLS: dict[str, Callable[[int], Cell]] = {
    "peephole LSTM": tt.cells.PeepholeLSTM,
    "layer-norm LSTM": tt.cells.LayerNormLSTM,
    "layer-norm GRU": tt.cells.LayerNormGRU,
    "minGRU": tt.cells.MinGRU,
    "minLSTM": tt.cells.MinLSTM,
    "IndRNN": tt.cells.IndRNN,
}


def steps_of(problem: AsStep, states: Callable[[Cell, Tensor, Tensor, State], Tensor]) -> Run:
    """Training steps of h(1) … h(T), from a cell, x, U and the first state."""
    torch.manual_seed(0)
    cell = CELLS[problem.cell](problem.hidden)
    with torch.no_grad():  # at 1, the layer norm's scales let the smallest rounding grow with t
        for name, parameter in cell.named_parameters():
            parameter.mul_(0.5 if name.startswith("alpha") else 1)
    U = torch.randn(cell.drive_size, problem.inputs) / problem.inputs**0.5
    x = torch.randn(problem.steps, problem.rows, problem.inputs)
    arriving = torch.randn(problem.steps, problem.rows, problem.hidden)
    own = [U.requires_grad_(), *cell.parameters()]

    def step() -> tuple[Tensor, ...]:
        h = states(cell, x, U, cell.initial_state(problem.rows))
        return (h.detach(), *torch.autograd.grad(h, own, arriving))

    return Run(step)
