"""The modules that are recorded: each takes tensors alone, as a program does."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn.utils.rnn import pack_padded_sequence

import throughtime as tt
from throughtime import Edge, Wiring
from throughtime.cells import GRU, Cell
from throughtime.cells.cell import State
from throughtime.lengths import EndOfSequence, Length

SIZE, HIDDEN, SYMBOLS = 3, 4, 5


class Padded(nn.Module):
    """A module on a tensor ``(B, T, size)``."""

    def __init__(self, module: nn.Module) -> None:
        super().__init__()
        self.module = module

    def forward(self, x: Tensor) -> Tensor:
        return self.module(x)[0]


class Packed(nn.Module):
    """A module on a packed batch."""

    def __init__(self, module: nn.Module) -> None:
        super().__init__()
        self.module = module

    def forward(self, x: Tensor, lengths: Tensor) -> Tensor:
        packed = pack_padded_sequence(x, lengths, batch_first=True, enforce_sorted=False)
        return self.module(packed)[0].data


class Ragged(nn.Module):
    """A module of ``tt.nn`` on a ``tt.Sequence``."""

    def __init__(self, module: nn.Module) -> None:
        super().__init__()
        self.module = module

    def forward(self, x: Tensor, lengths: Tensor) -> Tensor:
        h, _ = self.module(tt.Sequence(x, lengths))
        return h.values


class LogProb(nn.Module):
    """log p(y given x) of a model."""

    def __init__(self, model: tt.RecurrentModel) -> None:
        super().__init__()
        self.model = model

    def forward(self, x: Tensor, y: Tensor, lengths: Tensor) -> Tensor:
        wiring = self.model.wiring
        given = tt.Sequence(x, lengths) if Edge.INPUT in wiring else x[:, 0]
        value = y[:, 0] if wiring.emits_last else tt.Sequence(y, lengths)
        return self.model(given).log_prob(value)


class Sample(nn.Module):
    """Draws of a model."""

    def __init__(self, model: tt.RecurrentModel) -> None:
        super().__init__()
        self.model = model

    def forward(self, x: Tensor) -> Tensor:
        return self.model(x[:, 0]).sample().values


class Row(NamedTuple):
    """A line of the table: what is recorded, what enters, and how it is made."""

    what: str
    enters: str
    make: Callable[[], nn.Module]
    takes: tuple[str, ...]

    def inputs(self, *lengths: int) -> tuple[Tensor, ...]:
        """A batch of rows of these lengths."""
        rows, steps = len(lengths), max(lengths)
        given = {
            "x": torch.randn(rows, steps, SIZE),
            "y": torch.randint(SYMBOLS, (rows, steps)),
            "lengths": torch.tensor(lengths),
        }
        return tuple(given[name] for name in self.takes)


class MinimalGatedUnit(Cell):
    """A cell that somebody has written (Zhou et al. 2016)."""

    def __init__(self, hidden_size: int) -> None:
        super().__init__(hidden_size, gates=2)
        self.forget = nn.Linear(hidden_size, hidden_size)
        self.propose = nn.Linear(hidden_size, hidden_size)

    def step(self, drive: Tensor, state: State) -> State:
        (h,), (u_f, u_h) = state, drive.chunk(2, -1)
        f = torch.sigmoid(u_f + self.forget(h))
        return ((1 - f) * h + f * torch.tanh(u_h + self.propose(f * h)),)


WIRINGS = {
    **tt.wirings.NAMED,
    "bidirectional": Wiring(Edge.INPUT, Edge.HIDDEN, Edge.BACKWARD, Edge.EMIT),
    "closed loop": Wiring(Edge.INPUT, Edge.HIDDEN, Edge.EXPECTED, Edge.EMIT),
}


def _rows() -> Iterator[Row]:
    forms: list[tuple[str, type[nn.Module], tuple[str, ...]]] = [
        ("tensor", Padded, ("x",)),
        ("PackedSequence", Packed, ("x", "lengths")),
        ("tt.Sequence", Ragged, ("x", "lengths")),
    ]
    for library in (nn, tt.nn):
        for enters, holder, takes in forms[: 2 + (library is tt.nn)]:
            for kind in ("RNN", "GRU", "LSTM"):
                of = getattr(library, kind)
                name = f"{library.__name__.replace('throughtime', 'tt')}.{kind}"
                make = partial(_held, holder, of)
                yield Row(name, enters, make, takes)
    for name, wiring in WIRINGS.items():
        yield Row(f"`log_prob`, {name}", "tt.Sequence", partial(_of_model, LogProb, wiring), EVERY)
    captions = tt.wirings.VECTOR_TO_SEQUENCE
    for length in (tt.lengths.Halt(), tt.lengths.PredictedLength(8), tt.lengths.Unending()):
        make = partial(_of_model, LogProb, captions, length)
        yield Row(f"`log_prob`, {length}", "tt.Sequence", make, EVERY)
    own = partial(_of_model, LogProb, tt.wirings.HIDDEN_TO_HIDDEN, None, MinimalGatedUnit)
    yield Row("`log_prob`, a cell of one's own", "tt.Sequence", own, EVERY)
    yield Row("`sample`", "tensor", partial(_of_model, Sample, captions), ("x",))


def _held(holder: Callable[[nn.Module], nn.Module], module: type[nn.Module]) -> nn.Module:
    return holder(module(SIZE, HIDDEN, batch_first=True))


def _of_model(
    holder: Callable[[tt.RecurrentModel], nn.Module],
    wiring: Wiring,
    length: Length | None = None,
    cell: Callable[[int], Cell] = GRU,
) -> nn.Module:
    inputs = Edge.INPUT in wiring
    model = tt.RecurrentModel(
        cell(HIDDEN),
        wiring,
        tt.outputs.Categorical(SYMBOLS),
        length or (None if inputs else EndOfSequence()),
        input_size=SIZE if inputs else None,
        vector_size=SIZE if Edge.VECTOR in wiring else None,
    )
    return holder(model)


EVERY = ("x", "y", "lengths")
ROWS = list(_rows())
