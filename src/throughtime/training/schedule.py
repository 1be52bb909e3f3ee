"""The learning rate in the course of training."""

from __future__ import annotations

import math

from throughtime.runs.errors import ConfigError
from throughtime.runs.kinds import SCHEDULES
from throughtime.runs.own import own

WARM_UP = 50
"""Updates of the linear warm-up of the learning rate; at most a tenth of training."""


class Schedule:
    r"""The learning rate as a factor of its peak: a linear warm-up, and then a fall.

    .. math:: \min(1, \text{rise}) \cdot \text{fall}(s)

    where s is the share of training that is over: of the updates that are planned or, if more, of
    the seconds.

    One of your own is a subclass with its :meth:`fall`, given as ``schedule="module:Class"``. It is
    a function of what it is given, and asked about all of training before it begins.

    Example:
        >>> class Halves(Schedule):
        ...     def fall(self, share):
        ...         return 0.5 ** int(4 * share)
        >>> [Halves().at(step, 1_000, step / 1_000) for step in (0, 100, 300, 999)]
        [0.02, 1.0, 0.5, 0.125]
    """

    def fall(self, share: float) -> float:
        """The factor after the warm-up, from 0 to 1, when so much of training is over."""
        raise NotImplementedError

    def at(self, step: int, updates: int, share: float) -> float:
        """The factor at an update.

        Args:
            step: the number of updates that were made.
            updates: how many are planned.
            share: how much of training is over, from 0 to 1.
        """
        rise = max((step + 1) / min(WARM_UP, max(updates // 10, 1)), 10 * share)
        return min(rise, 1.0) * self.fall(share)


class Cosine(Schedule):
    r"""Half a cosine, to zero (Loshchilov & Hutter 2017): (1 + cos πs) / 2.

    Example:
        >>> [Cosine().at(step, 1_000, step / 1_000) for step in (0, 500, 1_000)]
        [0.02, 0.5, 0.0]
    """

    def fall(self, share: float) -> float:
        return (1 + math.cos(math.pi * share)) / 2


class Linear(Schedule):
    """A straight line, to zero: 1 - s."""

    def fall(self, share: float) -> float:
        return 1 - share


class Constant(Schedule):
    """The peak from the warm-up on."""

    def fall(self, share: float) -> float:
        return 1.0


KINDS: dict[str, type[Schedule]] = dict(zip(SCHEDULES, (Cosine, Linear, Constant), strict=True))


def schedule_of(text: str) -> Schedule:
    """A schedule by name, or one's own by ``module:Class``.

    Raises:
        ConfigError: if it cannot be made.
    """
    if text in KINDS:
        return KINDS[text]()
    return own(text, "schedule", Schedule, "throughtime.training.schedule.Schedule")


CHECKED = 100
"""At so many updates a schedule is looked at beforehand."""


def check(schedule: Schedule, name: str, updates: int) -> None:
    """Refuse a schedule that fails somewhere, before anything is trained.

    Raises:
        ConfigError: if it gives something else than a factor, or raises something.
    """
    for step in range(0, updates, max(1, updates // CHECKED)):
        factor_of(schedule, name, step, updates, step / updates)


def factor_of(schedule: Schedule, name: str, step: int, updates: int, share: float) -> float:
    """The factor at an update, which must be one.

    Raises:
        ConfigError: if a schedule of one's own gives something else.
    """
    try:
        factor = float(schedule.at(step, updates, share))
    except Exception as error:  # whatever the person's own code raises
        raise ConfigError(
            f"schedule {name!r}: at step {step:,} it raised {type(error).__name__}: {error}"
        ) from error
    if not 0 <= factor < math.inf:
        raise ConfigError(
            f"schedule {name!r}: at step {step:,} it gave {factor}; expected a factor of the "
            "learning rate, from 0 on"
        )
    return factor
