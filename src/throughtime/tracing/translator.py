"""A program for the engine, written down node by node of a trace."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from torch import fx

from throughtime.engine.program import Instruction, Operation, Program, Value
from throughtime.tracing.operations import (
    TRANSLATIONS,
    VIEWS,
    NotTranslated,
    aten,
    nodes_of,
    size_of,
)


class Translator:
    """Instructions, written down node by node.

    Args:
        values: where the numbers of nodes are that are known from outside.
        destinations: where those of some others have to be in the end.
        constants: nodes that are the same for all rows, any of which may be a matrix.
    """

    def __init__(
        self,
        values: Mapping[fx.Node, Value],
        destinations: Mapping[fx.Node, Value],
        constants: Sequence[fx.Node],
    ) -> None:
        self.instructions: list[Instruction] = []
        self.matrices: list[int] = []
        """Which of the constants rows are multiplied with."""
        self._values: dict[fx.Node, Value | tuple[Value, ...]] = dict(values)
        self._destinations = dict(destinations)
        self._constants, self._numbers = list(constants), list[float]()

    def program(self, ended: Sequence[Instruction]) -> Program:
        """What has been written down, and what is done for a row that has ended."""
        return Program(self.instructions, ended, self._numbers)

    def translate(self, nodes: Sequence[fx.Node]) -> None:
        """Write down what computes these nodes, each after those that it is made of.

        Raises:
            NotTranslated: if the engine cannot compute one of them.
        """
        for node in reversed(nodes):
            self._join(node)
        for node in nodes:
            if node.target not in TRANSLATIONS:
                raise NotTranslated(f"{node.target} is no operation of the engine")
            value = TRANSLATIONS[node.target](self, node)
            if node in self._destinations and isinstance(value, Value):
                value = self.copy(value, self._destinations[node])
            self._values[node] = value

    def _join(self, node: fx.Node) -> None:
        """What is put side by side is written there at once, where it is written only there."""
        if node.target is not aten.cat.default:
            return
        whole = self._destinations.setdefault(node, Value.new(size_of(node)))
        start = 0
        for part in nodes_of(node.args[0]):
            if part.target not in VIEWS and part not in self._values and size_of(part):
                self._destinations.setdefault(part, whole.part(start, size_of(part)))
            start += size_of(part)

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

    def matrix(self, node: Any) -> int:
        """The number of a matrix among those that this program multiplies rows with."""
        if node not in self._constants:
            raise NotTranslated(f"{node} is no matrix that is the same for all rows")
        at = self._constants.index(node)
        if at not in self.matrices:
            self.matrices.append(at)
        return self.matrices.index(at)

    def write(
        self, operation: Operation, size: int, *of: Value, to: Value | None = None, matrix: int = 0
    ) -> Value:
        """One instruction; what it gives is one number only if ``size`` is 1 or it adds up."""
        if to is None:
            to = Value.new(1 if operation in (Operation.SUM, Operation.LARGEST) else size)
        self.instructions.append(Instruction(operation, to, of, size, matrix))
        return to

    def result(self, node: fx.Node) -> Value | None:
        """Where a node's numbers have to be, if that has been said."""
        return self._destinations.get(node)

    def copy(self, value: Value, to: Value) -> Value:
        """The value at another place, if it is not there."""
        return to if value == to else self.write(Operation.COPY, to.size, value, to=to)

    def whole(self, node: fx.Node) -> Value:
        """A node's numbers, as many as it has."""
        value, size = self.value(node), size_of(node)
        return value if value.size == size else self.copy(value, Value.new(size))
