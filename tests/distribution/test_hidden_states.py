"""h(t) of every step is that from which o(t) is read, whatever the wiring carries back."""

import pytest
import torch
from torch.testing import assert_close

import throughtime as tt
from tests.helpers import oracle
from tests.helpers.models import make
from tests.helpers.oracle import CASES, Case


@pytest.mark.filterwarnings("ignore:.*had not ended")
@pytest.mark.parametrize("layers", [1, 2])
@pytest.mark.parametrize("case", oracle.one_for_each_wiring(CASES), ids=str)
@torch.no_grad()
def test_outputs_are_read_from_the_top_layer(case: Case, layers: int) -> None:
    model = case.model(layers=layers)
    p = model(**oracle.inputs(case.wiring, [3, 0, 2]))
    y = p.sample((2,), max_length=3)
    found = p.hidden_states(y)
    assert len(found) == layers
    assert all(torch.equal(h.lengths, y.lengths) for h in found)
    rows = y.flatten()
    process = p.expand(y.batch_shape).process
    _, (o,) = process.run(rows, rows.lengths, lambda read, _: (read.o,))
    read = model.graph.read(found[-1].flatten().values).o
    assert_close(read[rows.mask], o[: rows.steps].transpose(0, 1)[rows.mask])


@pytest.mark.parametrize("wiring", oracle.EMIT_LAST, ids=str)
@torch.no_grad()
def test_a_summary_is_the_last_hidden_state(wiring: tt.Wiring) -> None:
    model = oracle.model(wiring, None)
    given = oracle.inputs(wiring, [3, 1])
    (h,) = model.hidden_states(**given)
    summary, size = model(**given), oracle.HIDDEN_SIZE
    ends = {1: h.lengths - 1, -1: torch.zeros_like(h.lengths)}  # backward it ends at the first step
    for i, direction in enumerate(wiring.directions):
        own = slice(i * size, (i + 1) * size)
        last = h.values[torch.arange(2), ends[direction or 1]]
        assert_close(last[:, own], summary[:, own])


def test_gradients_flow_through_them() -> None:
    model = make("GRU", tt.wirings.HIDDEN_TO_HIDDEN)
    x = torch.randn(2, 4, 2, dtype=torch.float64, requires_grad=True)
    (h,) = model.hidden_states(tt.Sequence(x))
    h.values[:, 2].sum().backward()
    assert x.grad is not None
    assert bool((x.grad[:, :3] != 0).all())
    assert bool((x.grad[:, 3:] == 0).all())


def test_values_that_are_needed_are_asked_for() -> None:
    model = make("tanh", tt.wirings.HIDDEN_AND_OUTPUT_TO_HIDDEN)
    x = tt.Sequence(torch.randn(2, 3, 2, dtype=torch.float64))
    with pytest.raises(ValueError, match="so give y"):
        model.hidden_states(x)
    y = tt.Sequence(torch.zeros(2, 3, dtype=torch.int64))
    assert model.hidden_states(x, y)[0].values.shape == (2, 3, 3)
