"""Checkpointed back-propagation: the exact gradient, in the memory of a few steps, for a bounded
number of runs of each step."""

import math
import weakref
from collections.abc import Callable
from typing import Any

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves

import throughtime as tt
from tests.helpers.models import (
    CELLS,
    VALID,
    WIRINGS,
    Problem,
    Trace,
    assert_gradient,
    assert_same,
    gradients,
    leaves,
    make,
    problem,
    quick,
)
from throughtime import RecurrentModel
from throughtime.gradients import CheckpointedBPTT, FullBPTT

LENGTHS = (30, 0, 13)
BUDGETS = {None: (1, 5, 6), 14: (1, 3, 10), 10: (2, 3, 4), 31: (0, 1, 30)}
"""Budgets for 30 steps, and the plans that they lead to: levels, stretches, steps."""


def found(
    model: RecurrentModel, task: Problem, gradient: tt.gradients.Gradient
) -> dict[str, Tensor]:
    """The gradient by this method."""
    model.gradient = gradient
    return gradients(task.loss(model), leaves(model, task))


@pytest.mark.parametrize("wiring", WIRINGS)
@pytest.mark.parametrize(("cell", "budget"), list(zip(CELLS, [None, 14, 10, 31, 10], strict=True)))
def test_it_is_full_bptt(cell: str, wiring: str, budget: int | None) -> None:
    model = make(cell, WIRINGS[wiring], layers=2 if wiring in tt.wirings.NAMED else 1)
    task = problem(model, LENGTHS)
    checkpointed = found(model, task, CheckpointedBPTT(budget))
    assert_same(checkpointed, found(model, task, FullBPTT()))


@pytest.mark.parametrize("wiring", VALID, ids=str)
def test_it_is_full_bptt_in_every_wiring(wiring: tt.Wiring) -> None:
    model = make("tanh", wiring)
    task = problem(model, (9, 3, 0))
    checkpointed = found(model, task, CheckpointedBPTT(7))
    assert_same(checkpointed, found(model, task, FullBPTT()))


@settings(quick, max_examples=15)
@given(
    lengths=st.lists(st.integers(0, 20), min_size=0, max_size=3).map(tuple),
    wiring=st.sampled_from(list(WIRINGS)),
    budget=st.none() | st.integers(10, 22),
)
def test_it_is_full_bptt_for_every_ragged_batch_and_budget(
    lengths: tuple[int, ...], wiring: str, budget: int | None
) -> None:
    torch.manual_seed(0)
    model = make("own", WIRINGS[wiring])
    task = problem(model, lengths)
    checkpointed = found(model, task, CheckpointedBPTT(budget))
    assert_same(checkpointed, found(model, task, FullBPTT()))


@pytest.mark.parametrize("budget", BUDGETS)
def test_values_are_exact_with_and_without_a_gradient(budget: int | None) -> None:
    model = make("LSTM", WIRINGS["hidden-and-output-to-hidden"], layers=2)
    task = problem(model, LENGTHS)
    exact = task.log_prob(model)
    model.gradient = CheckpointedBPTT(budget)
    torch.testing.assert_close(task.log_prob(model), exact, rtol=1e-12, atol=1e-12)
    with torch.no_grad():
        torch.testing.assert_close(task.log_prob(model), exact, rtol=1e-12, atol=1e-12)


# ---- dropout --------------------------------------------------------------------------------


@pytest.mark.parametrize("wiring", ["hidden-and-output-to-hidden", "expected", "bidirectional"])
@pytest.mark.parametrize("layers", [1, 3])
@pytest.mark.parametrize("budget", [None, 10])
def test_a_step_that_runs_again_drops_the_same_units(
    budget: int | None, layers: int, wiring: str
) -> None:
    """Or the gradient would be that of another function than the one whose value was returned."""
    model = make("GRU", WIRINGS[wiring], layers=layers, dropout=0.5)
    task = problem(model, LENGTHS)
    wanted = leaves(model, task)

    def loss() -> Tensor:
        torch.manual_seed(1)
        return task.loss(model)

    def value() -> Tensor:
        with torch.enable_grad():
            return loss().detach()

    full = loss()
    by_full = gradients(full, wanted)
    model.gradient = CheckpointedBPTT(budget)
    checkpointed = loss()
    by_checkpointed = gradients(checkpointed, wanted)
    assert_gradient(value, wanted, by_checkpointed, rel=1e-5)
    if layers == 1:  # one mask, drawn in the order of time however time is cut
        torch.testing.assert_close(checkpointed, full)
        assert_same(by_checkpointed, by_full)
    model.eval()
    assert not torch.allclose(loss(), full)


def test_the_random_numbers_after_it_are_those_after_the_forward_pass() -> None:
    """Running steps again in the backward pass draws nothing from the stream of the program."""
    model = make("tanh", layers=2, dropout=0.5, gradient=CheckpointedBPTT())
    task = problem(model, LENGTHS)
    loss = task.loss(model)
    expected = torch.random.get_rng_state()
    loss.backward()
    assert torch.equal(torch.random.get_rng_state(), expected)


def test_a_step_that_runs_again_drops_as_when_it_ran_first() -> None:
    """Whatever mode the model has been put in before the gradient is taken."""
    model = make("tanh", layers=2, dropout=0.5, gradient=CheckpointedBPTT())
    task = problem(model, LENGTHS)
    wanted = leaves(model, task)
    torch.manual_seed(1)
    expected = gradients(task.loss(model), wanted)
    torch.manual_seed(1)
    loss = task.loss(model)
    model.eval()
    assert_same(gradients(loss, wanted), expected)
    assert not any(module.training for module in model.modules())


# ---- the plan -------------------------------------------------------------------------------


@quick
@given(total=st.integers(0, 10**6))
def test_without_a_budget_two_roots_of_the_steps_are_held(total: int) -> None:
    levels, stretches, steps = CheckpointedBPTT().plan(total)
    assert levels == 1
    assert stretches * steps >= total
    assert stretches + steps <= 2 * math.sqrt(total) + 2


@quick
@given(total=st.integers(1, 10**6), budget=st.integers(2, 3000))
def test_a_plan_covers_all_steps_within_its_budget(total: int, budget: int) -> None:
    try:
        levels, stretches, steps = CheckpointedBPTT(budget).plan(total)
    except ValueError as error:
        least = int(str(error).rsplit(" ", 1)[1])
        assert least > budget
        levels, stretches, steps = CheckpointedBPTT(least).plan(total)  # the advice is good,
        with pytest.raises(ValueError, match="too small"):  # and not more than is needed
            CheckpointedBPTT(least - 1).plan(total)
        budget = least
    assert steps * stretches**levels >= total
    assert levels * stretches * (levels > 0) + steps <= budget


@quick
@given(total=st.integers(1, 2000), budget=st.integers(2, 60))
def test_a_plan_has_the_fewest_levels_that_fit(total: int, budget: int) -> None:
    def fits(levels: int) -> bool:
        if levels == 0:
            return total <= budget
        return any(levels * m + math.ceil(total / m**levels) <= budget for m in range(2, budget))

    expected = next((levels for levels in range(12) if fits(levels)), None)
    if expected is None:
        with pytest.raises(ValueError, match="too small"):
            CheckpointedBPTT(budget).plan(total)
    else:
        assert CheckpointedBPTT(budget).plan(total)[0] == expected


@pytest.mark.parametrize(("budget", "plan"), list(BUDGETS.items()))
def test_the_budgets_of_these_tests_cut_never_once_and_twice(
    budget: int | None, plan: tuple[int, int, int]
) -> None:
    assert CheckpointedBPTT(budget).plan(30) == plan


@pytest.mark.parametrize("budget", [1, 0, -3])
def test_a_budget_of_less_than_two_steps_is_refused(budget: int) -> None:
    with pytest.raises(
        ValueError, match=f"budget must be a whole number, at least 2; got {budget}"
    ):
        CheckpointedBPTT(budget)


def test_a_budget_that_is_too_small_for_a_sequence_is_refused_when_it_comes() -> None:
    model = make(gradient=CheckpointedBPTT(3))
    task = problem(model, LENGTHS)
    with pytest.raises(ValueError, match=r"budget=3 is too small for 30 steps; .* at least 10"):
        task.loss(model)


# ---- what it costs --------------------------------------------------------------------------


class Counting(Trace):
    """A user's cell that counts its steps: those of one moment, and those of many at once."""

    def __init__(self, hidden_size: int) -> None:
        super().__init__(hidden_size)
        self.one_by_one, self.at_once, self.rows = 0, 0, 2

    def step(self, drive: Tensor, state: tuple[Tensor, ...]) -> tuple[Tensor, ...]:
        if len(drive) == self.rows:
            self.one_by_one += 1
        else:
            self.at_once += len(drive) // self.rows
        return super().step(drive, state)


@pytest.mark.parametrize(("budget", "expected_levels"), [(None, 1), (20, 2), (14, 3)])
def test_each_step_runs_at_most_once_more_for_each_level(
    budget: int | None, expected_levels: int
) -> None:
    steps = 120
    model = make("own", WIRINGS["hidden-and-output-to-hidden"])
    cell = model.graph.first.cell = Counting(3).double()
    model.gradient = CheckpointedBPTT(budget)
    levels = model.gradient.plan(steps)[0]
    assert levels == expected_levels
    loss = problem(model, (steps, steps)).loss(model)
    assert cell.one_by_one == steps
    loss.backward()
    # forward, once more for each level, and once for the step's vector-Jacobian product
    assert (levels + 1) * steps < cell.one_by_one <= (levels + 2) * steps
    assert cell.at_once == steps  # the parameters: one product for each last stretch


class LiveBytes(TorchDispatchMode):
    """Counts the bytes of all storages that are alive, of those made while it watches."""

    def __init__(self) -> None:
        super().__init__()
        self.live, self.peak, self.known = 0, 0, set[int]()

    def __torch_dispatch__(
        self, f: Callable[..., Any], _: Any, args: Any = (), kwargs: Any = None
    ) -> Any:
        result = f(*args, **(kwargs or {}))
        for value in tree_leaves(result):
            if isinstance(value, Tensor) and value.untyped_storage()._cdata not in self.known:
                storage = value.untyped_storage()
                self.known.add(storage._cdata)
                self.live += storage.nbytes()
                self.peak = max(self.peak, self.live)
                weakref.finalize(storage, self._freed, storage._cdata, storage.nbytes())
        return result

    def _freed(self, key: int, size: int) -> None:
        self.known.discard(key)
        self.live -= size


def peak(steps: int, gradient: tt.gradients.Gradient) -> int:
    """The most bytes alive at a time in a forward and backward pass over this many steps."""
    torch.manual_seed(0)
    model = make("tanh", hidden=32, gradient=gradient)
    task = problem(model, (steps, steps))
    with LiveBytes() as watch:
        task.loss(model).backward()
    return watch.peak


def test_it_holds_little_more_than_two_roots_of_the_steps() -> None:
    full, checkpointed = peak(2000, FullBPTT()), peak(2000, CheckpointedBPTT())
    assert full > 2000 * 2 * 32 * 8 * 2  # the state and its gradient, at the least
    assert checkpointed < full / 4  # inputs and terms are in both
    of_one_step = full / 2000
    inputs_and_terms = 2000 * 2 * 8 * 12
    assert checkpointed < 2 * math.sqrt(2000) * of_one_step + inputs_and_terms


def test_a_smaller_budget_holds_less() -> None:
    peaks = [peak(300, CheckpointedBPTT(budget)) for budget in (300, 100, None, 21)]
    assert peaks == sorted(peaks, reverse=True)
    assert peaks[-1] < peaks[0] / 3
