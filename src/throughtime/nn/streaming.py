"""One step at a time, for live input."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, cast

import torch
from jaxtyping import Float
from torch import Tensor
from torch.nn.utils.parametrize import is_parametrized

from throughtime.cells.cell import Cell, State
from throughtime.cells.drive import Drive, Entering
from throughtime.context.layout import check_layout, extent, in_memory, is_wrapper
from throughtime.engine.stepper import Stepper
from throughtime.gradients.backends.engine import Engine, sweep_of
from throughtime.gradients.bptt import bptt
from throughtime.gradients.recursion import Recursion
from throughtime.nn.cells import with_weights
from throughtime.nn.recurrent import Recurrent
from throughtime.whole import whole


class Streaming:
    r"""A module's recurrence taken step by step, with the state in the caller's hands.

    .. math:: h_l^{(t)} = f(h_l^{(t-1)}, W_{ih} h_{l-1}^{(t)}; W_{hh}, b), \qquad h_0 = x

    Where the engine has the module, its matrices are packed once, and a step allocates nothing. It
    gives no gradients, drops nothing out and runs no hooks. Weights that have changed are noticed,
    unless torch itself does not count it: in place through their ``.data``, in inference mode, or
    by an optimiser with ``fused=True``. Then call :meth:`refresh`. The weights of a parametrized
    module are made, and packed, at each step.

    Args:
        module: a :class:`~throughtime.nn.RNN`, GRU or LSTM that reads time forward.
        rows: how many sequences go on side by side.

    Raises:
        ValueError: if the module also reads time backward, so that a step cannot be taken before
            the end has come; or has a ``proj_size``.

    Example:
        >>> import throughtime as tt
        >>> module = tt.nn.GRU(3, 4, num_layers=2)
        >>> x = torch.randn(5, 1, 3)
        >>> live = tt.nn.Streaming(module)
        >>> state, new = live.zeros(), live.zeros()
        >>> for x_t in x:
        ...     h = live.step(x_t, state, new)
        ...     state, new = new, state
        >>> bool(torch.allclose(h, module(x)[0][-1]))
        True
    """

    def __init__(self, module: Recurrent, rows: int = 1) -> None:
        if not isinstance(module, Recurrent):
            raise ValueError(
                f"the module is a {type(module).__module__}.{type(module).__name__}; expected a "
                "tt.nn.RNN, GRU or LSTM"
            )
        if module.bidirectional or module.proj_size:
            raise ValueError(
                f"{module} cannot be taken step by step: expected one direction, and no proj_size"
            )
        self.module, self.rows = module, whole("rows", rows)
        self._parts = len(module._cell[0].state_sizes)
        self._layers: list[_Layer] = []
        self._seen: list[tuple[Tensor, int, int]] = []
        self._spans: list[tuple[int, int]] = []

    @property
    def _weights(self) -> list[Tensor]:
        if is_parametrized(self.module):
            return [v for layer in self.module.all_weights for v in layer]
        return cast(list[Tensor], self.module._flat_weights)

    def zeros(self) -> State:
        """A state of zeros: h ``(layers, rows, H)``, and of an LSTM c."""
        like = self._weights[0]
        shape = (self.module.num_layers, self.rows, self.module.hidden_size)
        return tuple(like.new_zeros(shape) for _ in range(self._parts))

    def step(
        self, x: Float[Tensor, "rows size"], state: State, new: State
    ) -> Float[Tensor, "rows H"]:
        """The highest layer's h(t), a part of ``new``, to which the state at t is written.

        Args:
            x: x(t).
            state: the state at t-1; not changed.
            new: where the state at t shall be; other memory than ``state``.

        Raises:
            ValueError: if a shape or dtype is not that of the module, or ``new`` shares memory with
                ``state``, with x, with the weights, or among its parts.
        """
        self._check(x, state, new)
        self._prepare()
        _apart(new, [*self._spans, *(_span(t) for t in (x, *state))])
        for i, layer in enumerate(self._layers):
            layer.step(x, tuple(s[i] for s in state), tuple(n[i] for n in new))
            x = new[0][i]
        return x

    def _check(self, x: Tensor, state: State, new: State) -> None:
        module, parts = self.module, self._parts
        for name, given in (("state", state), ("new", new)):
            if not isinstance(given, tuple | list):
                raise ValueError(
                    f"{name} is a {type(given).__name__}; expected a tuple, as zeros() gives"
                )
        if len(state) != parts or len(new) != parts:
            raise ValueError(
                f"the state and the new one have {len(state)} and {len(new)} tensors; expected "
                f"{parts}, as zeros() gives"
            )
        like = self._weights[0]
        inside = (module.num_layers, self.rows, module.hidden_size)
        _fits("x", x, (self.rows, module.input_size), like)
        for s in state:
            _fits("state", s, inside, like)
        for n in new:
            if not _fits("new", n, inside, like) or not n.is_contiguous():
                raise ValueError("the new state must be contiguous, as zeros() gives it")

    def _prepare(self) -> None:
        """Pack the matrices, if they are other ones than the last time."""
        weights = self._weights
        same = len(weights) == len(self._seen) and all(
            v is w and _version(v) == version and v.data_ptr() == at
            for v, (w, version, at) in zip(weights, self._seen, strict=True)
        )
        if not same:
            layers = self.module.all_weights
            self._layers = [_Layer(self.module, layer, self.rows) for layer in layers]
            self._seen = [(v, _version(v), v.data_ptr()) for v in weights]
            self._spans = [_span(v) for v in weights]

    def refresh(self) -> None:
        """Take the weights as they are now."""
        self._seen = []

    def __getstate__(self) -> dict[str, Any]:
        return {**self.__dict__, "_layers": [], "_seen": []}


def _version(weight: Tensor) -> int:
    return 0 if weight.is_inference() else weight._version


def _span(tensor: Tensor) -> tuple[int, int]:
    """Where a tensor's memory begins and ends."""
    begin = tensor.data_ptr()
    return begin, begin + extent(tensor)


def _apart(new: State, taken: list[tuple[int, int]]) -> None:
    """Raise a ``ValueError`` if the new state shares memory with what is taken, or in itself."""
    for begin, end in map(_span, new):
        if any(first < end and begin < last for first, last in taken):
            raise ValueError(
                "the new state must not be the old one, or share memory with it, with x, the "
                "weights or among its parts; let two states take turns"
            )
        taken.append((begin, end))


def _fits(name: str, tensor: Tensor, shape: tuple[int, ...], like: Tensor) -> bool:
    """Whether a step can read the tensor as it lies, and not a copy of it.

    Raises:
        ValueError: if the tensor does not fit the module.
    """
    if not isinstance(tensor, Tensor):
        raise ValueError(f"{name} is a {type(tensor).__name__}; expected a tensor")
    lies = in_memory(tensor)
    if not lies:
        check_layout(name, tensor)
        if is_wrapper(tensor):
            raise ValueError(
                f"{name} is a tensor without memory of its own, as in torch.func's transforms; a "
                "step is written to memory: use the module itself"
            )
    if tensor.shape != shape or tensor.dtype != like.dtype or tensor.device != like.device:
        raise ValueError(
            f"{name} has shape {tuple(tensor.shape)} and is {tensor.dtype} on {tensor.device}; "
            f"expected {shape} and {like.dtype} on {like.device}"
        )
    return lies


class _Layer:
    """A layer's step, ready to be taken."""

    def __init__(self, module: Recurrent, weights: Iterable[Tensor], rows: int) -> None:
        self.weight, *others = (v.detach() for v in weights)
        self.cell: Cell = with_weights(module._cell[0], *others)
        state = tuple(self.weight.new_zeros(rows, n) for n in self.cell.state_sizes)
        step = self._recursion(self.weight.new_zeros(rows, self.weight.shape[1]), state)
        self.stepper = Stepper(sweep_of(step, None)) if Engine.of(step) else None

    def _recursion(self, x: Tensor, state: State) -> Recursion:
        return Recursion(self.cell, Drive(1, (Entering(x[None], self.weight),)), state)

    def step(self, x: Tensor, state: State, new: State) -> None:
        if self.stepper is not None:
            self.stepper.step((x,), state, new)
            return
        with torch.no_grad():
            for n, s in zip(new, bptt(self._recursion(x, state)), strict=True):
                n.copy_(s[0])
