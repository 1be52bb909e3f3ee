"""A program for the engine, written down node by node of a captured graph."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Any

from torch import fx

from throughtime.engine.program import Instruction, Operation, Program, Value
from throughtime.tracing.fusion import fused
from throughtime.tracing.nodes import NotTranslated, size_of


class Translator:
    """Instructions, written down one by one, and where the numbers of nodes are.

    Args:
        values: where the numbers of nodes are that are known from outside.
        destinations: where those of some others have to be in the end.
        constants: nodes that are the same for all rows, any of which may be a matrix.
        totals: where the numbers of some nodes are added up, over all rows and steps.
    """

    def __init__(
        self,
        values: Mapping[fx.Node, Value],
        destinations: Mapping[fx.Node, Value],
        constants: Sequence[fx.Node],
        totals: Mapping[fx.Node, Value] = MappingProxyType({}),
    ) -> None:
        self.instructions: list[Instruction] = []
        self.matrices: list[int] = []
        """Which of the constants rows are multiplied with."""
        self._values: dict[fx.Node, Value | tuple[Value, ...]] = dict(values)
        self._destinations, self._totals = dict(destinations), totals
        self._constants, self._numbers = list(constants), list[float]()

    def program(self, ended: Sequence[Instruction]) -> Program:
        """What has been written down, and what is done for a row that has ended."""
        return Program(fused(self.instructions), ended, self._numbers)

    # ---- where numbers are ---------------------------------------------------------------------

    def value(self, argument: Any) -> Value:
        """Where an argument's numbers are."""
        if isinstance(argument, fx.Node):
            (value,) = self.values(argument)
            return value
        if not isinstance(argument, int | float):
            raise NotTranslated(f"{argument} is no number")
        if float(argument) not in self._numbers:
            self._numbers.append(float(argument))
        of = Value.new(len(self._numbers), "numbers")
        return Value(of.place, self._numbers.index(float(argument)), 1)

    def values(self, node: fx.Node) -> tuple[Value, ...]:
        """Where the numbers are of a node that may give several tensors."""
        if node not in self._values:
            raise NotTranslated(f"{node} is nothing that a row has to itself")
        found = self._values[node]
        return (found,) if isinstance(found, Value) else found

    def has(self, node: fx.Node) -> bool:
        """Whether it is known where a node's numbers are."""
        return node in self._values

    def put(self, node: fx.Node, value: Value | tuple[Value, ...]) -> None:
        """Say where a node's numbers are; they are copied if they have to be elsewhere."""
        if node in self._destinations and isinstance(value, Value):
            value = self.copy(value, self._destinations[node])
        self._values[node] = value
        self.add_up(node)

    def add_up(self, node: fx.Node) -> None:
        """Add a node's numbers to their total, if that is asked for."""
        if (total := self._totals.get(node)) is not None:
            self.write(Operation.ADD, total.size, total, self.value(node), to=total)

    def destination(self, node: fx.Node) -> Value | None:
        """Where a node's numbers have to be, if that has been said."""
        return self._destinations.get(node)

    def destine(self, node: fx.Node, to: Value) -> Value:
        """Say where a node's numbers have to be, unless that has been said."""
        return self._destinations.setdefault(node, to)

    def matrix(self, node: Any) -> int:
        """The number of a matrix among those that this program multiplies rows with."""
        if node not in self._constants:
            raise NotTranslated(f"{node} is no matrix that is the same for all rows")
        at = self._constants.index(node)
        if at not in self.matrices:
            self.matrices.append(at)
        return self.matrices.index(at)

    # ---- instructions --------------------------------------------------------------------------

    def write(
        self, operation: Operation, size: int, *of: Value, to: Value | None = None, matrix: int = 0
    ) -> Value:
        """One instruction; its result is one number only if ``size`` is 1 or it adds up."""
        if to is None:
            to = Value.new(1 if operation in (Operation.SUM, Operation.LARGEST) else size)
        self.instructions.append(Instruction(operation, to, of, size, matrix))
        return to

    def copy(self, value: Value, to: Value) -> Value:
        """The value at another place, if it is not there."""
        return to if value == to else self.write(Operation.COPY, to.size, value, to=to)

    def whole(self, node: fx.Node) -> Value:
        """A node's numbers, as many as it has."""
        value, size = self.value(node), size_of(node)
        return value if value.size == size else self.copy(value, Value.new(size))


Translation = Callable[[Translator, fx.Node], Value | tuple[Value, ...]]
"""How a node becomes instructions; it returns where the node's numbers are."""
