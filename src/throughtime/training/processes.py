"""The processes that train one model together, each on its share of every batch."""

from __future__ import annotations

import atexit
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from itertools import count
from typing import TypeVar

import torch
from torch import Tensor, distributed, nn

from throughtime.context.share import Share, sharing
from throughtime.data import Examples
from throughtime.runs.device import device_of
from throughtime.runs.errors import ConfigError
from throughtime.sequence import Sequence
from throughtime.training.torchrun import Launch, launched

T = TypeVar("T")

PATIENCE = timedelta(minutes=10)
"""So long a process waits for the others."""

_numbers = count()


class ProcessLost(RuntimeError):
    """Another of the processes that train together has ended, or does not answer."""


class Processes:
    r"""The processes that train one model together; one by itself has nobody to wait for.

    All have the same weights. Of each batch every process computes the loss of its own rows,
    divided by what the whole batch's is divided by. The sum of the gradients,

    .. math:: \nabla L = \sum_r \nabla L_r, \qquad L_r = -\frac1N \sum_{i \in r} \log p(y_i),

    is that of the whole batch, but for rounding. So the same step of the optimiser follows in all.
    The first process decides what is decided, and it alone writes and says anything.

    Every method is called by all processes, in the same order.

    Args:
        launch: how this process was started.
    """

    def __init__(self, launch: Launch = Launch()) -> None:  # noqa: B008
        self.launch, self.share = launch, Share(launch.rank, launch.count)
        self.number = next(_numbers)

    @property
    def lead(self) -> bool:
        """Whether this is the first process."""
        return self.share.rank == 0

    @property
    def alone(self) -> bool:
        """Whether there are no others."""
        return self.share.count == 1

    # ---- what they tell each other -------------------------------------------------------------

    def wait(self) -> None:
        """Wait until all have come to this point."""
        self.most(0.0)

    def most(self, *numbers: float) -> tuple[float, ...]:
        """The largest of all processes' numbers, one by one."""
        return self._reduced(numbers, distributed.ReduceOp.MAX)

    def sum(self, *numbers: float) -> tuple[float, ...]:
        """The sums of all processes' numbers, one by one."""
        return self._reduced(numbers, distributed.ReduceOp.SUM)

    def told(self, value: T) -> T:
        """The first process's value."""
        if self.alone:
            return value
        values = [value]
        with self._answered():
            distributed.broadcast_object_list(values, device=torch.device("cpu"))
        return values[0]

    def sum_gradients(self, model: nn.Module, loss: Tensor) -> Tensor:
        """Make each gradient the sum of all processes'; return the sum of the losses."""
        if self.alone:
            return loss
        gradients = [p.grad for p in model.parameters() if p.grad is not None]
        flat = torch.cat([loss.detach().reshape(1), *(g.flatten() for g in gradients)])
        self._reduce(flat, distributed.ReduceOp.SUM)
        total, *sums = flat.split([1, *(g.numel() for g in gradients)])
        for gradient, summed in zip(gradients, sums, strict=True):
            gradient.copy_(summed.view_as(gradient))
        return total[0]

    def whole(self, part: Tensor, rows: int) -> Tensor:
        """All ``rows`` of a value, of which each process has its own."""
        if self.alone:
            return part
        value = part.new_zeros(rows, *part.shape[1:])
        value[self.share.rows] = part
        self._reduce(value, distributed.ReduceOp.SUM)
        return value

    def _reduced(
        self, numbers: tuple[float, ...], by: distributed.ReduceOp.RedOpType
    ) -> tuple[float, ...]:
        if self.alone:
            return numbers
        values = torch.tensor(numbers, dtype=torch.float64, device="cpu")
        self._reduce(values, by)
        return tuple(values.tolist())

    def _reduce(self, value: Tensor, by: distributed.ReduceOp.RedOpType) -> None:
        with self._answered():
            distributed.all_reduce(value, by)

    @contextmanager
    def _answered(self) -> Iterator[None]:
        try:
            yield
        except torch.OutOfMemoryError:
            raise
        except RuntimeError:
            raise ProcessLost(
                f"another of the {self.share.count} processes has ended, or has not answered for "
                f"{PATIENCE.seconds // 60} minutes"
            ) from None

    # ---- what each has for itself --------------------------------------------------------------

    def device_of(self, name: str) -> torch.device:
        """The device of this process, of a kind of devices: one for each process on a machine.

        Raises:
            ConfigError: if there is none, or the name is that of a single one.
        """
        if self.alone:
            return device_of(name)
        if ":" in name:
            raise ConfigError(
                f"device is {name!r}, but there are {self.share.count} processes, each with a "
                f"device of its own; expected {name.split(':')[0]}"
            )
        kind = device_of(name).type
        if kind == "cpu":
            return torch.device(kind)
        device = device_of(f"{kind}:{self.launch.local_rank}")
        torch.accelerator.set_device_index(device)
        return device

    def draw_alike(self, seed: int) -> None:
        """From here on, all processes draw what the whole batch has in common as torch's generator
        would from its present state; each draws all else for itself, from a seed of its own.

        Args:
            seed: of the training.
        """
        if not self.alone:
            generator = torch.Generator()
            generator.set_state(torch.get_rng_state())
            self.share, self.seed = replace(self.share, generator=generator), seed

    def draws(self) -> Tensor:
        """The state of the random numbers that they have in common."""
        generator = self.share.generator
        return torch.get_rng_state() if generator is None else generator.get_state()

    @contextmanager
    def shared(self, batch: Examples, step: int) -> Iterator[Examples]:
        """A context in which this process has its rows of a batch, with as many steps as the batch.

        Args:
            batch: the whole batch.
            step: the number of the update; what is dropped follows from it.
        """
        if self.alone:
            yield batch
            return
        torch.manual_seed((self.seed * 1_000_003 + step) * self.share.count + self.share.rank)
        with sharing(replace(self.share, whole=len(batch))):
            x = None if batch.x is None else self._rows(batch.x)
            yield Examples(x, self._rows(batch.y))

    def _rows(self, value: Sequence | Tensor) -> Sequence | Tensor:
        of = self.share.of
        if isinstance(value, Tensor):
            return of(value)
        return Sequence(of(value.values), of(value.lengths))


ALONE = Processes()
"""One process by itself."""


@contextmanager
def together() -> Iterator[Processes]:
    """A context in which the processes that ``torchrun`` has started train together.

    Raises:
        ProcessLost: by what is inside, if another of them ends.

    Example:
        >>> with together() as processes:
        ...     processes.sum(3, 4), processes.lead
        ((3, 4), True)
    """
    launch = launched()
    if launch.count == 1:
        yield ALONE
        return
    processes = Processes(launch)
    if not distributed.is_initialized():  # by a training before this one, or a script of the user's
        with processes._answered():
            _join(launch)
        atexit.register(distributed.destroy_process_group)
    try:
        yield processes
    except BaseException:
        launch.speaks()  # before the others see that this one has gone
        raise


def _join(launch: Launch) -> None:
    """Connect this process with the others."""
    if launch.attempt is None:
        distributed.init_process_group(timeout=PATIENCE)
        return
    # torchrun keeps one store, in which processes that were started anew find where those that have
    # died were listening, and wait for them forever
    host, port = os.environ["MASTER_ADDR"], int(os.environ["MASTER_PORT"])
    kept = distributed.TCPStore(  # type: ignore[attr-defined]
        host, port, is_master=False, timeout=PATIENCE
    )
    store = distributed.PrefixStore(  # type: ignore[attr-defined]
        f"{launch.attempt.name}/{launch.count}", kept
    )
    distributed.init_process_group(
        store=store, rank=launch.rank, world_size=launch.count, timeout=PATIENCE
    )
