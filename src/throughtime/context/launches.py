"""Many kernels of a GPU as one launch: a function of tensors, recorded once and launched again."""

from __future__ import annotations

import gc
import warnings
from collections import OrderedDict
from collections.abc import Callable
from threading import Lock
from typing import Any, Generic, TypeVar
from weakref import WeakKeyDictionary

import torch
from torch import Tensor, nn
from torch.utils._pytree import tree_flatten, tree_leaves, tree_map_only

from throughtime.context.appearance import appearance
from throughtime.context.transforms import values_hidden

T = TypeVar("T")

MOST = 64
"""How many recordings are kept of a module: one for each function and size of its arguments."""


class Recording(Generic[T]):
    """The kernels of ``function(module, *args)``, to be launched again with other values.

    What they read of the module is read again from where it was in memory.

    Args:
        function: what is recorded.
        module: its first argument.
        args: the others, with tensors of the shapes that they will have.
    """

    def __init__(
        self, function: Callable[..., T], module: nn.Module, args: tuple[Any, ...]
    ) -> None:
        self.given = tree_map_only(Tensor, Tensor.clone, args)
        self.record(function, module)

    def __call__(self, args: tuple[Any, ...]) -> T:
        """What the function makes of these."""
        for to, value in zip(tree_leaves(self.given), tree_leaves(args), strict=True):
            if isinstance(to, Tensor):
                to.copy_(value)
        self.replay()
        result: T = tree_map_only(Tensor, Tensor.clone, self.found)
        return result

    def record(self, function: Callable[..., T], module: nn.Module) -> None:
        """Record what makes ``found`` of ``given``."""
        self.graph = torch.cuda.CUDAGraph()
        collects = gc.isenabled()
        gc.disable()  # it might free another recording, which must not be while one is made
        try:  # other threads may allocate memory meanwhile
            with torch.cuda.graph(self.graph, capture_error_mode="thread_local"):
                self.found = function(module, *self.given)
        finally:
            if collects:
                gc.enable()

    def replay(self) -> None:
        """Make ``found`` of ``given`` again."""
        self.graph.replay()

    @staticmethod
    def watched(call: Callable[[], T]) -> tuple[T, str]:
        """The result of a call, which loads its kernels, and why they cannot be recorded.

        What waits for a value cannot be; and to find it out by trying may leave torch's generator
        of random numbers unusable.
        """
        before = torch.cuda.get_sync_debug_mode()
        with warnings.catch_warnings(record=True) as all_:
            warnings.simplefilter("always")
            torch.cuda.set_sync_debug_mode("warn")
            try:
                result = call()
            finally:
                torch.cuda.set_sync_debug_mode(before)
        said = [str(w.message) for w in all_]
        for text, w in zip(said, all_, strict=True):
            if "ynchroniz" not in text:
                warnings.warn_explicit(w.message, w.category, w.filename, w.lineno)
        waits = any("called a synchronizing" in text for text in said)
        return result, "they wait for the value of a tensor" if waits else NOT_YET


RECORDERS: dict[str, type[Recording[Any]]] = {"cuda": Recording}
"""What records kernels, by the kind of device."""

NOT_YET = ""
"""The reason for no recording where the kernels have been launched once, and are loaded."""

_kept: WeakKeyDictionary[nn.Module, OrderedDict[Any, Recording[Any] | str]] = WeakKeyDictionary()
"""Of each module: recordings, or why there is none."""

_in_use = Lock()


class Launched(Generic[T]):
    """``function(module, *args)``, as one launch where that can be.

    A GPU computes a step of a small model in less time than it takes to launch its kernels one by
    one. So the second time that a function is called with tensors of the same shapes, its kernels
    are recorded, and from then on they are launched together. Nothing is recorded on the CPU, nor
    where a gradient is wanted. Where the kernels cannot be recorded, a warning says so.

    Args:
        module: has the parameters that the function reads, and does not change meanwhile.
        function: looks at no value of a tensor; it may draw random numbers. Its arguments are
            plain values and tensors, in tuples too, and so is what it returns.

    Example:
        >>> layer = nn.Linear(2, 1)
        >>> Launched(layer, nn.Linear.forward)(torch.zeros(3, 2)).shape
        torch.Size([3, 1])
    """

    def __init__(self, module: nn.Module, function: Callable[..., T]) -> None:
        self.module, self.function = module, function
        tensors = [*module.parameters(), *module.buffers()]
        self.device = tensors[0].device if tensors else torch.device("cpu")
        self.of_module: tuple[Any, ...] = ()
        if can_launch(self.device):
            self.of_module = (function, *appearance(module), *(v.data_ptr() for v in tensors))

    def __call__(self, *args: Any) -> T:
        plainly = self.device.type == "cpu" or values_hidden() or torch.is_grad_enabled()
        # it is in use by another thread, or by a function that calls this one
        if plainly or not _in_use.acquire(blocking=False):
            return self.function(self.module, *args)
        try:
            return self._launch(args)
        finally:
            _in_use.release()

    def _launch(self, args: tuple[Any, ...]) -> T:
        recorder = RECORDERS.get(self.device.type)
        if recorder is None:
            return self._one_by_one(args, f"torch does not record them on {self.device.type}")
        kept, key = _kept.setdefault(self.module, OrderedDict()), self._key(args)
        if key not in kept:
            while len(kept) >= MOST:
                kept.popitem(last=False)
            result, kept[key] = recorder.watched(lambda: self.function(self.module, *args))
            return result
        kept.move_to_end(key)
        if kept[key] == NOT_YET:
            try:
                kept[key] = recorder(self.function, self.module, args)
            except RuntimeError as error:
                kept[key] = f"they cannot be recorded ({str(error).splitlines()[0]})"
        found = kept[key]
        return found(args) if isinstance(found, Recording) else self._one_by_one(args, found)

    def _one_by_one(self, args: tuple[Any, ...], why: str) -> T:
        warnings.warn(
            f"the kernels of {type(self.module).__name__} are launched one by one, which takes "
            f"longer than to compute them: {why}",
            stacklevel=4,
        )
        return self.function(self.module, *args)

    def _key(self, args: tuple[Any, ...]) -> tuple[Any, ...]:
        leaves, structure = tree_flatten(args)
        of = [(v.shape, v.dtype, v.device) if isinstance(v, Tensor) else v for v in leaves]
        return (*self.of_module, structure, *of, torch.is_inference_mode_enabled())


def can_launch(device: torch.device) -> bool:
    """Whether kernels are recorded on a device.

    Example:
        >>> can_launch(torch.device("cpu"))
        False
    """
    return device.type in RECORDERS


def stretches(steps: int, longest: int) -> list[int]:
    """So many steps in stretches of ``longest``, and what is left in powers of two: few lengths,
    as each is recorded by itself.

    Example:
        >>> stretches(150, 64)
        [64, 64, 16, 4, 2]
    """
    many, left = divmod(steps, longest)
    return [longest] * many + [1 << i for i in reversed(range(left.bit_length())) if left >> i & 1]
