"""What a model does through time: its gradients, its memory, and how it goes on by itself.

Every function takes a model and some examples, and returns numbers; pictures of them are in
:mod:`throughtime.report`. docs/analysis.md has the equations.

==============  ===================================================================================
reach           ‖∂L(t)/∂h(s)‖, how it decays with the lag t - s, and how far the model remembers
truncation      the relative error of the gradient that truncated BPTT gives, against k
spectrum        the eigenvalues of W, and of the mean Jacobian ∂h(t)/∂h(t-1)
lyapunov        the leading Lyapunov exponents along the examples, with intervals
saturation      the share of gates and units that are shut, open or at their limits, by position
gap             the loss by position, given the true past, and given the model's own draws
drift           how far h(t) of a free-running model goes from that of the true past
some            a few short examples of many, for all of these
==============  ===================================================================================
"""

from typing import TYPE_CHECKING

from throughtime.lazy import attributes

if TYPE_CHECKING:
    from throughtime.analysis.bias import Truncation, truncation
    from throughtime.analysis.departure import Drift, drift
    from throughtime.analysis.eigenvalues import Spectrum, spectrum
    from throughtime.analysis.exponents import Exponents, lyapunov
    from throughtime.analysis.free_running import Gap, gap
    from throughtime.analysis.memory import Decay, Reach, reach
    from throughtime.analysis.selection import some
    from throughtime.analysis.squashed import Squashed, saturation

_WHERE = {
    "bias": ("Truncation", "truncation"),
    "departure": ("Drift", "drift"),
    "eigenvalues": ("Spectrum", "spectrum"),
    "exponents": ("Exponents", "lyapunov"),
    "free_running": ("Gap", "gap"),
    "memory": ("Decay", "Reach", "reach"),
    "selection": ("some",),
    "squashed": ("Squashed", "saturation"),
}

__getattr__ = attributes(
    __name__,
    {name: f"{__name__}.{module}" for module, names in _WHERE.items() for name in names},
)

__all__ = [
    "Decay",
    "Drift",
    "Exponents",
    "Gap",
    "Reach",
    "Spectrum",
    "Squashed",
    "Truncation",
    "drift",
    "gap",
    "lyapunov",
    "reach",
    "saturation",
    "some",
    "spectrum",
    "truncation",
]
