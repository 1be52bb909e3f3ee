"""Exact gradients in little memory: keep a few states, and compute the others a second time."""

from __future__ import annotations

import math
from itertools import accumulate, count, pairwise
from typing import Any

import torch
from torch import Tensor, nn
from torch.utils.checkpoint import get_device_states, set_device_states

from throughtime.context.autocast import Autocast
from throughtime.context.parameters import with_parameters
from throughtime.context.transforms import exporting, transforming
from throughtime.gradients.gradient import Gradient, Stretch, Tensors
from throughtime.whole import whole


class CheckpointedBPTT(Gradient):
    r"""Exact gradients with the memory of a few steps instead of all T.

    Time is cut into m stretches; only the carry between them is kept, and each stretch runs again
    when the gradient reaches it. Cut once, m + T/m steps are held at a time: 2√T at best, for one
    more forward pass (Chen et al. 2016). With a smaller budget the stretches are cut again: d
    levels hold d·m + l steps, where m^d · l ≥ T, and run each step d times more (a uniform form
    of Griewank's 1992 recursion).

    Where time runs both ways the model as a whole cannot be cut, only the recursion of each
    direction: then the outputs of all steps are held.

    Args:
        budget: how many steps may be held at a time; left out, about 2√T.

    Raises:
        ValueError: if the budget is less than two steps, or too small for a sequence.

    Example:
        >>> CheckpointedBPTT().plan(10_000), CheckpointedBPTT(budget=60).plan(10_000)
        ((1, 100, 100), (3, 7, 30))
    """

    def __init__(self, budget: int | None = None) -> None:
        self.budget = None if budget is None else whole("budget", budget, 2)

    def plan(self, total: int) -> tuple[int, int, int]:
        """Levels d, stretches of each level m, and steps of the last level's stretches l.

        Raises:
            ValueError: if no plan fits the budget.
        """
        if self.budget is None:
            stretches = max(1, math.isqrt(total))
            return 1, stretches, -(-total // stretches)
        for levels in count(0):
            # l + d·m is least where the m stretches of a level and l balance
            for stretches in range(2 if levels else 1, self.budget):
                steps = -(-total // stretches**levels)
                if levels * (stretches if levels else 0) + steps <= self.budget:
                    return levels, stretches, steps
            if 2**levels > total:
                break
        least = min(
            levels * stretches - (-total // stretches**levels)
            for levels in range(total.bit_length() + 1)
            for stretches in range(2, math.isqrt(total) + 2)
        )
        raise ValueError(
            f"budget={self.budget} is too small for {total} steps; give one of at least {least}"
        )

    def fold(
        self, stretch: Stretch, carry: Tensors, steps: Tensors, constant: Tensors, module: nn.Module
    ) -> tuple[Tensors, Tensors]:
        if transforming() or exporting():
            return stretch(carry, steps, constant)
        plan = self.plan(steps[0].shape[0])
        return _fold(stretch, carry, steps, constant, module, plan)


def _fold(
    stretch: Stretch,
    carry: Tensors,
    steps: Tensors,
    constant: Tensors,
    module: nn.Module,
    plan: tuple[int, int, int],
) -> tuple[Tensors, Tensors]:
    levels, stretches, last = plan
    if levels == 0 or steps[0].shape[0] <= last:
        return stretch(carry, steps, constant)

    def finer(carry: Tensors, steps: Tensors, constant: Tensors) -> tuple[Tensors, Tensors]:
        return _fold(stretch, carry, steps, constant, module, (levels - 1, stretches, last))

    size = last * stretches ** (levels - 1)
    outputs: list[Tensors] = []
    cuts = [len(carry), len(steps), len(constant)]
    for part in zip(*(s.split(size) for s in steps), strict=True):
        both = _RunAgain.apply(finer, cuts, module, *carry, *part, *constant, *module.parameters())
        carry, output = both[: len(carry)], both[len(carry) :]
        outputs.append(output)
    return carry, tuple(torch.cat(o) for o in zip(*outputs, strict=True))


class _RunAgain(torch.autograd.Function):
    """A stretch of time of which only the inputs are kept: the gradient runs it a second time, with
    the same random numbers."""

    @staticmethod
    def forward(
        ctx: Any, run: Stretch, cuts: list[int], module: nn.Module, *inputs: Tensor
    ) -> Tensors:
        ctx.run, ctx.cuts, ctx.module = run, cuts, module
        ctx.draws, ctx.device_draws = torch.get_rng_state(), get_device_states(*inputs)
        ctx.modes = [(m, m.training) for m in module.modules()]
        ctx.autocast = Autocast.now(inputs[0])
        ctx.save_for_backward(*inputs)
        carry, outputs = run(*_cut(inputs, cuts)[:-1])
        # a carry that no step has changed is handed on as a tensor of its own
        return (*(c.clone() for c in carry), *outputs)

    @staticmethod
    def backward(ctx: Any, *grads: Tensor) -> tuple[Tensor | None, ...]:
        again = torch.is_grad_enabled()  # somebody will differentiate this gradient again
        # Tensors of our own, so that the gradient ends at them and not at what they came from.
        inputs = tuple(
            (v.view_as(v) if again else v.detach().requires_grad_()) if v.requires_grad else v
            for v in ctx.saved_tensors
        )
        with (
            torch.random.fork_rng(devices=ctx.device_draws[0]),
            torch.enable_grad(),
            ctx.autocast.again(),
        ):
            torch.set_rng_state(ctx.draws)
            set_device_states(*ctx.device_draws)
            *arguments, parameters = _cut(inputs, ctx.cuts)
            modes = [(m, m.training) for m, _ in ctx.modes]
            _set_modes(ctx.modes)
            try:
                run = ctx.run
                carry, outputs = with_parameters(ctx.module, parameters, lambda: run(*arguments))
            finally:
                _set_modes(modes)
        reached = [
            (o, g) for o, g in zip((*carry, *outputs), grads, strict=True) if o.requires_grad
        ]
        found = iter(
            torch.autograd.grad(
                [o for o, _ in reached],
                [v for v in inputs if v.requires_grad],
                [g for _, g in reached],
                create_graph=again,
                allow_unused=True,
            )
        )
        return (None, None, None, *(next(found) if v.requires_grad else None for v in inputs))


def _set_modes(modes: list[tuple[nn.Module, bool]]) -> None:
    """Set each module to training or not: dropout must be the same when a stretch runs again."""
    for module, training in modes:
        module.training = training


def _cut(tensors: Tensors, sizes: list[int]) -> list[Tensors]:
    """The tensors cut into tuples of these sizes, and one of the rest."""
    bounds = [0, *accumulate(sizes), len(tensors)]
    return [tensors[a:b] for a, b in pairwise(bounds)]
