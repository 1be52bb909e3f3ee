"""On another device a model gives the same numbers, and says so where something is left behind."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import torch
from torch import Tensor
from torch.testing import assert_close

import throughtime as tt
from tests.helpers import oracle
from tests.helpers.elsewhere import Elsewhere, elsewhere, moved
from tests.helpers.oracle import CASES, Case

KINDS = {
    (case.wiring.feedback, tt.Edge.BACKWARD in case.wiring): case
    for case in oracle.one_for_each_wiring(CASES)
}.values()
USES: dict[str, Callable[[Any, tt.Sequence], Any]] = {
    "log_prob": lambda p, y: p.log_prob(y),
    "terms": lambda p, y: tuple(p.terms(y)),
    "mode": lambda p, y: _of(p.mode(max_length=3)),
    "beam": lambda p, y: _of(p.mode(2, max_length=3)),
    "hidden states": lambda p, y: [_of(h) for h in p.hidden_states(y)],
}


def _of(y: tt.Sequence) -> tuple[Tensor, Tensor]:
    return y.values, y.lengths


def _back(value: Any) -> Any:
    return torch.utils._pytree.tree_map_only(Elsewhere, lambda v: v.here, value)


@pytest.mark.filterwarnings("ignore:.*had not ended")
@pytest.mark.parametrize("case", KINDS, ids=str)
def test_what_is_done_with_a_model_is_the_same(case: Case) -> None:
    model, given = case.model(), oracle.inputs(case.wiring)
    fixed = isinstance(case.length, tt.lengths.Unending) and not given
    y = tt.Sequence(oracle.drawn(case.output, 3, 3), [3, 3, 3] if fixed else [0, 1, 3])

    def used(model: tt.RecurrentModel, given: dict[str, Any], y: tt.Sequence) -> dict[str, Any]:
        p = model(**given)
        with torch.no_grad():
            found = {name: use(p, y) for name, use in USES.items()}
        p.log_prob(y).sum().backward()
        return found | {"gradients": [v.grad for v in model.parameters()]}

    expected = used(case.model(), given, y)
    with elsewhere():
        found = used(moved(model), {k: moved(v) for k, v in given.items()}, moved(y))
    assert_close(_back(found), expected)


@pytest.mark.filterwarnings("ignore:.*had not ended")
@pytest.mark.parametrize("case", KINDS, ids=str)
def test_it_draws_there(case: Case) -> None:
    model, given = case.model(), oracle.inputs(case.wiring)
    with elsewhere():
        p = moved(model)(**{k: moved(v) for k, v in given.items()})
        drawn = p.sample((2,), max_length=3)
        assert isinstance(drawn.values, Elsewhere)
        assert p.log_prob(drawn).shape == (2, *p.batch_shape)
        if not isinstance(case.length, tt.lengths.Unending):
            assert isinstance(p.length_marginal(3, samples=4), Elsewhere)
