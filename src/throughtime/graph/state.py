"""The state of the recurrence between two steps."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from torch import Tensor

from throughtime.cells.cell import State
from throughtime.gradients.gradient import Tensors


class GraphState(NamedTuple):
    """All that the steps to come need to know of what came before.

    ``cells`` has the state of every cell, for each layer and direction, the lowest layer first,
    of shapes ``(rows, size)``. Where the wiring has such edges, ``fed`` is what the output edge
    carries, ``(rows, size)``, a symbol as its one-hot vector; and ``bias`` is Rᵀx for each
    direction, ``(rows, drive_size)``. ``scale`` is ν, what each entry of y(t) is measured by,
    ``(rows, D)``, if the model was given one.
    """

    cells: tuple[State, ...]
    fed: Tensor | None = None
    bias: Tensors = ()
    scale: Tensor | None = None

    def map(self, f: Callable[[Tensor], Tensor]) -> GraphState:
        """The state with f applied to each of its tensors."""
        cells = tuple(tuple(f(s) for s in state) for state in self.cells)
        fed = None if self.fed is None else f(self.fed)
        bias = tuple(f(b) for b in self.bias)
        return GraphState(cells, fed, bias, None if self.scale is None else f(self.scale))

    def detach(self) -> GraphState:
        """The same values without their history."""
        return self.map(Tensor.detach)

    def tensors(self) -> Tensors:
        """All tensors in a row; :meth:`like` puts them back."""
        fed = () if self.fed is None else (self.fed,)
        scale = () if self.scale is None else (self.scale,)
        return (*(s for state in self.cells for s in state), *fed, *self.bias, *scale)

    def like(self, tensors: Tensors) -> GraphState:
        """A state of this one's structure with other tensors."""
        rest = iter(tensors)
        return self.map(lambda _: next(rest))

    # ---- what moves from step to step, and what does not ---------------------------------------

    @property
    def moving(self) -> GraphState:
        """What a step changes: the state without :attr:`constant`."""
        return self._replace(bias=(), scale=None)

    @property
    def constant(self) -> Tensors:
        """What is the same at all steps."""
        return self._replace(cells=(), fed=None).tensors()

    def with_constant(self, constant: Tensors) -> GraphState:
        """This one's cells and ``fed``, with other constants of the same structure."""
        there = self._replace(cells=(), fed=None).like(constant)
        return there._replace(cells=self.cells, fed=self.fed)
