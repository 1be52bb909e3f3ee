"""An edge from many symbols is the same edge with a matrix of those that are there."""

from __future__ import annotations

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from tests.helpers.models import quick
from throughtime.graph import projection
from throughtime.graph.projection import Projection


@quick
@given(
    symbols=st.lists(st.lists(st.integers(-3, 29), min_size=2, max_size=2), min_size=1, max_size=4),
    later=st.booleans(),
)
def test_columns_that_nobody_names_do_not_matter(symbols: list[list[int]], later: bool) -> None:
    torch.manual_seed(0)
    edge, values = Projection(30, 4).double(), torch.tensor(symbols)
    torch.nn.init.normal_(edge.weight)
    found = []
    for many in (0, 1_000):
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(projection, "MANY", many)
            entering = edge.entering(values, later=later)
        brought = entering.project()
        (grad,) = torch.autograd.grad(brought.square().sum(), edge.weight)
        found.append((brought, grad))
        assert (entering.weight is edge.weight) == (
            many > 0 or not bool((entering.values >= 0).any())
        )
    torch.testing.assert_close(found[0], found[1])


def test_a_symbol_that_is_none_is_refused_all_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(projection, "MANY", 0)
    edge = Projection(5, 2)
    assert edge.entering(torch.tensor([[7]])).weight is edge.weight


def test_an_edge_starts_defined() -> None:
    """Fresh memory holds NaN here, so that nothing is read from it unseen."""
    torch.use_deterministic_algorithms(True)
    try:
        edges = [Projection(30, 4), Projection(30, 4, bound=0.5)]
    finally:
        torch.use_deterministic_algorithms(False)
    assert not edges[0].weight.any()
    assert 0.25 < float(edges[1].weight.detach().abs().max()) <= 0.5
