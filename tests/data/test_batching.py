"""Batches and streams: every row and every value exactly once, and little padding."""

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from throughtime.data import DataError, Examples, batches, batching, streams
from throughtime.data.batching import count_batches, padding
from throughtime.sequence import Sequence


def numbered(lengths: list[int]) -> Examples:
    """Rows that can be told apart: row i holds nothing but i, and x is i as well."""
    y = Sequence.from_list([torch.full((n,), i) for i, n in enumerate(lengths)])
    return Examples(x=torch.arange(len(lengths))[:, None], y=y)


@given(
    lengths=st.lists(st.integers(0, 9), min_size=1, max_size=60),
    size=st.integers(1, 12),
    seed=st.none() | st.integers(0, 9),
)
def test_every_row_comes_exactly_once(lengths: list[int], size: int, seed: int | None) -> None:
    generator = None if seed is None else torch.Generator().manual_seed(seed)
    seen: list[int] = []
    for batch in batches(numbered(lengths), size, generator=generator):
        assert isinstance(batch.x, torch.Tensor)
        assert isinstance(batch.y, Sequence)
        assert 1 <= len(batch) <= size
        for i, row in zip(batch.x[:, 0].tolist(), batch.y.to_list(), strict=True):
            assert row.tolist() == [i] * lengths[i]
            seen.append(i)
    assert sorted(seen) == list(range(len(lengths)))


def order(seed: int | None, lengths: list[int], size: int = 8) -> list[list[int]]:
    generator = None if seed is None else torch.Generator().manual_seed(seed)
    found = []
    for batch in batches(numbered(lengths), size, generator=generator):
        assert isinstance(batch.x, torch.Tensor)
        found.append(batch.x[:, 0].tolist())
    return found


def test_the_generator_decides_the_order() -> None:
    lengths = torch.randint(0, 50, (500,), generator=torch.Generator().manual_seed(0)).tolist()
    assert order(1, lengths) == order(1, lengths)
    assert order(1, lengths) != order(2, lengths)
    assert {frozenset(b) for b in order(1, lengths)} != {frozenset(b) for b in order(2, lengths)}
    assert order(None, lengths) == order(None, lengths)


def test_a_generator_that_goes_on_gives_another_epoch() -> None:
    generator = torch.Generator().manual_seed(0)
    examples = numbered([3] * 40)
    first, second = (
        [str(b.y.to_list()) for b in batches(examples, 8, generator=generator)] for _ in range(2)
    )
    assert first != second


def test_without_a_generator_lengths_only_grow() -> None:
    lengths = torch.randint(0, 50, (500,)).tolist()
    flat = [lengths[i] for batch in order(None, lengths) for i in batch]
    assert flat == sorted(flat)


def test_rows_of_similar_length_come_together_in_random_order() -> None:
    lengths = torch.randint(1, 100, (3000,), generator=torch.Generator().manual_seed(0)).tolist()
    shuffled = order(0, lengths, size=32)
    padded = sum(max(lengths[i] for i in batch) * len(batch) for batch in shuffled)
    assert padded < 1.1 * sum(lengths)  # of rows taken as they come, nearly half is padding
    means = torch.tensor([sum(lengths[i] for i in batch) / len(batch) for batch in shuffled])
    assert (means.diff() > 0).float().mean() < 0.7  # and short ones do not all come first


def test_where_y_is_one_value_the_length_of_x_counts() -> None:
    x = Sequence(torch.arange(12).view(4, 3), [3, 1, 2, 0])
    first, second = batches(Examples(x=x, y=torch.arange(4)), 2, generator=None)
    assert isinstance(first.y, torch.Tensor)
    assert isinstance(second.y, torch.Tensor)
    assert (first.y.tolist(), second.y.tolist()) == ([3, 1], [2, 0])


LENGTHS = st.lists(st.sampled_from([0, 1, 2, 3, 5, 9, 40]), min_size=1, max_size=60)


@given(
    lengths=LENGTHS,
    size=st.integers(1, 12),
    symbols=st.integers(1, 50),
    seed=st.none() | st.integers(0, 9),
    window=st.sampled_from([2, 7, 2**20]),
)
def test_no_batch_is_larger_than_it_may_be_but_a_row_alone(
    lengths: list[int], size: int, symbols: int, seed: int | None, window: int
) -> None:
    examples, seen, count = numbered(lengths), [], 0
    generator = None if seed is None else torch.Generator().manual_seed(seed)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(batching, "WINDOW", window)  # as if there were millions of rows
        for batch in batches(examples, size, generator=generator, symbols=symbols):
            assert isinstance(batch.x, torch.Tensor)
            assert isinstance(batch.y, Sequence)
            assert 1 <= len(batch) <= size
            assert len(batch) * batch.y.steps <= symbols or len(batch) == 1
            seen += batch.x[:, 0].tolist()
            count += 1
        assert count == count_batches(examples, size, symbols)
    assert sorted(seen) == list(range(len(lengths)))


def test_short_rows_are_not_fewer_for_a_long_one() -> None:
    lengths = [5] * 320 + [100_000]
    sizes = [
        (len(batch), batch.y.steps)
        for batch in batches(numbered(lengths), 32, generator=torch.Generator())
        if isinstance(batch.y, Sequence)
    ]
    assert sorted(sizes) == [(1, 100_000), *[(32, 5)] * 10]


def test_rows_of_many_windows_are_mixed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(batching, "WINDOW", 64)  # 1,000 rows come in stretches of 16
    shuffled = order(0, [3] * 1000, size=10)
    stretches = [len({row // 16 for row in rows}) for rows in shuffled]
    assert sum(stretches) / len(stretches) > 3  # of the 4 in a window
    means = torch.tensor([torch.tensor(rows).float().mean() for rows in shuffled])
    assert (means.diff() > 0).float().mean() < 0.8
    assert order(0, [3] * 1000) != order(1, [3] * 1000)


def test_the_share_of_padding() -> None:
    def share(lengths: list[int], size: int) -> float:
        return padding(numbered(lengths), size, generator=torch.Generator())

    assert share([4] * 10, 5) == 0
    assert share([1, 3], 2) == pytest.approx(2 / 6)
    assert share([0, 0], 2) == 0


def test_a_batch_has_a_row() -> None:
    with pytest.raises(DataError, match="batch_size is 0"):
        batches(numbered([1]), 0, generator=None)
    with pytest.raises(DataError, match="symbols is 0"):
        batches(numbered([1]), 1, generator=None, symbols=0)


@given(data=st.data(), count=st.integers(1, 200))
def test_streams_join_to_the_whole(data: st.DataObject, count: int) -> None:
    rows, steps = data.draw(st.integers(1, count)), data.draw(st.integers(1, 30))
    y = Sequence(torch.arange(2 * count).view(1, count, 2))
    joined: list[list[torch.Tensor]] = [[] for _ in range(rows)]
    for batch in streams(y, rows, steps):
        assert len(batch) == rows
        assert 1 <= batch.steps <= steps
        for stream, piece in zip(joined, batch.to_list(), strict=True):
            stream.append(piece)
    assert torch.equal(torch.cat([piece for stream in joined for piece in stream]), y.values[0])
    lengths = [sum(len(piece) for piece in stream) for stream in joined]
    assert max(lengths) - min(lengths) <= 1


def test_every_chunk_but_the_last_is_full() -> None:
    chunks = list(streams(Sequence(torch.arange(103)[None]), rows=4, steps=5))
    assert [chunk.lengths.tolist() for chunk in chunks[:-1]] == [[5] * 4] * 5
    assert chunks[-1].lengths.tolist() == [1, 1, 1, 0]


def test_padding_is_in_no_stream() -> None:
    y = Sequence(torch.arange(10)[None], [7])
    assert torch.cat(next(streams(y, 3, 9)).to_list()).tolist() == list(range(7))


@pytest.mark.parametrize(
    ("y", "rows", "steps", "message"),
    [
        (torch.zeros(2, 5), 1, 1, r"one long row; got a batch of shape \(2,\)"),
        (torch.zeros(1, 5), 6, 1, "cannot cut 5 values into 6 streams"),
        (torch.zeros(1, 5), 0, 1, "into 0 streams"),
        (torch.zeros(1, 5), 1, 0, "streams of 0 steps"),
    ],
)
def test_impossible_streams_are_refused(
    y: torch.Tensor, rows: int, steps: int, message: str
) -> None:
    with pytest.raises(DataError, match=message):
        streams(Sequence(y), rows, steps)
