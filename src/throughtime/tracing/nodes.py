"""What is asked of the nodes of a captured graph."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, fx

aten = torch.ops.aten


class NotTranslated(Exception):
    """The engine has no such operation, or not for such arguments."""


def of_rows(node: fx.Node) -> bool:
    """Whether a node has one row for each of the batch's."""
    return bool(node.meta.get("rows"))


def size_of(node: fx.Node) -> int:
    """How many numbers each row has of a node ``(rows, size)`` or ``(rows,)``; or all of it has."""
    shape = node.meta["val"].shape
    return int(shape[-1]) if len(shape) == 2 else 1


def first_of(node: fx.Node) -> Tensor | None:
    """A node's value, or the first of several; None if it is no tensor."""
    value = node.meta.get("val")
    value = value[0] if isinstance(value, list | tuple) and value else value
    return value if isinstance(value, Tensor) else None


def nodes_of(argument: Any) -> list[fx.Node]:
    """What is put side by side.

    Raises:
        NotTranslated: if not all of it are nodes.
    """
    if not all(isinstance(a, fx.Node) for a in argument):
        raise NotTranslated("numbers and tensors cannot be put side by side")
    return list(argument)


def arguments_of(node: fx.Node, *defaults: Any) -> tuple[Any, ...]:
    """A node's arguments, with defaults for those that have been left out."""
    return (*node.args, *defaults[len(node.args) :])
