"""Back-propagation through time by hand: the notes' section 3, for any cell."""

from __future__ import annotations

from typing import Any

import torch
from jaxtyping import Bool, Float
from torch import Tensor
from torch.nn.utils.parametrize import is_parametrized

from throughtime.cells.cell import Cell, State
from throughtime.cells.drive import Drive
from throughtime.context.autocast import full_precision
from throughtime.context.transforms import recorded, several, transforming
from throughtime.engine import operators, sweep
from throughtime.gradients.parameters import with_parameters
from throughtime.gradients.unroll import unroll
from throughtime.tracing import traces
from throughtime.tracing.traced import Traced


def bptt(
    cell: Cell,
    drive: Float[Tensor, "T rows drive"] | Drive,
    state: State,
    alive: Bool[Tensor, "T rows"] | None = None,
    *,
    recurrent: bool = True,
) -> State:
    r""":func:`~throughtime.unroll`, differentiated by the notes' two-part algorithm.

    1. The recursion, the only sequential part. From t = τ down to 1, what reaches h(t) from above
       and from h(t+1) goes back through one step:

       .. math:: \nabla_{h^{(t)}} L = \Big(\frac{\partial h^{(t+1)}}{\partial h^{(t)}}\Big)^{\!\top}
                 \nabla_{h^{(t+1)}} L + \Big(\frac{\partial o^{(t)}}{\partial h^{(t)}}\Big)^{\!\top}
                 \nabla_{o^{(t)}} L

    2. Each parameter's gradient, a sum over t, as *one* product over all T·B rows.

    Differentiating the gradient again (``create_graph=True``) and ``torch.func`` transforms go
    through the plain loop, and are exact too. In a graph, as ``torch.compile`` makes one, stand the
    operators of :mod:`throughtime.engine.operators`, or the steps of a cell that the engine has
    not.

    Without an edge from h(t-1), not ``recurrent``, every step starts from zeros; then there is no
    recursion, and all steps are rows of one call.

    Raises:
        RuntimeError: if the cell's step draws random numbers; its gradient could not be right.
    """
    entering, compiling = Drive.of(drive), torch.compiler.is_compiling()
    if transforming() or (compiling and cell.kernel is None):
        return plain(cell, _summed(entering, state), state, alive, recurrent)
    parameters, learning = tuple(cell.parameters()), torch.is_grad_enabled()
    kernel = cell.kernel if sweep.takes(cell, parameters, entering, state) else None
    traced = None
    if kernel is None:
        summed = _summed(entering, state)
        if recurrent and not compiling:
            traced = traces.of(cell, summed, state)
        if not learning and traced is not None:
            return traced.forward(summed, state, sweep.ragged(alive), keep=False)[0]
        if compiling or not learning or not recurrent:
            return plain(cell, summed, state, alive, recurrent)
        entering = Drive.of(summed)
    tensors = (*entering.tensors(), *state, *parameters)
    if kernel is not None:
        rows = sweep.ragged(alive)
        if recorded(tensors):
            if not recurrent:
                return plain(cell, _summed(entering, state), state, alive, recurrent)
            return operators.forward(kernel, parameters, entering, state, rows, keep=learning)[0]
        if not learning:
            return sweep.forward(
                kernel, parameters, entering, state, rows, keep=False, recurrent=recurrent
            )[0]
    states: State = _BPTT.apply(
        cell, alive, entering, len(state), kernel or traced, recurrent, *tensors
    )
    return states


class _BPTT(torch.autograd.Function):
    @staticmethod
    def forward(
        ctx: Any,
        cell: Cell,
        alive: Tensor | None,
        drive: Drive,
        parts: int,
        engine: str | Traced | None,
        recurrent: bool,
        *tensors: Tensor,
    ) -> State:
        n, saved, constants = len(drive.tensors()), None, None
        drive, state = drive.like(tensors[:n]), tensors[n : n + parts]
        rows = None if engine is None else sweep.ragged(alive)
        if isinstance(engine, str):
            parameters = tensors[n + parts :]
            states, saved = sweep.forward(
                engine, parameters, drive, state, rows, keep=True, recurrent=recurrent
            )
        elif engine is not None:
            states, saved, constants = engine.forward(drive.sum(), state, rows, keep=True)
        else:
            states = _without_draws(cell, drive.sum(), state, alive)
        ctx.cell, ctx.engine, ctx.alive, ctx.rows = cell, engine, alive, rows
        ctx.constants = constants
        ctx.sizes, ctx.recurrent = (n, parts), recurrent
        ctx.drive = drive.like((_NOTHING,) * n)
        ctx.save_for_backward(saved, *tensors, *states)
        ctx.set_materialize_grads(False)
        return states

    @staticmethod
    def backward(ctx: Any, *grad_states: Tensor | None) -> tuple[Tensor | None, ...]:
        cell, alive, (n, parts) = ctx.cell, ctx.alive, ctx.sizes
        saved, *inputs = ctx.saved_tensors
        states = tuple(inputs[-parts:])
        del inputs[-parts:]
        drive, state = ctx.drive.like(tuple(inputs[:n])), tuple(inputs[n : n + parts])
        parameters, wanted = tuple(inputs[n + parts :]), ctx.needs_input_grad[_FIRST:]
        learning = any(wanted[n + parts :])
        # somebody will differentiate this gradient again, or takes many at once
        by_loop = torch.is_grad_enabled() or several(grad_states)
        if isinstance(ctx.engine, str) and not by_loop:
            grads = sweep.reverse(
                ctx.engine, parameters, drive, state, states, saved, ctx.rows, grad_states,
                wanted[:n], learning=learning, recurrent=ctx.recurrent,
            )  # fmt: skip
            return (*(None,) * _FIRST, *grads)
        if ctx.engine is not None and not by_loop:
            assert drive.given is not None
            with full_precision(states[0]):
                grads = ctx.engine.reverse(
                    ctx.constants, drive.given, state, states, saved, ctx.rows, grad_states,
                    learning=learning,
                )  # fmt: skip
            return (*(None,) * _FIRST, *grads)
        arriving = tuple(
            torch.zeros_like(s) if g is None else g
            for s, g in zip(states, grad_states, strict=True)
        )

        def gradients() -> tuple[Tensor | None, ...]:
            if by_loop:
                with torch.enable_grad():
                    return _of_the_loop(
                        cell, drive, state, parameters, alive, arriving, ctx.recurrent
                    )
            assert drive.given is not None
            return _by_hand(cell, drive.given, state, states, alive, arriving, learning)

        with full_precision(states[0]):
            return (*(None,) * _FIRST, *with_parameters(cell, parameters, gradients))


_FIRST = 6
"""The arguments of the function above that are no tensors."""

_NOTHING = torch.empty(0)


def plain(cell: Cell, drive: Tensor, state: State, alive: Tensor | None, recurrent: bool) -> State:
    """The states in plain torch, step by step or, where that is no other thing, at once."""
    if recurrent:
        return unroll(cell, drive, state, alive)
    rows = drive.flatten(0, 1)
    states = cell.step(rows, cell.initial_state(len(rows), state[0]))
    return tuple(s.unflatten(0, drive.shape[:2]) for s in states)


def _summed(drive: Drive, state: State) -> Tensor:
    """The drive added up, in the dtype of the state, which autocast may have narrowed."""
    return drive.sum().to(state[0].dtype)


def _without_draws(cell: Cell, drive: Tensor, state: State, alive: Tensor | None) -> State:
    """The loop, of a cell whose steps can be run again with the same result."""
    before = torch.random.get_rng_state()
    states = unroll(cell, drive, state, alive)
    if not torch.equal(before, torch.random.get_rng_state()):
        raise RuntimeError(
            f"{type(cell).__name__}.step drew random numbers; back-propagation through time "
            "runs a step again and must get the same result. Draw outside of the step, or use "
            "gradient=tt.gradients.Autograd()"
        )
    return states


def _by_hand(
    cell: Cell,
    drive: Tensor,
    state: State,
    states: State,
    alive: Tensor | None,
    grad_states: State,
    learning: bool,
) -> tuple[Tensor | None, ...]:
    """The gradients of the drive, the first state and, if any is ``learning``, the parameters."""
    previous = tuple(torch.cat([s[None], all_])[:-1] for s, all_ in zip(state, states, strict=True))
    grad_drive = torch.empty_like(drive)
    reached = tuple(torch.empty_like(s) for s in states)
    carried = tuple(torch.zeros_like(s) for s in state)

    # 1. the recursion: ∇h(t) = (∂h(t+1)/∂h(t))ᵀ ∇h(t+1) + what arrives at h(t) from above
    for t in reversed(range(len(drive))):
        carried = tuple(c + g[t] for c, g in zip(carried, grad_states, strict=True))
        here = carried if alive is None else tuple(c * alive[t, :, None] for c in carried)
        for r, g in zip(reached, here, strict=True):
            r[t] = g
        grad_drive[t], back = cell.reverse_step(
            drive[t], tuple(p[t] for p in previous), tuple(s[t] for s in states), here
        )
        # a row that had ended only copied its state, and so its gradient is copied back
        carried = (
            back
            if alive is None
            else tuple(
                torch.where(alive[t, :, None], b, c) for b, c in zip(back, carried, strict=True)
            )
        )

    # 2. the parameters: one product over all steps and rows
    learned: tuple[Tensor | None, ...] = (None,) * len(list(cell.parameters()))
    if learning:
        # a parametrized cell (an orthogonal W, say) has other parameters than its equations
        by = Cell if is_parametrized(cell) else type(cell)
        rows = (tuple(v.flatten(0, 1) for v in part) for part in (previous, reached))
        before, grads = rows
        learned = by.parameter_gradients(
            cell, drive.flatten(0, 1), before, grads, grad_drive.flatten(0, 1)
        )
    return (grad_drive, *carried, *learned)


def _of_the_loop(
    cell: Cell,
    drive: Drive,
    state: State,
    parameters: tuple[Tensor, ...],
    alive: Tensor | None,
    grad_states: State,
    recurrent: bool,
) -> tuple[Tensor | None, ...]:
    """The same gradients by automatic differentiation of the plain loop, and differentiable."""
    # aliases, so that the gradient ends at them and not at what they came from
    own = tuple(v.view_as(v) for v in (*drive.tensors(), *state, *parameters))
    n = len(drive.tensors())
    drive, state, parameters = drive.like(own[:n]), own[n : n + len(state)], own[n + len(state) :]
    states = with_parameters(
        cell, parameters, lambda: plain(cell, drive.sum(), state, alive, recurrent)
    )
    reached = [(s, g) for s, g in zip(states, grad_states, strict=True) if s.requires_grad]
    found = iter(
        torch.autograd.grad(
            [s for s, _ in reached],
            [v for v in own if v.requires_grad],
            [g for _, g in reached],
            create_graph=True,
            allow_unused=True,
        )
    )
    return tuple(next(found) if v.requires_grad else None for v in own)
