"""What a module is called with, checked in torch.nn's words, for which a program may look."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn

from throughtime.cells.cell import State
from throughtime.context.layout import check_layout


def check_dimensions(module: nn.RNNBase, x: Tensor, state: State | None) -> None:
    """Raise the exceptions of torch.nn if the input is no padded batch and no sequence, or the
    state not of the same kind."""
    check_layout("the input", x)
    name, dims = module._get_name(), x.dim()
    if dims not in (2, 3):
        tensor = " tensor" if module.mode.startswith("RNN") else ""
        raise ValueError(
            f"{name}: Expected input to be 2D or 3D, got {dims}D{tensor} instead: its shape is "
            f"{tuple(x.shape)}, and expected (time, input_size), or 3 dimensions with a batch"
        )
    if state is None or all(part.dim() == dims for part in state):
        return
    kind = "batched 3-D" if dims == 3 else "unbatched 2-D"
    got = [f"{part.dim()}-D" for part in state]
    hx, found = "hx", f"{got[0]} tensor"
    if len(state) == 2:
        hx, found = "hx and cx", f"({got[0]}, {got[1]}) tensors"
    raise RuntimeError(
        f"{name}: For {kind} input, {hx} should also be {dims}-D but got {found}; expected a batch "
        "of both, or of neither"
    )


def check_input(module: nn.RNNBase, x: Tensor, like: Tensor, *, narrowed: bool) -> None:
    """Raise the exceptions of torch.nn if the input has another dtype than the weights, unless
    autocast has narrowed it; or another size than ``input_size``."""
    check_layout("the input", x)
    name = module._get_name()
    if x.dtype != like.dtype and not narrowed:
        raise ValueError(
            f"{name}: RNN input dtype ({x.dtype}) does not match weight dtype ({like.dtype}). "
            f"Convert input: input.to({like.dtype}), or convert model: model.to({x.dtype})"
        )
    if x.shape[-1] != module.input_size:
        raise RuntimeError(
            f"{name}: input.size(-1) must be equal to input_size. Expected {module.input_size}, "
            f"got {x.shape[-1]}"
        )


def check_state(
    module: nn.RNNBase,
    state: State,
    shapes: list[tuple[int, ...]],
    dtype: torch.dtype,
    *,
    narrowed: bool,
) -> None:
    """Raise a ``RuntimeError``, as torch.nn, if a part of the state has another shape or dtype."""
    name = module._get_name()
    for i, (found, shape) in enumerate(zip(state, shapes, strict=True)):
        check_layout(f"hidden[{i}]", found)
        if found.shape != shape:
            which = f"hidden[{i}]" if len(state) == 2 else "hidden"
            batched = len(shape) > 2
            expected, got = (
                tuple(s) if batched else (*s[:1], 1, *s[1:])  # one sequence is a batch of one there
                for s in (shape, found.shape)
            )
            raise RuntimeError(
                f"{name}: Expected {which} size {expected}, got {list(got)}; expected (layers * "
                "directions, batch, units)"
            )
        if found.dtype != dtype and not narrowed:
            raise RuntimeError(
                f"{name}: hidden[{i}] is {found.dtype} and the weights {dtype}; use .to({dtype})"
            )


def parts_of(module: nn.RNNBase, hx: Any, parts: int) -> State:
    """The parts of a state, of which an LSTM has two, h_0 and c_0.

    Raises:
        RuntimeError: if it has not so many.
    """
    found = tuple(hx) if parts == 2 and isinstance(hx, tuple | list) else (hx,)
    if len(found) != parts or not all(isinstance(part, Tensor) for part in found):
        expected = "(h_0, c_0)" if parts == 2 else "a tensor, h_0"
        raise RuntimeError(
            f"{module._get_name()}: hx is one {type(hx).__name__}; expected {expected}"
        )
    return found
