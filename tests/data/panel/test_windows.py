"""Windows of series: some steps of some series at a time."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import torch
from hypothesis import given
from hypothesis import strategies as st

from tests.helpers.models import quick
from throughtime.data import Examples
from throughtime.data.columns.inputs import Entry, Inputs
from throughtime.data.panel.windows import count_windows, window, windows
from throughtime.sequence import Sequence


def series(lengths: list[int], missing: float = 0.0) -> Examples:
    """y(t) of series i is 1000 i + t, and x(t) is -y(t)."""
    rng = np.random.default_rng(0)
    ys = [torch.arange(n)[:, None] + 1000.0 * i for i, n in enumerate(lengths)]
    xs = [-y for y in ys]
    for y in ys:
        y[torch.from_numpy(rng.random(len(y)) < missing)] = torch.nan
    rows = torch.arange(len(lengths)).float()[:, None]
    return Examples(
        x=Sequence.from_list(xs),
        y=Sequence.from_list(ys),
        vector=rows,
        scale=rows + 1,
        start=torch.zeros(len(lengths), dtype=torch.int64),
    )


@quick
@given(st.lists(st.integers(1, 40), min_size=1, max_size=4), st.integers(1, 50), st.integers(0, 99))
def test_a_window_is_consecutive_steps_of_one_series_with_its_inputs(
    lengths: list[int], steps: int, seed: int
) -> None:
    examples = series(lengths)
    batch = next(windows(examples, 6, steps, torch.Generator().manual_seed(seed)))
    assert isinstance(batch.y, Sequence)
    assert isinstance(batch.x, Sequence)
    assert batch.vector is not None
    assert batch.scale is not None
    for y, x, vector, scale in zip(
        batch.y.to_list(), batch.x.to_list(), batch.vector, batch.scale, strict=True
    ):
        i = int(vector)
        assert len(y) == min(steps, lengths[i])
        assert torch.equal(y[:, 0], y[0, 0] + torch.arange(len(y)))
        assert 1000 * i <= float(y[0, 0]) <= 1000 * i + max(lengths[i] - steps, 0)
        assert torch.equal(x, -y)
        assert float(scale) == i + 1
    assert batch.start is not None
    assert not bool(batch.start.any())


def test_an_epoch_sees_every_step_about_as_often() -> None:
    examples = series([200, 50])
    seen = torch.zeros(1050)
    for seed in range(40):
        for batch in windows(examples, 8, 20, torch.Generator().manual_seed(seed)):
            assert isinstance(batch.y, Sequence)
            seen += torch.bincount(batch.y.values[..., 0].long().flatten(), minlength=1050)
    of_long, of_short = seen[20:180], seen[1020:1030]
    assert float(of_long[:80].std() / of_long[:80].mean()) < 0.2
    assert float(of_short.mean() / of_long[:80].mean()) < 2


def test_no_window_is_without_a_value() -> None:
    examples = series([60, 60], missing=0.8)
    for batch in windows(examples, 8, 4, torch.Generator().manual_seed(0)):
        assert batch.observed is not None
        assert bool(batch.observed.any(-1).any(-1).all())


def test_an_epoch_has_as_many_steps_as_the_series_and_is_the_same_for_a_seed() -> None:
    examples = series([4000, 800])
    assert count_windows(examples, 8, 20) == 30
    assert count_windows(series([30]), 8, 20) == 20
    one, other = (
        [b.y.values for b in windows(examples, 8, 20, torch.Generator().manual_seed(5))
         if isinstance(b.y, Sequence)]
        for _ in range(2)
    )  # fmt: skip
    assert len(one) == 30
    assert all(map(torch.equal, one, other))


def test_a_window_ends_with_the_series() -> None:
    found = window(series([5, 9]), torch.tensor([3, 3]), 4)
    assert isinstance(found.y, Sequence)
    assert found.y.lengths.tolist() == [2, 4]
    assert found.y.to_list()[0][:, 0].tolist() == [3, 4]


def test_one_of_ten_windows_does_not_say_which_series_it_is() -> None:
    examples = series([400, 400])
    examples = replace(examples, vector=torch.tensor([[1.0, 0.0, 5.0], [0.0, 1.0, 6.0]]))
    vectors = torch.cat([
        batch.vector
        for batch in windows(examples, 50, 20, torch.Generator().manual_seed(0), slice(0, 2))
        if batch.vector is not None
    ])  # fmt: skip
    nameless = ~vectors[:, :2].any(1)
    assert 0.05 < float(nameless.float().mean()) < 0.15
    assert bool((vectors[~nameless, :2].sum(1) == 1).all())
    assert bool((vectors[:, 2] >= 5).all())
    assert examples.vector is not None
    assert bool(examples.vector[:, :2].any(1).all()), "the data are as they were"


def with_two_inputs(lengths: list[int]) -> tuple[Examples, torch.Tensor]:
    """x(t) = (t, 1 + t, 0): what is known, what was observed before, and that it was."""
    xs = [torch.stack([t, 1 + t, 0 * t], 1) for t in map(torch.arange, lengths)]
    unknown = Inputs("a,b").of([Entry("a"), Entry("b", past=True, flagged=True)]).unknown
    assert unknown is not None
    return replace(series(lengths), x=Sequence.from_list([x.float() for x in xs])), unknown


def test_half_of_the_windows_end_as_a_forecast_does() -> None:
    examples, unknown = with_two_inputs([90, 90, 8])
    origins, whole, count = torch.zeros(8), 0, 0
    for batch in windows(examples, 50, 8, torch.Generator().manual_seed(0), unknown=unknown):
        assert isinstance(batch.x, Sequence)
        for x in batch.x.to_list():
            hidden = x[:, 2] == 1
            assert not bool(hidden[0]), "a forecast knows what was observed at its origin"
            assert torch.equal(hidden, hidden.cummax(0).values), "to the end of the window"
            assert torch.equal(x[:, 0], x[0, 0] + torch.arange(8)), "what is known stays known"
            assert torch.equal(x[:, 1], torch.where(hidden, 0.0, 1 + x[:, 0]))
            count += 1
            whole += not bool(hidden.any())
            origins[int(hidden.int().argmax())] += bool(hidden.any())
    assert count == 1000
    assert 0.45 < whole / count < 0.55
    assert float(origins[1:].min()) > 0.6 * float(origins[1:].mean()), "from any step on"
    assert isinstance(examples.x, Sequence)
    assert not bool((examples.x.values[..., 2] == 1).any()), "the data are as they were"


def test_without_inputs_of_the_past_nothing_is_hidden() -> None:
    assert Inputs("a").of([Entry("a", flagged=True)]).unknown is None
    unknown = Inputs("a,b").of([Entry("a", labels=("u", "v")), Entry("b", True, ("w",))]).unknown
    assert unknown is not None
    assert torch.equal(unknown.nan_to_num(-1), torch.tensor([-1.0, -1.0, 0.0]))
    examples, _ = with_two_inputs([30, 4])
    as_it_was, as_it_is = (
        [b.x for b in windows(examples, 4, 6, torch.Generator().manual_seed(1), None, unknown)]
        for unknown in (None, torch.full((3,), torch.nan))
    )
    assert isinstance(as_it_was[0], Sequence)
    assert isinstance(as_it_is[0], Sequence)
    assert torch.equal(as_it_was[0].values, as_it_is[0].values)
