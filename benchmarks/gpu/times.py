"""Times on a device, beside torch.nn's modules and a plain loop over their cells."""

from __future__ import annotations

import statistics
import time
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F

import throughtime as tt
from benchmarks.gpu.checks import MinimalGatedUnit
from throughtime.context.launches import RECORDERS
from throughtime.wiring import Edge

AGREE = 0.01
"""The largest relative difference of two losses of the same parameters, of bfloat16 too."""

TURNS, SECONDS = 5, 0.15
"""Turns of each contestant, and about how long one lasts."""

NN = {"tanh": nn.RNN, "gru": nn.GRU, "lstm": nn.LSTM}
NN_CELLS = {"gru": nn.GRUCell, "lstm": nn.LSTMCell}
OURS: dict[str, Callable[[int], tt.cells.Cell]] = {
    "tanh": tt.cells.Elman,
    "gru": tt.cells.GRU,
    "lstm": tt.cells.LSTM,
    "own cell": MinimalGatedUnit,
}
Contestants = dict[str, Callable[[], Any]]


def times(device: torch.device, *, quick: bool) -> None:
    """Print the medians in milliseconds."""
    rows, steps, symbols = (4, 20, 50) if quick else (64, 100, 10_000)
    sizes = (16,) if quick else (128, 512)
    print(f"\nmedian ms; {rows} rows of {steps} steps, readout of 50 symbols; a training step")
    for cell in NN:
        for hidden in sizes:
            for half in (False, True):
                title = f"tagging, {cell} {hidden}{', bfloat16' if half else ''}"
                _print(title, _taggers(cell, hidden, rows, steps, half, device), device)
    for cell in ("gru", "lstm"):
        title = f"ragged tagging, {cell} {sizes[-1]}"
        _print(title, _taggers(cell, sizes[-1], rows, steps, False, device, ragged=True), device)
        title = f"{symbols:,} words, {cell} {sizes[-1]}"
        _print(title, _words(cell, sizes[-1], rows, steps, symbols, device), device)
    for edge in (Edge.EXPECTED, Edge.OUTPUT):
        for cell in ("gru", "own cell"):
            title = f"{edge.value}, {cell} {sizes[-1]}"
            _print(title, _closed(edge, cell, sizes[-1], rows, steps, device), device)
    print(f"\nmedian ms; {rows} sequences of {5 * steps} symbols out of 50 are drawn")
    for cell in ("gru", "lstm"):
        for hidden in sizes:
            _print(f"{cell} {hidden}", _sampling(cell, hidden, rows, 5 * steps, device), device)


def _print(title: str, contestants: Contestants, device: torch.device) -> None:
    medians = _medians(contestants, device)
    print(f"  {title:34} " + "  ".join(f"{name} {ms:.2f}" for name, ms in medians.items()))


def _medians(contestants: Contestants, device: torch.device) -> dict[str, float]:
    """Of turns that the contestants take one after the other, if their first results agree.

    Raises:
        RuntimeError: if they do not.
    """
    counts, losses = {}, []
    for name, call in contestants.items():
        losses.append(call())
        for _ in range(2):  # the first call loads kernels, the second records them
            start = _now(device)
            call()
            once = _now(device) - start
        counts[name] = max(1, round(SECONDS / once))
    first = [float(loss) for loss in losses if isinstance(loss, Tensor)]
    if any(abs(loss - first[0]) > AGREE * abs(first[0]) for loss in first):
        raise RuntimeError(f"the losses of {', '.join(contestants)} are {first}")
    turns: dict[str, list[float]] = {name: [] for name in contestants}
    for _ in range(TURNS):
        for name, call in contestants.items():
            start = _now(device)
            for _ in range(counts[name]):
                call()
            turns[name].append((_now(device) - start) / counts[name] * 1e3)
    return {name: statistics.median(ms) for name, ms in turns.items()}


def _now(device: torch.device) -> float:
    if device.type != "cpu":
        torch.accelerator.synchronize()
    return time.perf_counter()


@contextmanager
def _one_by_one() -> Iterator[None]:
    """A block in which no kernels are recorded."""
    kept = dict(RECORDERS)
    RECORDERS.clear()
    try:
        with warnings.catch_warnings(action="ignore"):
            yield
    finally:
        RECORDERS.update(kept)


def _step(module: nn.Module, loss: Callable[[], Tensor], half: bool, device: torch.device) -> Any:
    """A step of training."""
    optimiser = torch.optim.AdamW(module.parameters(), fused=True)

    def step() -> Tensor:
        optimiser.zero_grad()
        with torch.autocast(device.type, torch.bfloat16) if half else nullcontext():
            value = loss()
        value.backward()
        optimiser.step()
        return value.detach()

    return step


@torch.no_grad()
def _copy(ours: tt.RecurrentModel, layer: Any, readout: Any) -> None:
    """Give torch.nn's layer, or cell, and readout the parameters of ours."""
    r, end = ours.graph.first, "_l0" if isinstance(layer, nn.RNNBase) else ""
    b, *m = (p for name, p in r.cell.named_parameters() if name != "W")
    entering = torch.cat([getattr(r, edge).weight for edge in "US" if hasattr(r, edge)], 1)
    getattr(layer, f"weight_ih{end}").copy_(entering)
    getattr(layer, f"weight_hh{end}").copy_(r.cell.W)
    getattr(layer, f"bias_ih{end}").copy_(b)
    getattr(layer, f"bias_hh{end}").copy_(torch.cat([b.new_zeros(len(b) - sum(map(len, m))), *m]))
    readout.weight.copy_(ours.graph.V)
    readout.bias.copy_(ours.graph.c)


def _taggers(
    cell: str,
    hidden: int,
    rows: int,
    steps: int,
    half: bool,
    device: torch.device,
    *,
    ragged: bool = False,
) -> Contestants:
    """Wiring 2.1 of vectors as long as h: torch.nn's layer and a linear readout."""
    torch.manual_seed(0)
    x = torch.randn(rows, steps, hidden, device=device)
    y = torch.randint(50, (rows, steps), device=device)
    lengths = torch.randint(1, steps + 1, (rows,)) if ragged else torch.full((rows,), steps)
    ours = tt.RecurrentModel(
        OURS[cell](hidden), tt.wirings.HIDDEN_TO_HIDDEN, tt.outputs.Categorical(50),
        input_size=hidden,
    ).to(device)  # fmt: skip
    given, wanted = (tt.Sequence(v, lengths.to(device)) for v in (x, y))
    theirs = nn.ModuleList([NN[cell](hidden, hidden), nn.Linear(hidden, 50)]).to(device)
    _copy(ours, theirs[-2], theirs[-1])
    by_time, targets = x.transpose(0, 1).contiguous(), y.T.contiguous()
    packed = nn.utils.rnn.pack_padded_sequence
    order = packed(targets, lengths, enforce_sorted=False)

    def of_theirs() -> Tensor:
        layer, readout = theirs
        if ragged:
            h = layer(packed(by_time, lengths, enforce_sorted=False))[0].data
            return F.cross_entropy(readout(h), order.data)
        return F.cross_entropy(readout(layer(by_time)[0]).flatten(0, 1), targets.flatten())

    return {
        "ours": _step(
            ours, lambda: -ours(given).log_prob(wanted).sum() / lengths.sum(), half, device
        ),
        "torch.nn": _step(theirs, of_theirs, half, device),
    }


def _words(
    cell: str, hidden: int, rows: int, steps: int, symbols: int, device: torch.device
) -> Contestants:
    """A model of text: torch.nn's embedding, layer and readout. Both start from equal
    probabilities, as their parameters are not the same."""
    torch.manual_seed(0)
    y = torch.randint(symbols, (rows, steps), device=device)
    ours = tt.RecurrentModel(
        OURS[cell](hidden), tt.Wiring(Edge.HIDDEN, Edge.OBSERVED, Edge.EMIT),
        tt.outputs.Categorical(symbols), tt.lengths.Unending(),
    ).to(device)  # fmt: skip
    theirs = nn.ModuleList(
        [nn.Embedding(symbols, hidden), NN[cell](hidden, hidden), nn.Linear(hidden, symbols)]
    ).to(device)
    for readout in (ours.graph.V, *theirs[-1].parameters()):
        nn.init.zeros_(readout)
    targets = y.T.contiguous()
    before = torch.cat([targets.new_zeros(1, rows), targets[:-1]])

    def of_theirs() -> Tensor:
        embedding, layer, readout = theirs
        o = readout(layer(embedding(before))[0])
        return F.cross_entropy(o.flatten(0, 1), targets.flatten())

    def of_ours() -> Tensor:
        return -ours().expand((rows,)).log_prob(y).sum() / y.numel()

    return {
        "ours": _step(ours, of_ours, False, device),
        "torch.nn": _step(theirs, of_theirs, False, device),
    }


def _closed(
    edge: Edge, cell: str, hidden: int, rows: int, steps: int, device: torch.device
) -> Contestants:
    """The loop is closed: what is computed is fed back."""
    torch.manual_seed(0)
    x = torch.randn(rows, steps, 32, device=device)
    given = tt.Sequence(x)
    y = torch.randint(50, (rows, steps), device=device)
    ours = tt.RecurrentModel(
        OURS[cell](hidden), tt.Wiring(Edge.INPUT, Edge.HIDDEN, edge, Edge.EMIT),
        tt.outputs.Categorical(50), input_size=32,
    ).to(device)  # fmt: skip
    recorded = _step(ours, lambda: -ours(given).log_prob(y).sum() / y.numel(), False, device)

    def plainly() -> None:
        with _one_by_one():
            recorded()

    contestants: Contestants = {"ours": recorded, "one by one": plainly}
    if cell in NN_CELLS:
        theirs = nn.ModuleList([NN_CELLS[cell](32 + 50, hidden), nn.Linear(hidden, 50)]).to(device)
        _copy(ours, theirs[0], theirs[1])
        contestants["loop of torch.nn"] = _step(
            theirs, lambda: _looped(theirs, edge, x, y), False, device
        )
    return contestants


def _looped(module: Any, edge: Edge, x: Tensor, y: Tensor) -> Tensor:
    cell, readout = module
    fed, h, total = x.new_zeros(len(x), 50), None, x.new_zeros(())
    for t in range(x.shape[1]):
        h = cell(torch.cat([x[:, t], fed], -1), h)
        o = readout(h[0] if isinstance(h, tuple) else h)
        total = total + F.cross_entropy(o, y[:, t]) / x.shape[1]
        fed = o.softmax(-1) if edge is Edge.EXPECTED else o
    return total


def _sampling(cell: str, hidden: int, rows: int, steps: int, device: torch.device) -> Contestants:
    torch.manual_seed(0)
    ours = tt.RecurrentModel(
        OURS[cell](hidden), tt.Wiring(Edge.HIDDEN, Edge.OBSERVED, Edge.EMIT),
        tt.outputs.Categorical(50), tt.lengths.Unending(),
    )  # fmt: skip
    theirs = nn.ModuleList(
        [nn.Embedding(50, hidden), NN_CELLS[cell](hidden, hidden), nn.Linear(hidden, 50)]
    ).to(device)
    on_cpu = ours().expand((rows,))
    there = tt.RecurrentModel(
        OURS[cell](hidden), tt.Wiring(Edge.HIDDEN, Edge.OBSERVED, Edge.EMIT),
        tt.outputs.Categorical(50), tt.lengths.Unending(),
    ).to(device)().expand((rows,))  # fmt: skip

    def plainly() -> None:
        with _one_by_one():
            there.sample(max_length=steps)

    @torch.no_grad()
    def looped() -> None:
        embedding, layer, readout = theirs
        y, h = torch.zeros(rows, dtype=torch.int64, device=device), None
        for _ in range(steps):
            h = layer(embedding(y), h)
            o = readout(h[0] if isinstance(h, tuple) else h)
            y = torch.multinomial(o.softmax(-1), 1)[:, 0]

    return {
        "ours": lambda: there.sample(max_length=steps),
        "one by one": plainly,
        "loop of torch.nn": looped,
        "ours on the CPU": lambda: on_cpu.sample(max_length=steps),
    }
