"""Small models of every kind in float64, and random problems for them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Literal, NamedTuple

import jaxtyping
import pytest
import torch
from hypothesis import settings
from torch import Tensor, nn

import throughtime as tt
from throughtime import Edge, RecurrentModel, Sequence, Wiring
from throughtime.cells import (
    GRU,
    LSTM,
    Cell,
    Elman,
    IndRNN,
    LayerNormGRU,
    LayerNormLSTM,
    MinGRU,
    MinLSTM,
    PeepholeLSTM,
)

quick = settings(max_examples=50, deadline=None, derandomize=True, database=None)
"""For Hypothesis: the same examples every time."""


class Trace(Cell):
    """A user's cell: a gated unit with a slower second state of another size.

    It has a module of its own inside, and a parameter that no step uses.
    """

    def __init__(self, hidden_size: int) -> None:
        super().__init__(hidden_size, gates=2, state_sizes=(hidden_size, 2))
        self.forget = nn.Linear(hidden_size, hidden_size)
        self.W = nn.Parameter(torch.randn(hidden_size, hidden_size))
        self.P = nn.Parameter(torch.randn(hidden_size, 2))
        self.Q = nn.Parameter(torch.randn(2, hidden_size))
        self.unused = nn.Parameter(torch.zeros(2))

    def step(self, drive: Tensor, state: tuple[Tensor, ...]) -> tuple[Tensor, ...]:
        (h, m), (u_f, u_h) = state, drive.chunk(2, -1)
        f = torch.sigmoid(u_f + self.forget(h))
        h = (1 - f) * h + f * torch.tanh(u_h + h @ self.W.T + m @ self.P.T)
        return h, 0.5 * m + torch.tanh(h @ self.Q.T)


CELLS: dict[str, Callable[[int], Cell]] = {
    "tanh": Elman,
    "relu": lambda hidden_size: Elman(hidden_size, "relu"),
    "GRU": GRU,
    "LSTM": LSTM,
    "own": Trace,
}

AS_STEPS: dict[str, Callable[[int], Cell]] = {
    "IndRNN": IndRNN,
    "layer-norm GRU": LayerNormGRU,
    "layer-norm LSTM": LayerNormLSTM,
    "minGRU": MinGRU,
    "minLSTM": MinLSTM,
    "peephole LSTM": PeepholeLSTM,
}
"""The cells that are written as a step alone: ``tests/cells/test_as_steps.py`` has all that is
asked of them, so that they need not be in every test of the others."""

VALID: list[Wiring] = []
"""Every wiring there is: all sets of edges that ``Wiring`` accepts."""
for _n in range(2 ** len(Edge)):
    try:
        VALID.append(Wiring(*(edge for i, edge in enumerate(Edge) if _n >> i & 1)))
    except ValueError:
        continue

WIRINGS = {
    **tt.wirings.NAMED,
    "bidirectional": Wiring(Edge.INPUT, Edge.HIDDEN, Edge.BACKWARD, Edge.EMIT),
    "bidirectional summary": Wiring(Edge.INPUT, Edge.HIDDEN, Edge.BACKWARD, Edge.EMIT_LAST),
    "backward only": Wiring(Edge.INPUT, Edge.BACKWARD, Edge.EMIT),
    "expected": Wiring(Edge.INPUT, Edge.EXPECTED, Edge.EMIT),
    "expected and hidden": Wiring(Edge.INPUT, Edge.HIDDEN, Edge.EXPECTED, Edge.EMIT),
    "output": Wiring(Edge.VECTOR, Edge.HIDDEN, Edge.OUTPUT, Edge.EMIT),
    "vector and input": Wiring(Edge.INPUT, Edge.VECTOR, Edge.HIDDEN, Edge.OBSERVED, Edge.EMIT),
    "generator": Wiring(Edge.HIDDEN, Edge.OBSERVED, Edge.EMIT),
    "pointwise": Wiring(Edge.INPUT, Edge.EMIT),
}
"""The five of the notes and a choice of others: each mechanism of the graph is in at least one."""


def make(
    cell: str = "tanh",
    wiring: Wiring = tt.wirings.HIDDEN_TO_HIDDEN,
    output: tt.outputs.Output | None = tt.outputs.Categorical(3),  # noqa: B008, a plain value
    length: tt.lengths.Length | None = None,
    *,
    hidden: int = 3,
    layers: int = 1,
    gradient: tt.gradients.Gradient | None = None,
    initial_state: Literal["zeros", "learned"] | None = None,
    dropout: float = 0.0,
) -> RecurrentModel:
    """A model with inputs and vectors of size 2, and every parameter random and not zero."""
    if length is None and Edge.INPUT not in wiring:
        symbols = isinstance(output, tt.outputs.Categorical)
        length = tt.lengths.EndOfSequence() if symbols else tt.lengths.Halt()
    model = RecurrentModel(
        [(CELLS | AS_STEPS)[cell](hidden) for _ in range(layers)],
        wiring,
        output,
        length,
        input_size=2 if Edge.INPUT in wiring else None,
        vector_size=2 if Edge.VECTOR in wiring else None,
        gradient=gradient,
        initial_state=initial_state or ("learned" if any(wiring.directions) else "zeros"),
        dropout=dropout,
    ).double()
    for parameter in model.parameters():
        nn.init.uniform_(parameter, -0.8, 0.8)
    return model


class Problem(NamedTuple):
    """Inputs and targets; ``x`` and ``vector`` are leaves that want a gradient, or None."""

    x: Tensor | None
    lengths: Tensor
    vector: Tensor | None
    y: Tensor

    def log_prob(self, model: nn.Module) -> Tensor:
        """log p(y given x) of each row."""
        x = None if self.x is None else Sequence(self.x, self.lengths)
        y = self.y if model.wiring.emits_last else Sequence(self.y, self.lengths)
        return model(x, self.vector).log_prob(y)

    def loss(self, model: nn.Module) -> Tensor:
        """A number that depends on every row in a way of its own."""
        log_prob = self.log_prob(model)
        return -(torch.linspace(0.5, 1.5, len(log_prob), dtype=log_prob.dtype) * log_prob).sum()


RAGGED = (4, 0, 2, 1)
"""Lengths with an empty sequence and one of a single step among them."""


def problem(model: RecurrentModel, lengths: tuple[int, ...] = RAGGED) -> Problem:
    """Random inputs and targets for a model, of these lengths."""
    rows, steps = len(lengths), max(lengths, default=0)

    def leaf(*shape: int) -> Tensor:
        return torch.randn(*shape, dtype=torch.float64).requires_grad_()

    x = leaf(rows, steps, 2) if Edge.INPUT in model.wiring else None
    vector = leaf(rows, 2) if Edge.VECTOR in model.wiring else None
    output = model.output
    shape = (rows,) if model.wiring.emits_last else (rows, steps)
    if isinstance(output, tt.outputs.Categorical):
        y = torch.randint(output.symbols, shape)
    elif isinstance(output, tt.outputs.Bernoulli):
        y = torch.randint(2, (*shape, output.bits)).double()
    elif output is not None:
        y = torch.randn(*shape, *output.event_shape, dtype=torch.float64)
    else:
        y = torch.zeros(shape)
    return Problem(x, torch.tensor(lengths, dtype=torch.int64), vector, y)


def leaves(model: nn.Module, given: Problem) -> dict[str, Tensor]:
    """All that a loss can be differentiated with respect to, by name."""
    named = dict(model.named_parameters())
    return named | {k: v for k, v in (("x", given.x), ("vector", given.vector)) if v is not None}


def gradients(
    loss: Tensor,
    wanted: Mapping[str, Tensor],
    *,
    retain_graph: bool = False,
    create_graph: bool = False,
) -> dict[str, Tensor]:
    """The gradient with respect to each; zero where there is none."""
    found: tuple[Tensor | None, ...] = (None,) * len(wanted)
    if loss.requires_grad:  # not so where no step is ever taken
        found = torch.autograd.grad(
            loss,
            list(wanted.values()),
            retain_graph=retain_graph or create_graph,
            create_graph=create_graph,
            allow_unused=True,
        )
    return {
        name: torch.zeros_like(v) if g is None else g
        for (name, v), g in zip(wanted.items(), found, strict=True)
    }


def assert_same(
    actual: Mapping[str, Tensor], expected: Mapping[str, Tensor], rtol: float = 1e-9
) -> None:
    """Equal to rounding, each under its name."""
    assert actual.keys() == expected.keys()
    for name, value in expected.items():
        message = f"{name}: {{}}".format
        torch.testing.assert_close(actual[name], value, rtol=rtol, atol=rtol, msg=message)


def assert_gradient(
    f: Callable[[], Tensor],
    wanted: Mapping[str, Tensor],
    found: Mapping[str, Tensor],
    rel: float = 1e-6,
) -> None:
    """That the gradient found is f's, by finite differences along a random direction in all
    leaves at once: a wrong number anywhere in it shows."""
    generator = torch.Generator().manual_seed(0)
    direction = {
        k: torch.randn(v.shape, dtype=v.dtype, generator=generator) for k, v in wanted.items()
    }
    eps, ends = 1e-5, []
    with torch.no_grad():
        for sign in (1, -2, 1):
            for k, v in wanted.items():
                v.add_(direction[k], alpha=sign * eps)
            ends.append(float(f()))
    slope = sum(float((found[k] * direction[k]).sum()) for k in wanted)
    assert slope == pytest.approx((ends[0] - ends[1]) / (2 * eps), rel=rel, abs=1e-8)


@contextmanager
def unchecked() -> Iterator[None]:
    """Without the type checker of tests, which would refuse a wrong argument before we do."""
    jaxtyping.config.update("jaxtyping_disable", True)
    try:
        yield
    finally:
        jaxtyping.config.update("jaxtyping_disable", False)


def torch_like(module: nn.RNNBase) -> RecurrentModel:
    """A model whose o(t) is the h(t) of torch.nn's RNN, GRU or LSTM, with the same weights."""
    kinds: dict[type, Callable[[], Cell]] = {
        nn.RNN: lambda: Elman(module.hidden_size, getattr(module, "nonlinearity", "tanh")),
        nn.GRU: lambda: GRU(module.hidden_size),
        nn.LSTM: lambda: LSTM(module.hidden_size),
    }
    edges = [Edge.INPUT, Edge.HIDDEN, Edge.EMIT, *[Edge.BACKWARD] * module.bidirectional]
    units = module.hidden_size * (1 + module.bidirectional)
    model = RecurrentModel(
        [kinds[type(module)]() for _ in range(module.num_layers)],
        Wiring(*edges),
        tt.outputs.Bernoulli(units),  # any output with one unit for each hidden one
        input_size=module.input_size,
    ).double()
    names = [f"l{i}{d}" for i in range(module.num_layers) for d in ("", "_reverse")]
    names = [name for name in names if hasattr(module, f"weight_ih_{name}")]
    with torch.no_grad():
        model.graph.V.copy_(torch.eye(units))
        model.graph.c.zero_()
        for name, recurrence in zip(names, model.graph.recurrences, strict=True):
            cell, of_input = recurrence.cell, getattr(module, f"bias_ih_{name}")
            of_hidden = getattr(module, f"bias_hh_{name}").clone()
            if isinstance(cell, GRU):  # n's hidden bias stands inside of the reset
                cell.m.copy_(of_hidden[2 * module.hidden_size :])
                of_hidden[2 * module.hidden_size :] = 0
            recurrence.U.weight.copy_(getattr(module, f"weight_ih_{name}"))
            cell.W.copy_(getattr(module, f"weight_hh_{name}"))
            cell.b.copy_(of_input + of_hidden)
    return model
