"""The optimiser: AdamW, or another one by its name; and its state as numbers and tensors."""

from __future__ import annotations

import inspect
import math
from collections.abc import Mapping
from typing import Any

import torch
from torch import Tensor, nn

from throughtime.runs.config import Config
from throughtime.runs.errors import ConfigError, RunError
from throughtime.runs.kinds import OPTIMISERS
from throughtime.runs.own import own

PREFIX = "optimiser."
"""How the names of its tensors begin; the number of a parameter and the name of a moment follow."""


class Optimiser:
    """Takes a step down the gradient (Loshchilov & Hutter 2019, decoupled weight decay).

    Another one than AdamW is a class of torch's kind, ``"torch.optim:SGD(momentum=0.9)"``: it is
    made with the parameters and ``lr``, and asked for nothing but steps.

    Args:
        config: says which, its learning rate, and AdamW's weight decay.
        parameters: what it changes.

    Raises:
        ConfigError: if it cannot be made, or wants to compute the loss itself.
    """

    def __init__(self, config: Config, parameters: list[nn.Parameter]) -> None:
        self.name, self.parameters, rate = config.optimiser, parameters, config.learning_rate
        self.inner: torch.optim.Optimizer
        if config.optimiser in OPTIMISERS:
            decay = config.weight_decay or 0.0
            self.inner = torch.optim.AdamW(parameters, lr=rate, weight_decay=decay, fused=True)
        else:
            kind, base = torch.optim.Optimizer, "torch.optim.Optimizer"
            self.inner = own(config.optimiser, "optimiser", kind, base, parameters, lr=rate)
            closure = inspect.signature(self.inner.step).parameters.get("closure")
            if closure is not None and closure.default is inspect.Parameter.empty:
                raise ConfigError(
                    f"optimiser {config.optimiser!r}: computes the loss itself, many times a step; "
                    "expected one whose step needs no closure"
                )
        if any("lr" not in group for group in self.inner.param_groups):
            raise ConfigError(
                f"optimiser {config.optimiser!r}: has no learning rate to schedule; expected a "
                "number 'lr' in each of its param_groups, as torch's have it"
            )
        self.peaks = [float(group["lr"]) for group in self.inner.param_groups]
        self.fresh = True

    @property
    def rate(self) -> float:
        """The learning rate of the last step, of the first group of parameters."""
        return float(self.inner.param_groups[0]["lr"])

    def step(self, factor: float) -> None:
        """Change the parameters by their gradients, at so much of the learning rate.

        Raises:
            ConfigError: if an optimiser of one's own raises something.
        """
        for group, peak in zip(self.inner.param_groups, self.peaks, strict=True):
            group["lr"] = peak * factor
        if self.name in OPTIMISERS:
            self.inner.step()
            return
        try:
            self.inner.step()
        except Exception as error:  # whatever the person's own code raises
            raise ConfigError(
                f"optimiser {self.name!r}: its step raised {type(error).__name__}: {error}"
            ) from error
        if self.fresh:
            self.state()  # what cannot be saved is better known now than after an epoch
            self.fresh = False

    # ---- saving --------------------------------------------------------------------------------

    def state(self) -> tuple[dict[str, Any], dict[str, Tensor]]:
        """What it knows besides its settings: numbers, as JSON has them, and tensors by name.

        Raises:
            RunError: if it has something else, or what belongs to no parameter.
        """
        numbers: dict[str, Any] = {}
        tensors: dict[str, Tensor] = {}
        for number, moments in self.inner.state_dict()["state"].items():
            if not (isinstance(number, int) and isinstance(moments, dict)):
                raise RunError(
                    f"optimiser {self.name!r}: keeps {number!r}, which cannot be saved; expected "
                    "what it keeps in state[parameter], by name, or as numbers in its param_groups"
                )
            for name, value in moments.items():
                if isinstance(value, Tensor):
                    tensors[f"{PREFIX}{number}.{name}"] = value
                elif value is None or isinstance(value, bool | int | float):
                    numbers[f"{number}.{name}"] = value
                else:
                    raise RunError(
                        f"optimiser {self.name!r}: keeps a {type(value).__name__} as {name}, which "
                        "cannot be saved; expected tensors and numbers"
                    )
        groups = [_numbers(group) for group in self.inner.param_groups]
        return {"moments": numbers, "groups": groups}, tensors

    def restore(self, said: Mapping[str, Any], tensors: Mapping[str, Tensor]) -> None:
        """Take up what :meth:`state` gave.

        Raises:
            ValueError: if it does not fit the parameters.
        """
        moments: dict[int, dict[str, Any]] = {}
        for name, value in [*tensors.items(), *said["moments"].items()]:
            number, moment = name.removeprefix(PREFIX).split(".", 1)
            moments.setdefault(int(number), {})[moment] = value
        for index, of_one in moments.items():
            if self.name in OPTIMISERS:
                _check(self.parameters[index], of_one)
        groups = self.inner.state_dict()["param_groups"]  # as configured
        saved = [
            {**group, **numbers} for group, numbers in zip(groups, said["groups"], strict=True)
        ]
        self.inner.load_state_dict({"state": moments, "param_groups": saved})


def _check(parameter: nn.Parameter, moments: Mapping[str, Any]) -> None:
    """Refuse what are no moments of AdamW."""
    shapes = {name: tuple(mean.shape) for name, mean in sorted(moments.items())}
    shape = tuple(parameter.shape)
    if shapes != {"step": (), "exp_avg": shape, "exp_avg_sq": shape}:
        raise ValueError(f"moments of shapes {shapes} for a parameter of shape {shape}")
    for name, mean in moments.items():
        dtype = torch.float32 if name == "step" else parameter.dtype
        if mean.dtype != dtype or not bool(mean.isfinite().all()):
            expected = str(dtype).removeprefix("torch.")
            raise ValueError(f"{name} is {mean.dtype}, or not finite; expected {expected}")


def _numbers(group: Mapping[str, Any]) -> dict[str, Any]:
    """What some optimisers change of their settings as they go."""
    plain = {k: v for k, v in group.items() if isinstance(v, bool | int | float)}
    return {k: v for k, v in plain.items() if math.isfinite(v)}
