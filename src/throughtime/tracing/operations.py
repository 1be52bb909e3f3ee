"""torch's operations on rows that the engine has, and how each becomes instructions."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from torch import fx

from throughtime.engine.program import Operation, Value
from throughtime.tracing.in_place import in_place, overwritten
from throughtime.tracing.nodes import NotTranslated, aten, nodes_of, size_of
from throughtime.tracing.parts import VIEWS, side_by_side, with_a_part
from throughtime.tracing.pointwise import clamp, negation, of_truths, pointwise, power, sum_of_two
from throughtime.tracing.reductions import layer_norm, product, product_and_sum, reduction, variance
from throughtime.tracing.translator import Translation, Translator

CHEAP: dict[Any, Translation] = {
    aten.add.Scalar: sum_of_two(Operation.ADD),
    aten.add.Tensor: sum_of_two(Operation.ADD),
    aten.mul.Scalar: pointwise(Operation.MULTIPLY),
    aten.mul.Tensor: pointwise(Operation.MULTIPLY),
    aten.neg.default: pointwise(Operation.NEGATIVE),
    aten.sub.Scalar: sum_of_two(Operation.SUBTRACT),
    aten.sub.Tensor: sum_of_two(Operation.SUBTRACT),
}
"""Operations that take less than what they give takes to be written down and read again."""

TRANSLATIONS: dict[Any, Translation] = {
    **VIEWS,
    **CHEAP,
    **{
        operation: pointwise(instruction)
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
    aten.copy_.default: in_place(overwritten),
    aten.add_.Tensor: in_place(sum_of_two(Operation.ADD)),
    aten.mul_.Tensor: in_place(pointwise(Operation.MULTIPLY)),
    aten.sub_.Tensor: in_place(sum_of_two(Operation.SUBTRACT)),
    aten.relu_.default: in_place(pointwise(Operation.RELU)),
    aten.sigmoid_.default: in_place(pointwise(Operation.SIGMOID)),
    aten.tanh_.default: in_place(pointwise(Operation.TANH)),
    aten.logical_and_.default: in_place(of_truths(Operation.MULTIPLY)),
    aten.logical_and.default: of_truths(Operation.MULTIPLY),
    aten.logical_or.default: of_truths(Operation.MAXIMUM),
    aten.logical_not.default: negation,
    aten.bitwise_and.Tensor: of_truths(Operation.MULTIPLY),
    aten.bitwise_or.Tensor: of_truths(Operation.MAXIMUM),
    aten.bitwise_not.default: negation,
    aten.pow.Tensor_Scalar: power,
    aten.clamp.default: clamp,
    aten.sum.dim_IntList: reduction(Operation.SUM),
    aten.mean.dim: reduction(Operation.SUM, mean=True),
    aten.var.correction: variance,
    aten.amax.default: reduction(Operation.LARGEST),
    aten.native_layer_norm.default: layer_norm,
    aten.mm.default: product,
    aten.addmm.default: product_and_sum,
    aten.cat.default: side_by_side,
    aten.slice_scatter.default: with_a_part,
}
"""How each operation that the engine has becomes instructions."""


def translate(t: Translator, nodes: Sequence[fx.Node]) -> None:
    """Write down what computes these nodes, each after those that it is made of.

    Raises:
        NotTranslated: if the engine cannot compute one of them.
    """
    for node in reversed(nodes):
        _join(t, node)
    for node in nodes:
        if node.target not in TRANSLATIONS:
            raise NotTranslated(f"{node.target} is no operation of the engine")
        t.put(node, TRANSLATIONS[node.target](t, node))


def _join(t: Translator, node: fx.Node) -> None:
    """What is put side by side is written there at once, where it is written only there."""
    if node.target is not aten.cat.default:
        return
    whole = t.destine(node, Value.new(size_of(node)))
    start = 0
    for part in nodes_of(node.args[0]):
        if part.target not in VIEWS and not t.has(part) and size_of(part):
            t.destine(part, whole.part(start, size_of(part)))
        start += size_of(part)
