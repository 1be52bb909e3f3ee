"""What keeps the numbers that o(t) stands for finite and above zero: one place for all outputs."""

from __future__ import annotations

import math

import torch
from torch import Tensor
from torch.nn.functional import softplus

SMALLEST = 1e-4
"""Added to every scale: a density must stay finite where data repeat a value exactly."""

LARGEST_LOG = 30.0
"""The logarithm of a mean, and the logit of a mean share, are taken as this at the most and as its
negative at the least: e³⁰ is 10¹³, whose square is still a float32."""

LARGEST_LOG_OF_A_FLOAT = 80.0
"""Numbers that are given back are from e⁻⁸⁰ to e⁸⁰, 10³⁴: float32 has no more."""


def positive(s: Tensor) -> Tensor:
    r""":math:`\log(1 + e^s) + 10^{-4}`, a scale.

    Example:
        >>> positive(torch.tensor([-30.0, 0.0, 30.0]))
        tensor([1.0000e-04, 6.9325e-01, 3.0000e+01])
    """
    return softplus(s) + SMALLEST


def before_positive(scale: float) -> float:
    """What :func:`positive` makes a scale of.

    Example:
        >>> positive(torch.tensor(before_positive(2.5)))
        tensor(2.5000)
    """
    return math.log(math.expm1(scale - SMALLEST))


def bounded(log: Tensor) -> Tensor:
    """The logarithm or the logit of a mean, from -30 to 30; beyond, without a gradient.

    Example:
        >>> bounded(torch.tensor([-1e4, 2.0, 31.0]))
        tensor([-30.,   2.,  30.])
    """
    return log.clamp(-LARGEST_LOG, LARGEST_LOG)


def exponential(log: Tensor) -> Tensor:
    """Its exponential, from e⁻⁸⁰ to e⁸⁰.

    Example:
        >>> exponential(torch.tensor([0.0, 1e4])).isfinite()
        tensor([True, True])
    """
    return log.clamp(-LARGEST_LOG_OF_A_FLOAT, LARGEST_LOG_OF_A_FLOAT).exp()


def above_zero(value: Tensor) -> Tensor:
    """The value, or the smallest number above zero: a padding of 0 has a finite logarithm.

    Example:
        >>> above_zero(torch.tensor([0.0, 2.0])).log()
        tensor([-87.3365,   0.6931])
    """
    return value.clamp(min=torch.finfo(value.dtype).tiny)


def below_one(value: Tensor) -> Tensor:
    """The same from both sides: between zero and one, where 1 - value is above zero too.

    Example:
        >>> bool(below_one(torch.tensor(1.0)) < 1)
        True
    """
    return above_zero(value).clamp(max=1 - torch.finfo(value.dtype).eps)
