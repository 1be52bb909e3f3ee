"""This library, by its public names."""

from __future__ import annotations

import torch
from torch import Tensor, nn

import throughtime as tt
from benchmarks.as_steps import steps_of as of_cell
from benchmarks.own_cells import STEPS
from benchmarks.peers.torch_nn import given, steps_of
from benchmarks.rows.as_step import AsStep
from benchmarks.rows.forced import Forced
from benchmarks.rows.generation import COLD, Text
from benchmarks.rows.long_sequence import Long
from benchmarks.rows.own_cell import OwnCell
from benchmarks.rows.training import Layer
from benchmarks.run import Run
from throughtime.cells import Cell
from throughtime.cells.cell import State
from throughtime.cells.drive import Drive, Entering
from throughtime.engine.library import loaded
from throughtime.gradients import CheckpointedBPTT, FullBPTT, Gradient
from throughtime.gradients.bptt import bptt
from throughtime.gradients.recursion import Recursion

NAME = "ours"
VERSION = f"{tt.__version__}, engine {engine.instructions if (engine := loaded()) else 'none'}"

CELLS = {"tanh": tt.cells.Elman, "gru": tt.cells.GRU, "lstm": tt.cells.LSTM}
MODULES = {"tanh": tt.nn.RNN, "gru": tt.nn.GRU, "lstm": tt.nn.LSTM}


def train(layer: Layer) -> Run:
    """A tt.nn module."""
    return steps_of(given(MODULES[layer.cell], layer), layer)


def call(layer: Layer) -> Run:
    """One cell's recursion, with nothing around it."""
    arrays, cell = layer.arrays(), CELLS[layer.cell](layer.hidden)
    U, W, b, _, x, arriving = (torch.from_numpy(a) for a in arrays)
    U.requires_grad_()
    _fill(cell, {"W": W, "b": b})
    own = [U, *cell.parameters()]

    def step() -> tuple[Tensor, ...]:
        drive = Drive(layer.steps, (Entering(x, U),))
        h = bptt(Recursion(cell, drive, cell.initial_state(layer.rows, x)))[0]
        return (h.detach(), *torch.autograd.grad(h, own, arriving))

    return Run(step)


def infer(layer: Layer) -> Run:
    """A tt.nn module."""
    module, x = given(MODULES[layer.cell], layer), torch.from_numpy(layer.arrays().x)
    return Run(torch.inference_mode()(lambda: (module(x)[0],)))


def stream(layer: Layer) -> Run:
    """A tt.nn module, a step a call."""
    live = tt.nn.Streaming(given(MODULES[layer.cell], layer), layer.rows)
    x = torch.from_numpy(layer.arrays().x)

    @torch.inference_mode()
    def step() -> tuple[Tensor]:
        state, new, h = live.zeros(), live.zeros(), []
        for now in x:
            h.append(live.step(now, state, new).clone())
            state, new = new, state
        return (torch.stack(h),)

    return Run(step)


def generate(text: Text) -> Run:
    """A model's sample."""
    edges = ("h(t-1) -> h(t)", "y(t-1) -> h(t)", "h(t) -> o(t)")
    model = tt.RecurrentModel(
        CELLS[text.cell](text.hidden),
        tt.Wiring(*edges),
        tt.outputs.Categorical(text.symbols),
        tt.lengths.Unending(),
    )
    arrays = text.arrays()._asdict()
    _fill(model, {name: torch.from_numpy(array) for name, array in arrays.items()})

    def drawn(temperature: float) -> Tensor:
        p = model()
        y: tt.Sequence = p.sample((1,), temperature=temperature, max_length=text.length)
        return y.values[0]

    return Run(lambda: drawn(1.0), check=lambda: (drawn(COLD),))


def force(problem: Forced) -> Run:
    """A model's log-probability."""
    model = tt.RecurrentModel(
        tt.cells.Elman(problem.hidden),
        tt.wirings.OUTPUT_TO_HIDDEN,
        tt.outputs.Categorical(problem.symbols),
        input_size=problem.inputs,
    )
    arrays = problem.arrays()
    own = _fill(model, {name: torch.from_numpy(a) for name, a in arrays._asdict().items()})
    lengths = [problem.steps] * problem.rows
    x = tt.Sequence(torch.from_numpy(arrays.x).transpose(0, 1).contiguous(), lengths)
    y = tt.Sequence(torch.from_numpy(arrays.y).T.contiguous(), lengths)

    def step() -> tuple[Tensor, ...]:
        log_p = model(x).log_prob(y)
        wanted = [own[name] for name in ("U", "S", "b", "V", "c")]
        return (log_p.detach(), *torch.autograd.grad(-log_p.mean(), wanted))

    return Run(step)


class Own(Cell):
    """A user's cell: its parameters, and one step."""

    def __init__(self, problem: OwnCell) -> None:
        arrays = problem.arrays()
        self.formula, states = STEPS[problem.cell]
        gates = len(arrays.b) // problem.hidden
        super().__init__(problem.hidden, gates=gates, state_sizes=(problem.hidden,) * states)
        self.W, self.b, self.p = (nn.Parameter(torch.from_numpy(a)) for a in arrays[1:4])

    def step(self, drive: Tensor, state: State) -> State:
        return self.formula(drive, state, self.W, self.b, self.p)


def own(problem: OwnCell) -> Run:
    """The user's cell differentiated by hand, without a model around it: that has a loss."""
    arrays, cell, gradient = problem.arrays(), Own(problem), FullBPTT()
    U, x, arriving = (torch.from_numpy(a) for a in (arrays.U, arrays.x, arrays.arriving))
    U.requires_grad_()

    def step() -> tuple[Tensor, ...]:
        drive = Drive(problem.steps, (Entering(x, U),))
        h = gradient.scan(Recursion(cell, drive, cell.initial_state(problem.rows, x)))[0]
        return (h.detach(), *torch.autograd.grad(h, [U, *cell.parameters()], arriving))

    return Run(step)


def as_step(problem: AsStep) -> Run:
    """A cell of ours, differentiated by hand."""

    def states(cell: Cell, x: Tensor, U: Tensor, state: State) -> Tensor:
        return bptt(Recursion(cell, Drive(problem.steps, (Entering(x, U),)), state))[0]

    return of_cell(problem, states)


def go_through(problem: Long) -> Run:
    """A model of running text, with the memory of about 2√T steps."""
    whole, beginning = (gradient_of(problem, steps, CheckpointedBPTT())
                        for steps in (problem.steps, problem.short))  # fmt: skip
    return Run(whole.step, check=beginning.results)


def gradient_of(problem: Long, steps: int, gradient: Gradient) -> Run:
    """The loss and its gradient for the first ``steps`` of the text."""
    torch.manual_seed(0)
    model = tt.RecurrentModel(
        CELLS[problem.cell](problem.hidden),
        tt.Wiring("h(t-1) -> h(t)", "y(t-1) -> h(t)", "h(t) -> o(t)"),
        tt.outputs.Categorical(problem.symbols),
        tt.lengths.Unending(),
        gradient=gradient,
    )
    values = torch.from_numpy(problem.text()[:, :steps].copy())
    y = tt.Sequence(values, [steps] * problem.rows)

    def step() -> tuple[Tensor, ...]:
        loss = -model().log_prob(y).mean()
        return (loss.detach(), *torch.autograd.grad(loss, list(model.parameters())))

    return Run(step, share=steps / problem.steps)


@torch.no_grad()
def _fill(module: nn.Module, values: dict[str, Tensor]) -> dict[str, nn.Parameter]:
    """Give the parameters their values, by the letters of the equations; and return them."""
    own = {name.removesuffix(".weight").split(".")[-1]: p for name, p in module.named_parameters()}
    for letter, parameter in own.items():
        if letter in values:
            parameter.copy_(values[letter])
    return own
