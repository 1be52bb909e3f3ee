"""Operations that overwrite one of their arguments, as instructions."""

from __future__ import annotations

from operator import getitem

from torch import fx

from throughtime.engine.program import Value
from throughtime.tracing.nodes import NotTranslated, aten
from throughtime.tracing.parts import ALIASES
from throughtime.tracing.translator import Translation, Translator


def in_place(translation: Translation) -> Translation:
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


def overwritten(t: Translator, node: fx.Node) -> Value:
    """``a.copy_(b)``: the value of b."""
    return t.value(node.args[1])
