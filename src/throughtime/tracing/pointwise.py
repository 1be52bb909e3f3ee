"""Operations number by number, as instructions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import torch
from torch import fx

from throughtime.engine.program import Operation, Value
from throughtime.tracing.nodes import NotTranslated, arguments_of, of_rows, size_of
from throughtime.tracing.translator import Translation, Translator


def pointwise(operation: Operation) -> Translation:
    """An operation of each number by itself."""

    def translation(t: Translator, node: fx.Node) -> Value:
        without(node.kwargs)
        return t.write(
            operation, size_of(node), *map(t.value, aligned(node)), to=t.destination(node)
        )

    return translation


def aligned(node: fx.Node) -> tuple[Any, ...]:
    """A node's arguments; ``(rows,)`` with ``(rows, size)`` is refused."""
    rows = [a for a in node.all_input_nodes if a.meta["val"].dim() == 1]
    if node.meta["val"].dim() == 2 and any(of_rows(a) for a in rows):
        raise NotTranslated("(rows,) with (rows, size)")
    return node.args


def sum_of_two(operation: Operation) -> Translation:
    """``a + alpha b`` or ``a - alpha b``."""

    def translation(t: Translator, node: fx.Node) -> Value:
        a, b = map(t.value, aligned(node)[:2])
        alpha = node.kwargs.get("alpha", arguments_of(node, None, None, 1)[2])
        if alpha != 1:
            b = t.write(Operation.MULTIPLY, b.size, b, t.value(alpha))
        return t.write(operation, size_of(node), a, b, to=t.destination(node))

    return translation


def of_truths(operation: Operation) -> Translation:
    """An operation on booleans, which the engine has as 1 and 0."""

    def translation(t: Translator, node: fx.Node) -> Value | tuple[Value, ...]:
        if any(n.meta["val"].dtype is not torch.bool for n in node.all_input_nodes):
            raise NotTranslated("the truth of numbers")
        return pointwise(operation)(t, node)

    return translation


def negation(t: Translator, node: fx.Node) -> Value:
    """``not a``, of booleans."""
    (of,) = node.all_input_nodes
    if of.meta["val"].dtype is not torch.bool:
        raise NotTranslated("the truth of numbers")
    return t.write(
        Operation.EQUAL, size_of(node), t.value(of), t.value(0.0), to=t.destination(node)
    )


def power(t: Translator, node: fx.Node) -> Value:
    """``a ** exponent``; a square is a product, which is faster and exact."""
    (a, exponent), size, to = arguments_of(node), size_of(node), t.destination(node)
    if exponent == 2:
        return t.write(Operation.MULTIPLY, size, t.value(a), t.value(a), to=to)
    return t.write(Operation.POWER, size, t.value(a), t.value(exponent), to=to)


def clamp(t: Translator, node: fx.Node) -> Value:
    """``min(max(a, least), most)``, where either bound may be missing."""
    a, least, most = arguments_of(node, None, None, None)
    value, size = t.value(a), size_of(node)
    least, most = node.kwargs.get("min", least), node.kwargs.get("max", most)
    if least is not None:
        value = t.write(Operation.MAXIMUM, size, value, t.value(least))
    if most is not None:
        value = t.write(Operation.MINIMUM, size, value, t.value(most))
    return value


def without(options: Mapping[str, Any]) -> None:
    """Refuse options that the engine's operation does not have."""
    if options:
        raise NotTranslated(f"with {dict(options)}")
