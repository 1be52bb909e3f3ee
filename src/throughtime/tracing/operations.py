"""torch's operations on rows that the engine has, and how each becomes instructions."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from operator import getitem
from typing import TYPE_CHECKING, Any

import torch
from torch import fx

from throughtime.engine.program import Operation, Value

if TYPE_CHECKING:
    from throughtime.tracing.translator import Translator

aten = torch.ops.aten


class NotTranslated(Exception):
    """The engine has no such operation, or not for such arguments."""


def size_of(node: fx.Node) -> int:
    """How many numbers each row has of a node ``(rows, size)`` or ``(rows,)``; or all of it has."""
    shape = node.meta["val"].shape
    return int(shape[-1]) if len(shape) == 2 else 1


def nodes_of(argument: Any) -> list[fx.Node]:
    """What is put side by side.

    Raises:
        NotTranslated: if not all of it are nodes.
    """
    if not all(isinstance(a, fx.Node) for a in argument):
        raise NotTranslated("numbers and tensors cannot be put side by side")
    return list(argument)


def _arguments(node: fx.Node, *defaults: Any) -> tuple[Any, ...]:
    """A node's arguments, with defaults for those that have been left out."""
    return (*node.args, *defaults[len(node.args) :])


def _without(options: Mapping[str, Any]) -> None:
    if options:
        raise NotTranslated(f"with {dict(options)}")


Translation = Callable[["Translator", fx.Node], Value | tuple[Value, ...]]


def _pointwise(operation: Operation) -> Translation:
    def translation(t: Translator, node: fx.Node) -> Value:
        _without(node.kwargs)
        return t.write(operation, size_of(node), *map(t.value, _aligned(node)), to=t.result(node))

    return translation


def _aligned(node: fx.Node) -> tuple[Any, ...]:
    """A node's arguments, of which a number for each row must not meet numbers of rows."""
    rows = [a for a in node.all_input_nodes if a.meta["val"].dim() == 1]
    if node.meta["val"].dim() == 2 and any(_of_rows(a) for a in rows):
        raise NotTranslated("(rows,) with (rows, size)")
    return node.args


def _of_rows(node: fx.Node) -> bool:
    return bool(node.meta.get("rows"))


def _sum_of_two(operation: Operation) -> Translation:
    def translation(t: Translator, node: fx.Node) -> Value:
        a, b = map(t.value, _aligned(node)[:2])
        alpha = node.kwargs.get("alpha", _arguments(node, None, None, 1)[2])
        if alpha != 1:
            b = t.write(Operation.MULTIPLY, b.size, b, t.value(alpha))
        return t.write(operation, size_of(node), a, b, to=t.result(node))

    return translation


def _of_truths(operation: Operation) -> Translation:
    """Of what is 1 or 0, such as comparisons give."""

    def translation(t: Translator, node: fx.Node) -> Value | tuple[Value, ...]:
        if any(n.meta["val"].dtype is not torch.bool for n in node.all_input_nodes):
            raise NotTranslated("the truth of numbers")
        return _pointwise(operation)(t, node)

    return translation


def _not(t: Translator, node: fx.Node) -> Value:
    (of,) = node.all_input_nodes
    if of.meta["val"].dtype is not torch.bool:
        raise NotTranslated("the truth of numbers")
    return t.write(Operation.EQUAL, size_of(node), t.value(of), t.value(0.0), to=t.result(node))


def _power(t: Translator, node: fx.Node) -> Value:
    (a, exponent), size, to = _arguments(node), size_of(node), t.result(node)
    if exponent == 2:
        return t.write(Operation.MULTIPLY, size, t.value(a), t.value(a), to=to)
    return t.write(Operation.POWER, size, t.value(a), t.value(exponent), to=to)


def _clamp(t: Translator, node: fx.Node) -> Value:
    a, least, most = _arguments(node, None, None, None)
    value, size = t.value(a), size_of(node)
    least, most = node.kwargs.get("min", least), node.kwargs.get("max", most)
    if least is not None:
        value = t.write(Operation.MAXIMUM, size, value, t.value(least))
    if most is not None:
        value = t.write(Operation.MINIMUM, size, value, t.value(most))
    return value


def _over_the_row(node: fx.Node) -> fx.Node:
    of, dims = _arguments(node, None, None)[:2]
    assert isinstance(of, fx.Node)
    if dims not in ([1], [-1]) or of.meta["val"].dim() != 2 or "dtype" in node.kwargs:
        raise NotTranslated(f"{node.target} over {dims}")
    return of


def _reduction(operation: Operation, *, mean: bool = False) -> Translation:
    def translation(t: Translator, node: fx.Node) -> Value:
        of, to = _over_the_row(node), t.result(node)
        if not mean:
            return t.write(operation, size_of(of), t.whole(of), to=to)
        total = t.write(operation, size_of(of), t.whole(of))
        return t.write(Operation.MULTIPLY, 1, total, t.value(1 / size_of(of)), to=to)

    return translation


def _variance(t: Translator, node: fx.Node) -> Value:
    of = _over_the_row(node)
    correction: Any = node.kwargs.get("correction", 1)
    share = t.value(1 / (size_of(of) - correction))
    total = t.write(Operation.SUM, size_of(of), t.whole(of))
    mean = t.write(Operation.MULTIPLY, 1, total, t.value(1 / size_of(of)))
    apart = t.write(Operation.SUBTRACT, size_of(of), t.whole(of), mean)
    squares = t.write(Operation.MULTIPLY, size_of(of), apart, apart)
    total = t.write(Operation.SUM, size_of(of), squares)
    return t.write(Operation.MULTIPLY, 1, total, share, to=t.result(node))


def _layer_norm(t: Translator, node: fx.Node) -> tuple[Value, ...]:
    of, shape, scale, shift, eps = _arguments(node)
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


def _product(t: Translator, node: fx.Node) -> Value:
    a, matrix = _arguments(node)
    assert isinstance(a, fx.Node)
    size, number = size_of(node), t.matrix(matrix)
    return t.write(Operation.PRODUCT, size, t.whole(a), to=t.result(node), matrix=number)


def _product_and_sum(t: Translator, node: fx.Node) -> Value:
    added, a, matrix = _arguments(node)
    assert isinstance(a, fx.Node)
    _without(node.kwargs)
    size, number = size_of(node), t.matrix(matrix)
    product = t.write(Operation.PRODUCT, size, t.whole(a), matrix=number)
    return t.write(Operation.ADD, size, t.value(added), product, to=t.result(node))


def _side_by_side(t: Translator, node: fx.Node) -> Value:
    if node.meta["val"].dim() != 2 or _arguments(node, None, 0)[1] not in (1, -1):
        raise NotTranslated("rows one below the other")
    whole, start = t.result(node), 0
    assert whole is not None
    for part in nodes_of(node.args[0]):
        if size_of(part):
            t.copy(t.value(part), whole.part(start, size_of(part)))
        start += size_of(part)
    return whole


def _split(t: Translator, node: fx.Node) -> tuple[Value, ...]:
    of, sizes, dim = _arguments(node, None, None, 0)
    _is_of_a_row(of, dim)
    assert isinstance(sizes, list)
    starts = [sum(sizes[:n]) for n in range(len(sizes))]
    return tuple(t.value(of).part(*at) for at in zip(starts, sizes, strict=True))


def _slice(t: Translator, node: fx.Node) -> Value:
    of, *rest = _arguments(node, None, 0, None, None, 1)
    return t.value(of).part(_first_of_slice(of, *rest), size_of(node))


def _first_of_slice(of: Any, dim: Any, start: Any, end: Any, step: Any) -> int:
    _is_of_a_row(of, dim)
    if step != 1:
        raise NotTranslated("a slice with gaps")
    return range(size_of(of))[start:end].start


def _is_of_a_row(of: Any, dim: Any) -> None:
    if of.meta["val"].dim() != 2 or dim not in (1, -1):
        raise NotTranslated("a part of the rows")


def _select(t: Translator, node: fx.Node) -> Value:
    of, dim, index = _arguments(node)
    _is_of_a_row(of, dim)
    return t.value(of).part(range(size_of(of))[index], 1)


def _item(t: Translator, node: fx.Node) -> Value:
    of, index = _arguments(node)
    return t.values(of)[index]


def _same(t: Translator, node: fx.Node) -> Value:
    of = node.args[0]
    assert isinstance(of, fx.Node)
    if _of_rows(of) and of.meta["val"].dim() == 1 and size_of(node) != 1:
        raise NotTranslated("(rows,) turned")
    value = t.value(of)
    if value.size not in (1, size_of(node)):
        raise NotTranslated("rows in other shapes")
    return value


def _cast(t: Translator, node: fx.Node) -> Value:
    if not node.meta["val"].dtype.is_floating_point:
        raise NotTranslated("whole numbers")
    return _same(t, node)


def _full(t: Translator, node: fx.Node) -> Value:
    return t.value(node.args[1])


def _empty(t: Translator, _: fx.Node) -> Value:
    return t.value(0.0)


def _with_a_part(t: Translator, node: fx.Node) -> Value:
    of, part, dim, start, end, step = _arguments(node, None, None, 0, None, None, 1)
    first = _first_of_slice(of, dim, start, end, step)
    assert isinstance(part, fx.Node)
    to = t.copy(t.value(of), t.result(node) or Value.new(size_of(node)))
    t.copy(t.value(part), to.part(first, size_of(part)))
    return to


def _in_place(translation: Translation) -> Translation:
    """Overwriting is writing elsewhere, where nobody reads again what stood there."""

    def elsewhere(t: Translator, node: fx.Node) -> Value | tuple[Value, ...]:
        over = node.all_input_nodes[0]
        alone = _is_alone(over) or (over.target is getitem and _is_alone_in_whole(over))
        if not alone or any(node < user or user.target in ALIASES for user in over.users):
            raise NotTranslated("something is overwritten that is read again")
        return translation(t, node)

    return elsewhere


def _is_alone(node: fx.Node) -> bool:
    """Whether this is nobody else's memory."""
    return node.op == "call_function" and node.target not in ALIASES


def _is_alone_in_whole(item: fx.Node) -> bool:
    """Whether this is a part of memory that is only read in parts, and this part but once."""
    (split,) = item.all_input_nodes
    (whole,) = split.all_input_nodes
    others = (n for n in split.users if n is not item)
    return (
        split.target is aten.split_with_sizes.default
        and _is_alone(whole)
        and list(whole.users) == [split]
        and all(n.target is getitem and n.args[1] != item.args[1] for n in others)
    )


def _overwritten(t: Translator, node: fx.Node) -> Value:
    return t.value(node.args[1])


ALIASES: dict[Any, Translation] = {
    aten.alias.default: _same,
    aten.detach.default: _same,
    aten.expand.default: _same,
    aten.select.int: _select,
    aten.slice.Tensor: _slice,
    aten.split_with_sizes.default: _split,
    aten.squeeze.dim: _same,
    aten.squeeze.dims: _same,
    aten.unsqueeze.default: _same,
    aten.view.default: _same,
    getitem: _item,
}
"""Operations that give the memory of another node, or a part of it."""

VIEWS: dict[Any, Translation] = {
    **ALIASES,
    aten._to_copy.default: _cast,
    aten.clone.default: _same,
    aten.empty_permuted.default: _empty,
    aten.full.default: _full,
    aten.full_like.default: _full,
}
"""Operations that need no instruction: their numbers are another node's, or the same for all."""

CHEAP: dict[Any, Translation] = {
    aten.add.Scalar: _sum_of_two(Operation.ADD),
    aten.add.Tensor: _sum_of_two(Operation.ADD),
    aten.mul.Scalar: _pointwise(Operation.MULTIPLY),
    aten.mul.Tensor: _pointwise(Operation.MULTIPLY),
    aten.neg.default: _pointwise(Operation.NEGATIVE),
    aten.sub.Scalar: _sum_of_two(Operation.SUBTRACT),
    aten.sub.Tensor: _sum_of_two(Operation.SUBTRACT),
}
"""Operations that take less than what they give takes to be written down and read again."""

TRANSLATIONS: dict[Any, Translation] = {
    **VIEWS,
    **CHEAP,
    **{
        operation: _pointwise(instruction)
        for operation, instruction in {
            aten.abs.default: Operation.MAGNITUDE,
            aten.relu.default: Operation.RELU,
            aten.sigmoid.default: Operation.SIGMOID,
            aten.tanh.default: Operation.TANH,
            aten.exp.default: Operation.EXP,
            aten.expm1.default: Operation.EXPM1,
            aten.log.default: Operation.LOG,
            aten.log1p.default: Operation.LOG1P,
            aten.sqrt.default: Operation.SQRT,
            aten.rsqrt.default: Operation.RSQRT,
            aten.reciprocal.default: Operation.RECIPROCAL,
            aten.sin.default: Operation.SIN,
            aten.cos.default: Operation.COS,
            aten.erf.default: Operation.ERF,
            aten.sign.default: Operation.SIGNUM,
            aten.div.Scalar: Operation.DIVIDE,
            aten.div.Tensor: Operation.DIVIDE,
            aten.maximum.default: Operation.MAXIMUM,
            aten.minimum.default: Operation.MINIMUM,
            aten.gt.Scalar: Operation.GREATER,
            aten.gt.Tensor: Operation.GREATER,
            aten.ge.Scalar: Operation.GREATER_EQUAL,
            aten.ge.Tensor: Operation.GREATER_EQUAL,
            aten.lt.Scalar: Operation.LESS,
            aten.lt.Tensor: Operation.LESS,
            aten.le.Scalar: Operation.LESS_EQUAL,
            aten.le.Tensor: Operation.LESS_EQUAL,
            aten.eq.Scalar: Operation.EQUAL,
            aten.eq.Tensor: Operation.EQUAL,
            aten.ne.Scalar: Operation.UNEQUAL,
            aten.ne.Tensor: Operation.UNEQUAL,
            aten.where.self: Operation.WHERE,
        }.items()
    },
    aten.copy_.default: _in_place(_overwritten),
    aten.add_.Tensor: _in_place(_sum_of_two(Operation.ADD)),
    aten.mul_.Tensor: _in_place(_pointwise(Operation.MULTIPLY)),
    aten.sub_.Tensor: _in_place(_sum_of_two(Operation.SUBTRACT)),
    aten.relu_.default: _in_place(_pointwise(Operation.RELU)),
    aten.sigmoid_.default: _in_place(_pointwise(Operation.SIGMOID)),
    aten.tanh_.default: _in_place(_pointwise(Operation.TANH)),
    aten.logical_and_.default: _in_place(_of_truths(Operation.MULTIPLY)),
    aten.logical_and.default: _of_truths(Operation.MULTIPLY),
    aten.logical_or.default: _of_truths(Operation.MAXIMUM),
    aten.logical_not.default: _not,
    aten.bitwise_and.Tensor: _of_truths(Operation.MULTIPLY),
    aten.bitwise_or.Tensor: _of_truths(Operation.MAXIMUM),
    aten.bitwise_not.default: _not,
    aten.pow.Tensor_Scalar: _power,
    aten.clamp.default: _clamp,
    aten.sum.dim_IntList: _reduction(Operation.SUM),
    aten.mean.dim: _reduction(Operation.SUM, mean=True),
    aten.var.correction: _variance,
    aten.amax.default: _reduction(Operation.LARGEST),
    aten.native_layer_norm.default: _layer_norm,
    aten.mm.default: _product,
    aten.addmm.default: _product_and_sum,
    aten.cat.default: _side_by_side,
    aten.slice_scatter.default: _with_a_part,
}
"""How each operation that the engine has becomes instructions."""
