"""The same numbers on a device as on the CPU, in float64, of every kind of model."""

from __future__ import annotations

import copy
import itertools
from collections.abc import Iterator
from typing import Any

import torch
from torch import Tensor, nn

import throughtime as tt
from throughtime.wiring import Edge

TOLERANCE = 1e-10
"""Of the largest relative difference; float64 has 1e-16."""

K, T, ROWS, H = 5, 70, 6, 7
"""Symbols, the most steps, rows, and units."""


class MinimalGatedUnit(tt.cells.Cell):
    """A cell of one's own (Zhou et al. 2016)."""

    def __init__(self, hidden_size: int) -> None:
        super().__init__(hidden_size, gates=2)
        self.forget = nn.Linear(hidden_size, hidden_size)
        self.propose = nn.Linear(hidden_size, hidden_size)

    def step(self, drive: Tensor, state: tuple[Tensor, ...]) -> tuple[Tensor, ...]:
        (h,), (u_f, u_h) = state, drive.chunk(2, -1)
        f = torch.sigmoid(u_f + self.forget(h))
        return ((1 - f) * h + f * torch.tanh(u_h + self.propose(f * h)),)


CELLS: dict[str, Any] = {
    "tanh": tt.cells.Elman,
    "relu": lambda size: tt.cells.Elman(size, nonlinearity="relu"),
    "gru": tt.cells.GRU,
    "lstm": tt.cells.LSTM,
    "own cell": MinimalGatedUnit,
}

WIRINGS = {
    "2.1": tt.wirings.HIDDEN_TO_HIDDEN,
    "both ways": tt.Wiring(Edge.INPUT, Edge.HIDDEN, Edge.BACKWARD, Edge.EMIT),
    "2.2": tt.wirings.OUTPUT_TO_HIDDEN,
    "2.3": tt.wirings.SEQUENCE_TO_VECTOR,
    "2.4": tt.wirings.VECTOR_TO_SEQUENCE,
    "2.5": tt.wirings.HIDDEN_AND_OUTPUT_TO_HIDDEN,
    "E[y] fed back": tt.Wiring(Edge.INPUT, Edge.HIDDEN, Edge.EXPECTED, Edge.EMIT),
    "o fed back": tt.Wiring(Edge.VECTOR, Edge.HIDDEN, Edge.OUTPUT, Edge.EMIT),
}

KINDS = (
    (tt.gradients.FullBPTT(), 1),
    (tt.gradients.TruncatedBPTT(20), 2),
    (tt.gradients.CheckpointedBPTT(), 1),
)
"""Gradient methods, with a number of layers each."""


def model_of(
    cell: Any, wiring: tt.Wiring, gradient: Any, layers: int = 1, hidden: int = H
) -> tt.RecurrentModel:
    """A model of symbols, of two layers where the lower one is fed nothing."""
    torch.manual_seed(0)
    return tt.RecurrentModel(
        [cell(hidden) for _ in range(layers)],
        wiring,
        tt.outputs.Categorical(K),
        None if Edge.INPUT in wiring else tt.lengths.EndOfSequence(),
        input_size=3 if Edge.INPUT in wiring else None,
        vector_size=3 if Edge.VECTOR in wiring else None,
        initial_state="learned" if any(wiring.directions) else "zeros",
        gradient=gradient,
    )


def checks(device: torch.device) -> int:
    """Print the largest differences by wiring and cell, and how many are too large."""
    print(f"\nlargest relative difference from the CPU in float64 ({', '.join(CELLS)})")
    wrong = 0
    for name, wiring in WIRINGS.items():
        found = []
        for cell in CELLS.values():
            errors = [
                _difference(model_of(cell, wiring, gradient, layers), device)
                for gradient, layers in KINDS
            ]
            found.append(max(errors))
        wrong += sum(not error < TOLERANCE for error in found)
        print(f"  {name:14} " + "  ".join(f"{error:7.1e}" for error in found))
    for cell in ("gru", "own cell"):
        off = _draws(CELLS[cell], device)
        wrong += not off < 5
        print(f"  draws, {cell}: {off:.1f} standard errors from the model's probabilities")
    print(f"  {wrong} too large" if wrong else "  all agree")
    return wrong


def _difference(model: tt.RecurrentModel, device: torch.device) -> float:
    """Of log p, the gradients and the most probable sequence; three times, as what is recorded the
    second time is used in the third."""
    model = model.double()
    there = copy.deepcopy(model).to(device)
    torch.manual_seed(1)
    given = tuple(_given(model))
    expected = list(_numbers(model, *given))
    worst = 0.0
    for _ in range(3):
        for e, f in zip(expected, _numbers(there, *(_to(v, device) for v in given)), strict=True):
            worst = max(worst, float((e - f.cpu()).norm() / e.norm().clamp(min=1e-30)))
    return worst


def _given(model: tt.RecurrentModel) -> Iterator[Any]:
    lengths = torch.tensor([0, 1, T, T // 2, 3, T])
    x = torch.randn(ROWS, T, 3).double()
    yield (
        tt.Sequence(x, lengths.clamp(min=int(model.wiring.emits_last)))
        if Edge.INPUT in (model.wiring)
        else x[:, 0]
    )
    y = torch.randint(K, (ROWS, T))
    yield y[:, 0] if model.wiring.emits_last else tt.Sequence(y, lengths)


def _to(value: Any, device: torch.device) -> Any:
    return value.to(device)


def _numbers(model: tt.RecurrentModel, x: Any, y: Any) -> Iterator[Tensor]:
    model.zero_grad()
    p = model(x)
    log_p = p.log_prob(y)
    yield log_p.detach()
    log_p.sum().backward()
    for parameter in model.parameters():
        yield torch.zeros_like(parameter) if parameter.grad is None else parameter.grad.clone()
    if isinstance(p, tt.SequenceDistribution):
        yield p.mode(2, max_length=20).lengths.double()


def _draws(cell: Any, device: torch.device, draws: int = 20_000) -> float:
    """How far the shares of drawn sequences are from their probabilities, in standard errors."""
    torch.manual_seed(0)
    model = tt.RecurrentModel(
        cell(H), tt.Wiring(Edge.HIDDEN, Edge.OBSERVED, Edge.EMIT), tt.outputs.Categorical(2),
        tt.lengths.Unending(),
    ).to(device)  # fmt: skip
    all_ = torch.tensor(list(itertools.product((0, 1), repeat=6)), device=device)
    p = model().log_prob(all_).exp().detach()
    counts = torch.zeros(len(all_), device=device)
    for _ in range(3):
        y = model().sample((draws,), max_length=6).values
        number = (y * 2 ** torch.arange(5, -1, -1, device=device)).sum(-1)
        counts += number.bincount(minlength=len(all_))
    total = 3 * draws
    return float(((counts / total - p) / (p * (1 - p) / total).sqrt()).abs().max())
