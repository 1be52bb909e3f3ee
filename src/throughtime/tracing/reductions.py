"""Operations over all numbers of a row, as instructions: sums, norms, products with a matrix."""

from __future__ import annotations

from typing import Any

from torch import fx

from throughtime.engine.program import Operation, Value
from throughtime.tracing.nodes import NotTranslated, arguments_of, size_of
from throughtime.tracing.pointwise import without
from throughtime.tracing.translator import Translation, Translator


def _over_the_row(node: fx.Node) -> fx.Node:
    of, dims = arguments_of(node, None, None)[:2]
    assert isinstance(of, fx.Node)
    if dims not in ([1], [-1]) or of.meta["val"].dim() != 2 or "dtype" in node.kwargs:
        raise NotTranslated(f"{node.target} over {dims}")
    return of


def reduction(operation: Operation, *, mean: bool = False) -> Translation:
    """The sum, maximum or another reduction over a row; its mean, if ``mean``."""

    def translation(t: Translator, node: fx.Node) -> Value:
        of, to = _over_the_row(node), t.destination(node)
        if not mean:
            return t.write(operation, size_of(of), t.whole(of), to=to)
        total = t.write(operation, size_of(of), t.whole(of))
        return t.write(Operation.MULTIPLY, 1, total, t.value(1 / size_of(of)), to=to)

    return translation


def variance(t: Translator, node: fx.Node) -> Value:
    """The variance over a row: the mean square distance from the mean, with the correction."""
    of = _over_the_row(node)
    correction: Any = node.kwargs.get("correction", 1)
    share = t.value(1 / (size_of(of) - correction))
    total = t.write(Operation.SUM, size_of(of), t.whole(of))
    mean = t.write(Operation.MULTIPLY, 1, total, t.value(1 / size_of(of)))
    apart = t.write(Operation.SUBTRACT, size_of(of), t.whole(of), mean)
    squares = t.write(Operation.MULTIPLY, size_of(of), apart, apart)
    total = t.write(Operation.SUM, size_of(of), squares)
    return t.write(Operation.MULTIPLY, 1, total, share, to=t.destination(node))


def layer_norm(t: Translator, node: fx.Node) -> tuple[Value, ...]:
    """Layer normalization over a row: the result, the mean, and 1 / the standard deviation."""
    of, shape, scale, shift, eps = arguments_of(node)
    assert isinstance(of, fx.Node)
    size = size_of(of)
    if shape != [size]:
        raise NotTranslated("a norm of more than a row")
    a, share = t.whole(of), t.value(1 / size)
    mean = t.write(Operation.MULTIPLY, 1, t.write(Operation.SUM, size, a), share)
    apart = t.write(Operation.SUBTRACT, size, a, mean)
    squares = t.write(Operation.MULTIPLY, size, apart, apart)
    variance = t.write(Operation.MULTIPLY, 1, t.write(Operation.SUM, size, squares), share)
    slope = t.write(Operation.RSQRT, 1, t.write(Operation.ADD, 1, variance, t.value(eps)))
    value = t.write(Operation.MULTIPLY, size, apart, slope)
    if scale is not None:
        value = t.write(Operation.MULTIPLY, size, value, t.value(scale))
    if shift is not None:
        value = t.write(Operation.ADD, size, value, t.value(shift))
    return value, mean, slope


def product(t: Translator, node: fx.Node) -> Value:
    """A row times a matrix."""
    a, matrix = arguments_of(node)
    assert isinstance(a, fx.Node)
    size, number = size_of(node), t.matrix(matrix)
    return t.write(Operation.PRODUCT, size, t.whole(a), to=t.destination(node), matrix=number)


def product_and_sum(t: Translator, node: fx.Node) -> Value:
    """``added + a @ matrix``, as ``addmm`` has it."""
    added, a, matrix = arguments_of(node)
    assert isinstance(a, fx.Node)
    without(node.kwargs)
    size, number = size_of(node), t.matrix(matrix)
    product = t.write(Operation.PRODUCT, size, t.whole(a), matrix=number)
    return t.write(Operation.ADD, size, t.value(added), product, to=t.destination(node))
