"""A device that no machine lacks: its tensors hold numbers of the CPU, and refuse its tensors."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import torch
from torch import Tensor, nn
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_flatten, tree_map, tree_map_only

from throughtime.context.launches import NOT_YET, RECORDERS, Recording

DEVICE = torch.device("meta")
"""Its name: torch knows it everywhere, and computes nothing there by itself."""

aten = torch.ops.aten
LOOKS = {aten._local_scalar_dense.default, aten.nonzero.default, aten.equal.default}
"""What waits for a value."""

MOVES = {aten._to_copy.default, aten.copy_.default}
MIXED = {aten.index.Tensor, aten.index_put_.default, aten.index_put.default}
"""Which take whole numbers from the CPU, on every device."""


class Elsewhere(Tensor):
    """A tensor on the device."""

    here: Tensor

    @staticmethod
    def __new__(cls, here: Tensor) -> Elsewhere:
        made: Elsewhere = Tensor._make_wrapper_subclass(
            cls, here.size(), here.stride(), here.storage_offset(),
            dtype=here.dtype, device=DEVICE, requires_grad=here.requires_grad,
        )  # fmt: skip
        made.here = here
        return made

    def tolist(self) -> Any:
        return self.here.tolist()

    def data_ptr(self) -> int:
        return self.here.data_ptr()

    def numpy(self, *, force: bool = False) -> Any:
        if not force:
            raise TypeError("no array of a tensor on another device; use .cpu() first")
        return self.here.numpy(force=True)

    @classmethod
    def __torch_dispatch__(  # type: ignore[override]
        cls, op: Any, types: Any, args: Any = (), kwargs: Any = None
    ) -> Any:
        return _call(op, args, kwargs or {})


class _Factories(TorchDispatchMode):
    def __torch_dispatch__(self, op: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        return _call(op, args, kwargs or {})


class Again(Recording[Any]):
    """A recording on the device: the function is called again, and may look at no value."""

    made = launched = 0
    """How many there have been, and how often they were launched."""

    recording = looked = False

    def record(self, function: Callable[..., Any], module: nn.Module) -> None:
        self.function, self.module = function, module
        with torch.random.fork_rng([]):  # to record draws nothing
            self._run()
        Again.made += 1

    def replay(self) -> None:
        self._run()
        Again.launched += 1

    def _run(self) -> None:
        Again.recording = True
        try:
            self.found = self.function(self.module, *self.given)
        finally:
            Again.recording = False

    @staticmethod
    def watched(call: Callable[[], Any]) -> tuple[Any, str]:
        Again.looked = False
        result = call()
        return result, "they look" if Again.looked else NOT_YET


def _call(op: Any, args: Any, kwargs: dict[str, Any]) -> Any:
    Again.looked |= op in LOOKS
    if Again.recording and op in LOOKS:
        raise RuntimeError(f"{op}: not permitted while kernels are recorded")
    tensors = [v for v in tree_flatten((args, kwargs))[0] if isinstance(v, Tensor)]
    there = [v for v in tensors if isinstance(v, Elsewhere)]
    strangers = [v for v in tensors if v.dim() and not isinstance(v, Elsewhere)]
    if there and strangers and op not in MOVES | MIXED:
        raise RuntimeError(f"{op}: expected all tensors to be on the same device")
    given = kwargs.get("device")
    if given is None:
        wraps = bool(there) and not (op in MIXED and not isinstance(args[0], Elsewhere))
    else:
        wraps, kwargs = torch.device(given) == DEVICE, kwargs | {"device": torch.device("cpu")}
    own = tree_map_only(Elsewhere, lambda v: v.here, (args, kwargs))
    out = op(*own[0], **own[1])
    if op._schema.name.endswith("_") and tensors:  # in place
        return args[0]
    return tree_map_only(Tensor, Elsewhere, out) if wraps else out


def moved(value: Any) -> Any:
    """The same on the device."""
    if isinstance(value, nn.Module):
        return value.to(DEVICE)
    return tree_map(lambda v: v.to(DEVICE) if hasattr(v, "to") else v, value)


@contextmanager
def elsewhere() -> Iterator[None]:
    """A block in which the device is there."""
    RECORDERS[DEVICE.type] = Again
    try:
        with _Factories():
            yield
    finally:
        del RECORDERS[DEVICE.type]
