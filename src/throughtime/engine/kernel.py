"""The cells that the engine has in C: one entry for each, and all that is known of it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Kernel:
    """A cell in C, by what its calls and arrays look like.

    Args:
        name: its entry points are ``throughtime_<name>_forward_f32`` and so on.
        number: its place in the enum of ``generate.h``.
        gates: G; the drive of a row has G·H numbers.
        saved: vectors of H numbers that a step saves for its reverse.
        parameters: their names in ``engine.h``, in the order of the cell's ``parameters()``.
        state: the names of the state's parts, h first.

    Example:
        >>> KERNELS["gru"].gates, KERNELS["lstm"].state
        (3, ('h', 'c'))
    """

    name: str
    number: int
    gates: int
    saved: int
    parameters: tuple[str, ...] = ("W", "b")
    state: tuple[str, ...] = ("h",)


KERNELS = {
    kernel.name: kernel
    for kernel in (
        Kernel("elman_tanh", 0, gates=1, saved=0),
        Kernel("elman_relu", 1, gates=1, saved=0),
        Kernel("gru", 2, gates=3, saved=4, parameters=("W", "b", "m")),
        Kernel("lstm", 3, gates=4, saved=4, state=("h", "c")),
    )
}
"""By their names, which ``Cell.kernel`` gives."""
