"""Operations that move numbers or name a part of them, as places and copies."""

from __future__ import annotations

from operator import getitem
from typing import Any

from torch import fx

from throughtime.engine.program import Value
from throughtime.tracing.nodes import NotTranslated, arguments_of, aten, nodes_of, of_rows, size_of
from throughtime.tracing.translator import Translation, Translator


def side_by_side(t: Translator, node: fx.Node) -> Value:
    """``cat`` along the row: each part is copied to its place.

    Raises:
        NotTranslated: if rows stand one below the other.
    """
    if node.meta["val"].dim() != 2 or arguments_of(node, None, 0)[1] not in (1, -1):
        raise NotTranslated("rows one below the other")
    whole, start = t.destination(node), 0
    assert whole is not None
    for part in nodes_of(node.args[0]):
        if size_of(part):
            t.copy(t.value(part), whole.part(start, size_of(part)))
        start += size_of(part)
    return whole


def split(t: Translator, node: fx.Node) -> tuple[Value, ...]:
    """``split_with_sizes`` along the row: each part is a place in the whole."""
    of, sizes, dim = arguments_of(node, None, None, 0)
    _is_of_a_row(of, dim)
    assert isinstance(sizes, list)
    starts = [sum(sizes[:n]) for n in range(len(sizes))]
    return tuple(t.value(of).part(*at) for at in zip(starts, sizes, strict=True))


def part_of_row(t: Translator, node: fx.Node) -> Value:
    """A slice of the row: a place in the whole."""
    of, *rest = arguments_of(node, None, 0, None, None, 1)
    return t.value(of).part(_first_of_slice(of, *rest), size_of(node))


def _first_of_slice(of: Any, dim: Any, start: Any, end: Any, step: Any) -> int:
    _is_of_a_row(of, dim)
    if step != 1:
        raise NotTranslated("a slice with gaps")
    return range(size_of(of))[start:end].start


def _is_of_a_row(of: Any, dim: Any) -> None:
    if of.meta["val"].dim() != 2 or dim not in (1, -1):
        raise NotTranslated("a part of the rows")


def select(t: Translator, node: fx.Node) -> Value:
    """One number of the row: a place in the whole."""
    of, dim, index = arguments_of(node)
    _is_of_a_row(of, dim)
    return t.value(of).part(range(size_of(of))[index], 1)


def item(t: Translator, node: fx.Node) -> Value:
    """One result of an operation that has several."""
    of, index = arguments_of(node)
    return t.values(of)[index]


def same(t: Translator, node: fx.Node) -> Value:
    """A view of the same numbers: ``expand``, ``unsqueeze``, ``view`` and the like.

    Raises:
        NotTranslated: if each row's numbers do not stay together.
    """
    of = node.args[0]
    assert isinstance(of, fx.Node)
    if of_rows(of) and of.meta["val"].dim() == 1 and size_of(node) != 1:
        raise NotTranslated("(rows,) turned")
    value = t.value(of)
    if value.size not in (1, size_of(node)):
        raise NotTranslated("rows in other shapes")
    return value


def cast(t: Translator, node: fx.Node) -> Value:
    """A conversion to another floating-point dtype, of which the engine has one at a time."""
    if not node.meta["val"].dtype.is_floating_point:
        raise NotTranslated("whole numbers")
    return same(t, node)


def full(t: Translator, node: fx.Node) -> Value:
    """A constant, the same everywhere."""
    return t.value(node.args[1])


def empty(t: Translator, _: fx.Node) -> Value:
    """Memory that is written before it is read: zero until then."""
    return t.value(0.0)


def with_a_part(t: Translator, node: fx.Node) -> Value:
    """``slice_scatter``: a copy of the whole with a slice replaced."""
    of, part, dim, start, end, step = arguments_of(node, None, None, 0, None, None, 1)
    first = _first_of_slice(of, dim, start, end, step)
    assert isinstance(part, fx.Node)
    to = t.copy(t.value(of), t.destination(node) or Value.new(size_of(node)))
    t.copy(t.value(part), to.part(first, size_of(part)))
    return to


ALIASES: dict[Any, Translation] = {
    aten.alias.default: same,
    aten.detach.default: same,
    aten.expand.default: same,
    aten.select.int: select,
    aten.slice.Tensor: part_of_row,
    aten.split_with_sizes.default: split,
    aten.squeeze.dim: same,
    aten.squeeze.dims: same,
    aten.unsqueeze.default: same,
    aten.view.default: same,
    getitem: item,
}
"""Operations that give the memory of another node, or a part of it."""

VIEWS: dict[Any, Translation] = {
    **ALIASES,
    aten._to_copy.default: cast,
    aten.clone.default: same,
    aten.empty_permuted.default: empty,
    aten.full.default: full,
    aten.full_like.default: full,
}
"""Operations that need no instruction: their numbers are another node's, or the same for all."""
