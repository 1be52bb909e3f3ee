"""Where gates are shut or open, and units at their limits: there gradients do not pass."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor
from torch.overrides import TorchFunctionMode

from throughtime.analysis.nodes import Line, unfolded
from throughtime.cells.cell import Cell
from throughtime.data.examples import Examples
from throughtime.evaluation.likelihood import decoder
from throughtime.graph.direction import reverse
from throughtime.runs.build import Model

SHUT, OPEN = 0.03, 0.97
"""A gate is shut below the one and open above the other; a tanh is at its limits beyond ±0.97, and
a relu is off where it is zero."""

KINDS = {"sigmoid": "gate", "tanh": "tanh", "relu": "relu"}


@dataclass(frozen=True, eq=False)
class Squashed:
    """One gate, or one layer's units.

    Args:
        name: as the cell names it; of several layers or directions with the number of each.
        kind: ``gate`` (σ), ``tanh`` or ``relu``.
        low: ``(T,)``, the share at each position that is shut, at -1, or off.
        high: ``(T,)``, the share that is open, or at 1; of relu zero.
        shares: the same two over all positions.
    """

    name: str
    kind: str
    low: Tensor
    high: Tensor
    shares: tuple[float, float]


def saturation(model: Model, rows: Examples) -> tuple[Squashed, ...]:
    r"""The share of each gate's and layer's units that are saturated, over rows, by position.

    A σ below 0.03 or above 0.97 has a slope below 0.03, a tanh beyond ±0.97 below 0.06: what goes
    back through it is as good as lost. A gate that is shut or open on purpose is how a gated net
    keeps what it knows: f near 1 keeps c, and its gradient.

    What a cell's step squashes is seen while it is taken, so own cells have theirs too; where a
    cell does not name them (``Cell.squashed``), they are numbered.

    Args:
        model: the model; nothing is dropped.
        rows: the examples.

    Raises:
        ValueError: if there is no step.

    Example:
        >>> import throughtime as tt
        >>> model = tt.RecurrentModel(
        ...     tt.cells.LSTM(4), tt.wirings.HIDDEN_TO_HIDDEN, tt.outputs.Normal(), input_size=2)
        >>> x, y = tt.Sequence(torch.randn(8, 6, 2)), tt.Sequence(torch.randn(8, 6, 1))
        >>> [(s.name, s.kind) for s in saturation(model, tt.data.Examples(x, y))][:3]
        [('i', 'gate'), ('f', 'gate'), ('g', 'tanh')]
    """
    graph = unfolded(model, rows)
    recurrences = [r for layer in decoder(model).graph.layers for r in layer]
    cells: list[list[Cell]] = [[r.cell] for r in recurrences]
    if len(graph.lines) < len(cells) or graph.lines[0].cell is not recurrences[0].cell:
        cells = [[r.cell for r in recurrences]]  # a loop: one step of all of them
    found: list[Squashed] = []
    number = 0
    for line, inside, direction in zip(graph.lines, cells, graph.directions, strict=True):
        names = []
        for cell in inside:
            number += 1
            prefix = "" if len(recurrences) == 1 else f"{number} "
            names += [prefix + name for name in cell.squashed]
        found += _of_line(line, names, direction < 0)
    return tuple(found)


@torch.no_grad()
def _of_line(line: Line, names: list[str], backward: bool) -> Iterable[Squashed]:
    drive, size = line.drive, line.cell.hidden_size
    before = line.before if line.recurrent else tuple(s * 0 for s in line.before)
    with _Seen() as seen:
        line.cell.step(drive.flatten(0, 1), tuple(s.flatten(0, 1) for s in before))
    parts = []
    for kind, value in seen.values:
        whole = len(names) == len(seen.values) or value.shape[1] % size
        parts += [(kind, v) for v in ([value] if whole else value.split(size, 1))]
    found, alive = [], line.alive
    for i, (kind, value) in enumerate(parts):
        name = names[i] if len(names) == len(parts) else f"{kind} {i + 1}"
        limit = 0.0 if kind == "relu" else SHUT if kind == "gate" else -OPEN
        low = (value <= limit).double().mean(1)
        high = (value > OPEN).double().mean(1) if kind != "relu" else torch.zeros_like(low)
        both = torch.stack([low, high], 1).unflatten(0, drive.shape[:2])
        if backward:
            both = reverse(both, alive)
        both = torch.where(alive[..., None], both, 0.0)
        by_position = (both.sum(1) / alive.sum(1)[:, None]).cpu()
        low_all, high_all = (both.sum((0, 1)) / alive.sum()).tolist()
        found.append(
            Squashed(name, kind, by_position[:, 0], by_position[:, 1], (low_all, high_all))
        )
    return found


class _Seen(TorchFunctionMode):
    """What goes out of every σ, tanh and relu meanwhile."""

    def __init__(self) -> None:
        super().__init__()
        self.values: list[tuple[str, Tensor]] = []

    def __torch_function__(
        self,
        func: Callable[..., Any],
        types: Iterable[type],
        args: tuple[Any, ...] = (),
        kwargs: Mapping[str, Any] | None = None,
    ) -> Any:
        out = func(*args, **(kwargs or {}))
        name = getattr(func, "__name__", "").rstrip("_")
        if name in KINDS and isinstance(out, Tensor) and out.dim() == 2:
            self.values.append((KINDS[name], out.clone()))
        return out
