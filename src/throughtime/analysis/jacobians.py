"""The Jacobian of one step, ∂h(t)/∂h(t-1), at every step of some rows."""

from __future__ import annotations

from collections.abc import Iterator

import torch
from torch import Tensor

from throughtime.analysis.nodes import Line, Unfolded
from throughtime.wiring import Edge

ENTRIES = 2**24
"""How many entries of Jacobians are in memory at a time: 64 MiB."""


def jacobians(line: Line) -> Iterator[tuple[Tensor, Tensor]]:
    r"""J(t) = ∂h(t)/∂h(t-1), given the drive u(t), for t = 1, 2, … of each row.

    h is the cell's whole state, S numbers (of an LSTM h and c); the layer below is given, and so
    are x and y. Exact: S vector-Jacobian products, each of all steps and rows at once, as rows are
    independent of each other.

    Yields:
        J(t), ``(rows, S, S)``, and which rows take the step, ``(rows,)``.
    """
    rows, size = line.drive.shape[1], line.size
    some = max(1, ENTRIES // max(1, rows * size * size))
    before, times = line.before, range(0, len(line.nodes), some)
    for start in times:
        part = slice(start, start + some)
        of_part = _jacobian(line, line.drive[part], tuple(s[part] for s in before))
        yield from zip(of_part, line.alive[part], strict=True)


def _jacobian(line: Line, drive: Tensor, before: tuple[Tensor, ...]) -> Tensor:
    """The Jacobians of some steps, ``(T, rows, S, S)``."""
    with torch.enable_grad():
        old = tuple(s.flatten(0, 1).detach().requires_grad_() for s in before)
        new = torch.cat(line.cell.step(drive.flatten(0, 1), old), 1)
        lines = []
        for unit in new.unbind(1):
            if not unit.requires_grad:
                lines.append(torch.zeros_like(new))
                continue
            found = torch.autograd.grad(
                unit.sum(), old, retain_graph=True, allow_unused=True, materialize_grads=True
            )
            lines.append(torch.cat(found, 1))
    return torch.stack(lines, 1).unflatten(0, drive.shape[:2])


def recurrent_lines(graph: Unfolded) -> tuple[Line, ...]:
    """The lines of a graph whose steps are given the state of the step before.

    Raises:
        ValueError: if there is none.
    """
    if not all(line.recurrent for line in graph.lines):
        raise ValueError(
            "no step is given the state of another here, so there is no Jacobian from step to "
            f"step; expected a wiring with {Edge.HIDDEN.value}, or one whose output edge carries "
            "what the model computes"
        )
    return graph.lines
