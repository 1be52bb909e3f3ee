"""A ragged batch is one value: its rows are what was put in, and nothing else is ever seen."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import torch
from hypothesis import assume, given
from hypothesis import strategies as st
from torch import Tensor
from torch.nn.utils.rnn import PackedSequence

import throughtime as tt
from tests.helpers.models import CELLS, WIRINGS, make, problem, quick, unchecked
from throughtime import Sequence


@st.composite
def ragged(draw: st.DrawFn, min_rows: int = 1, min_length: int = 0) -> list[Tensor]:
    """Rows of different lengths, of symbols, bits or vectors, whose values are all different."""
    lengths = draw(st.lists(st.integers(min_length, 5), min_size=min_rows, max_size=5))
    event = draw(st.sampled_from([(), (2,), (3, 2)]))
    dtype = draw(st.sampled_from([torch.int64, torch.float32, torch.float64]))
    sizes = [torch.Size((n, *event)) for n in lengths]
    total = sum(size.numel() for size in sizes)
    values = torch.arange(1, total + 1).to(dtype).split([size.numel() for size in sizes])
    return [v.view(size) for v, size in zip(values, sizes, strict=True)]


def assert_rows(y: Sequence, rows: list[Tensor]) -> None:
    """That y holds exactly these rows, zero after each, and no room for more."""
    assert y.batch_shape == (len(rows),)
    assert y.lengths.tolist() == [len(row) for row in rows]
    assert y.steps == max((len(row) for row in rows), default=0)
    assert y.mask.shape == (len(rows), y.steps)
    for values, mask, row in zip(y.values, y.mask, rows, strict=True):
        assert torch.equal(values[: len(row)], row)
        assert not values[len(row) :].any()
        assert mask.tolist() == [True] * len(row) + [False] * (y.steps - len(row))


# ---- from and to other forms -------------------------------------------------------------------


@quick
@given(ragged())
def test_a_list_comes_back(rows: list[Tensor]) -> None:
    y = Sequence.from_list(rows)
    assert_rows(y, rows)
    assert y.event_shape == rows[0].shape[1:]
    assert y.dtype == rows[0].dtype
    assert len(y.to_list()) == len(rows)
    for back, row in zip(y.to_list(), rows, strict=True):
        assert torch.equal(back, row)
        assert back.dtype == row.dtype


@quick
@given(ragged(min_length=1))
def test_a_packed_sequence_comes_back(rows: list[Tensor]) -> None:
    y = Sequence.from_list(rows)
    packed = y.to_packed()
    assert packed.data.shape[0] == sum(len(row) for row in rows)
    assert_rows(Sequence.from_packed(packed), rows)


@quick
@given(ragged())
def test_each_row_alone_is_a_sequence_without_a_batch(rows: list[Tensor]) -> None:
    y = Sequence.from_list(rows)
    assert len(list(y)) == len(y) == len(rows)
    for one, row in zip(y, rows, strict=True):
        assert one.batch_shape == ()
        assert torch.equal(one.values, row)
        assert one.lengths.item() == len(row)
        assert [v.tolist() for v in one.to_list()] == [row.tolist()]


def test_without_lengths_every_row_has_all_steps() -> None:
    y = Sequence(torch.ones(2, 3))
    assert y.lengths.tolist() == [3, 3]
    assert y.lengths.dtype == torch.int64
    assert bool(y.mask.all())
    assert y.event_shape == ()


def test_lengths_may_be_a_number_or_a_list() -> None:
    assert Sequence(torch.ones(3), 2).values.tolist() == [1, 1, 0]
    assert Sequence(torch.ones(2, 3), [1, 3]).values.tolist() == [[1, 0, 0], [1, 1, 1]]
    assert Sequence(torch.ones(1, 2, 3), torch.tensor([[1, 3]])).batch_shape == (1, 2)


# ---- padding -----------------------------------------------------------------------------------


@quick
@given(ragged(), st.sampled_from([float("nan"), float("inf"), -1.0]))
def test_what_stood_in_the_padding_never_survives(rows: list[Tensor], junk: float) -> None:
    rows = [row.to(torch.float64) for row in rows]
    values = torch.nn.utils.rnn.pad_sequence(rows, batch_first=True, padding_value=junk)
    lengths = [len(row) for row in rows]
    dirty, clean = Sequence(values, lengths), Sequence.from_list(rows)
    everything: list[Callable[[Sequence], Sequence]] = [
        lambda y: y,
        Sequence.reverse,
        Sequence.flatten,
        Sequence.trim,
        lambda y: y.to(torch.float32),
        lambda y: y.take(torch.ones_like(y.lengths)),
        lambda y: y.drop(torch.ones_like(y.lengths)),
        lambda y: y.expand(torch.Size((2, *y.batch_shape))),
        lambda y: y[:],
    ]
    for view in everything:
        assert torch.equal(view(dirty).values, view(clean).values)


def test_no_gradient_comes_from_the_padding() -> None:
    values = torch.full((2, 3), float("nan")).index_fill(1, torch.tensor([0]), 2.0).requires_grad_()
    Sequence(values, [1, 0]).values.pow(2).sum().backward()
    assert values.grad is not None
    assert values.grad.tolist() == [[4, 0, 0], [0, 0, 0]]


@pytest.mark.parametrize("wiring", WIRINGS)
def test_padding_never_changes_a_result_or_a_gradient(wiring: str) -> None:
    model = make("GRU", WIRINGS[wiring])
    task = problem(model, (3, 0, 1))
    clean = task.log_prob(model)
    clean_gradients = torch.autograd.grad(clean.sum(), list(model.parameters()), allow_unused=True)

    def padded(values: Tensor, junk: float) -> Tensor:
        more = torch.nn.functional.pad(values.detach(), (0, 0) * (values.dim() - 2) + (0, 4))
        keep = torch.arange(more.shape[1]) < task.lengths[:, None]
        keep = keep.view(*keep.shape, *(1,) * (more.dim() - 2))
        return torch.where(keep, more, torch.tensor(junk, dtype=more.dtype))

    x = None if task.x is None else padded(task.x, float("nan"))
    y = task.y if model.wiring.emits_last else padded(task.y, 2)
    dirty = task._replace(x=x, y=y).log_prob(model)
    torch.testing.assert_close(dirty, clean, rtol=1e-13, atol=1e-13)
    dirty_gradients = torch.autograd.grad(dirty.sum(), list(model.parameters()), allow_unused=True)
    for a, b in zip(dirty_gradients, clean_gradients, strict=True):
        assert (a is None) == (b is None)
        if a is not None:
            torch.testing.assert_close(a, b, rtol=1e-12, atol=1e-12)


# ---- in time -----------------------------------------------------------------------------------


@quick
@given(ragged())
def test_a_row_is_reversed_from_its_own_end(rows: list[Tensor]) -> None:
    y = Sequence.from_list(rows)
    assert_rows(y.reverse(), [row.flip(0) for row in rows])
    assert_rows(y.reverse().reverse(), rows)


@quick
@given(ragged(), st.data())
def test_a_beginning_and_the_rest_are_the_whole(rows: list[Tensor], data: st.DataObject) -> None:
    y = Sequence.from_list(rows)
    counts = data.draw(st.lists(st.integers(0, 7), min_size=len(rows), max_size=len(rows)))
    first, rest = y.take(torch.tensor(counts)), y.drop(torch.tensor(counts))
    assert_rows(first, [row[:n] for row, n in zip(rows, counts, strict=True)])
    assert_rows(rest, [row[n:] for row, n in zip(rows, counts, strict=True)])
    whole = [torch.cat(parts) for parts in zip(first.to_list(), rest.to_list(), strict=True)]
    assert_rows(Sequence.from_list(whole), rows)


@quick
@given(ragged(), st.integers(0, 7))
def test_one_count_serves_all_rows(rows: list[Tensor], n: int) -> None:
    y = Sequence.from_list(rows)
    assert_rows(y.take(torch.tensor(n)), [row[:n] for row in rows])
    assert_rows(y.drop(torch.tensor(n)), [row[n:] for row in rows])


# ---- rows --------------------------------------------------------------------------------------


@quick
@given(ragged(), st.data())
def test_rows_are_chosen_as_of_a_list(rows: list[Tensor], data: st.DataObject) -> None:
    y, n = Sequence.from_list(rows), len(rows)
    at = data.draw(st.lists(st.integers(-n, n - 1), min_size=1, max_size=6))
    assert_rows(y[at], [rows[i] for i in at])
    assert_rows(y[torch.tensor(at)], [rows[i] for i in at])
    cut = data.draw(st.slices(n))
    assume(cut.step is None or cut.step > 0)  # torch has no negative steps
    assert_rows(y[cut], rows[cut])
    mask = data.draw(st.lists(st.booleans(), min_size=n, max_size=n))
    assert_rows(y[torch.tensor(mask)], [row for row, keep in zip(rows, mask, strict=True) if keep])
    i = data.draw(st.integers(-n, n - 1))
    assert torch.equal(y[i].values, rows[i])


@quick
@given(ragged())
def test_a_batch_is_repeated_by_broadcasting(rows: list[Tensor]) -> None:
    y = Sequence.from_list(rows)
    twice = y.expand(torch.Size((2, 3, len(rows))))
    assert twice.batch_shape == (2, 3, len(rows))
    assert twice.event_shape == y.event_shape
    assert torch.equal(twice[1, 2].values, y.values)
    assert_rows(twice.flatten(), rows * 6)
    assert len(twice.to_list()) == 6 * len(rows)


@quick
@given(ragged())
def test_a_batch_of_more_dimensions_is_the_same_rows(rows: list[Tensor]) -> None:
    y = Sequence.from_list([*rows, *rows])
    grid = Sequence(y.values.view(2, len(rows), *y.values.shape[1:]), y.lengths.view(2, len(rows)))
    assert grid.steps == y.steps
    assert_rows(grid.flatten(), [*rows, *rows])
    assert_rows(grid[1], rows)
    assert_rows(grid[:, 0], [rows[0]] * 2)
    assert_rows(grid.reverse()[0], [row.flip(0) for row in rows])
    assert_rows(grid.drop(torch.ones_like(grid.lengths))[1], [row[1:] for row in rows])


def test_trimming_leaves_no_room_behind_the_longest_row() -> None:
    y = Sequence(torch.ones(2, 9, 3), [2, 4])
    assert y.steps == 9
    assert y.trim().values.shape == (2, 4, 3)
    assert Sequence(torch.ones(2, 9), [0, 0]).trim().values.shape == (2, 0)


def test_casting_casts_the_values_and_leaves_the_lengths() -> None:
    y = Sequence(torch.ones(2, 3), [2, 1]).to(torch.float64)
    assert y.dtype == torch.float64
    assert y.lengths.dtype == torch.int64
    assert y.lengths.tolist() == [2, 1]
    assert y.device == y.lengths.device


# ---- no rows, no steps --------------------------------------------------------------------------


@pytest.mark.parametrize("event", [(), (2,)])
def test_a_batch_without_rows_is_a_batch(event: tuple[int, ...]) -> None:
    y = Sequence(torch.zeros(0, 3, *event))
    assert len(y) == 0
    assert y.to_list() == []
    assert list(y) == []
    assert y.trim().steps == 0
    for view in (y.reverse(), y.flatten(), y.take(y.lengths), y.drop(y.lengths), y[:0]):
        assert view.batch_shape == (0,)
        assert view.event_shape == event


def test_a_batch_of_empty_rows_is_a_batch() -> None:
    y = Sequence.from_list([torch.zeros(0, 2), torch.zeros(0, 2)])
    for view in (y, y.reverse(), y.take(y.lengths), y.drop(y.lengths + 1), y[[1, 0]]):
        assert view.values.shape == (2, 0, 2)
        assert view.mask.shape == (2, 0)


@pytest.mark.parametrize("cell", CELLS)
@pytest.mark.parametrize("wiring", WIRINGS)
def test_a_batch_without_rows_has_no_probabilities_and_no_gradient(cell: str, wiring: str) -> None:
    model = make(cell, WIRINGS[wiring])
    log_prob = problem(model, ()).log_prob(model)
    assert log_prob.shape == (0,)
    if log_prob.requires_grad:
        log_prob.sum().backward()
    assert not any(p.grad is not None and bool(p.grad.any()) for p in model.parameters())


# ---- what is refused ----------------------------------------------------------------------------

REFUSED: dict[str, tuple[Callable[[], Any], str]] = {
    "a length too long": (lambda: Sequence(torch.ones(3, 2), [2, 1, 3]), r"length 3 at row \[2\]"),
    "a length below zero": (lambda: Sequence(torch.ones(2, 2), [0, -1]), r"length -1 at row \[1\]"),
    "a row of a grid": (
        lambda: Sequence(torch.ones(2, 2, 1), torch.tensor([[1, 1], [1, 2]])),
        r"length 2 at row \[1, 1\]",
    ),
    "lengths that are no counts": (lambda: Sequence(torch.ones(1, 2), torch.ones(1)), "integers"),
    "lengths that are a mask": (
        lambda: Sequence(torch.ones(2, 2), torch.tensor([True, False])),
        "the dtype of lengths is torch.bool; expected integers, as counts of steps are",
    ),
    "too few lengths": (lambda: Sequence(torch.ones(3, 2), [1, 1]), "do not fit"),
    "no time": (lambda: Sequence(torch.ones(3), [1, 1, 1]), "do not fit"),
    "no batch": (lambda: Sequence(torch.ones(3)), "no batch dimension"),
    "an empty list": (lambda: Sequence.from_list([]), "at least one"),
    "another shape": (
        lambda: Sequence.from_list([torch.ones(2, 2), torch.ones(1, 2), torch.ones(2, 3)]),
        r"sequence 2 has shape \(2, 3\)",
    ),
    "another dtype": (
        lambda: Sequence.from_list([torch.ones(2), torch.ones(2).long()]),
        "sequence 1 .* torch.int64; expected .* torch.float32",
    ),
    "a number in a list": (
        lambda: Sequence.from_list([torch.ones(2), torch.tensor(1.0)]),
        "sequence 1",
    ),
    "an empty row packed": (
        lambda: Sequence(torch.ones(3, 2), [2, 1, 0]).to_packed(),
        "row 2 has length zero",
    ),
    "a grid packed": (
        lambda: Sequence(torch.ones(2, 2, 3), torch.ones(2, 2).long()).to_packed(),
        r"one batch dimension; this batch has shape \(2, 2\)",
    ),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_does_not_fit_is_refused_by_row(case: str) -> None:
    act, message = REFUSED[case]
    with pytest.raises(ValueError, match=message):
        act()


def test_no_index_reaches_into_time() -> None:
    y = Sequence(torch.ones(2, 3), [3, 1])
    with pytest.raises(IndexError):
        y[0, 1]
    with pytest.raises(IndexError):
        y[2]
    with pytest.raises(TypeError, match="single sequence"):
        len(y[0])


def test_lengths_that_torch_cannot_compare_are_refused() -> None:
    with pytest.raises(
        ValueError, match=r"the dtype of lengths is torch\.uint64, with which torch"
    ):
        Sequence(torch.zeros(1, 3), torch.tensor([2**64 - 1], dtype=torch.uint64))


@pytest.mark.parametrize("shape", [(), (3,), (2, 1), (2, 0)])
def test_it_expands_to_no_shape_to_which_it_does_not_broadcast(shape: tuple[int, ...]) -> None:
    y = Sequence(torch.zeros(2, 3), [2, 1])
    with pytest.raises(ValueError, match=r"^a batch of shape \(2,\) does not broadcast to \("):
        y.expand(torch.Size(shape))
    assert y.expand(torch.Size((0, 2))).batch_shape == (0, 2)


def test_counts_of_steps_are_whole_numbers() -> None:
    y = Sequence(torch.arange(6).view(2, 3), [3, 1])
    with unchecked():
        for wrong in (torch.tensor([-1, 0]), torch.tensor([0.5, 1.0]), torch.tensor([True, True])):
            for part in (y.take, y.drop):
                with pytest.raises(ValueError, match=r"counts .* (not negative|expected integers)"):
                    part(wrong)
    huge = torch.tensor([2**63 - 1, 0])
    assert y.take(huge).lengths.tolist() == [3, 0]
    assert y.drop(huge).lengths.tolist() == [0, 1]
    assert y.drop(huge).values.tolist() == [[0], [3]]


BATCH_SIZES = [[4, 4], [4, -1], [1, 2, 1], [2, 1], [2, 0, 2], [0, 4], [5], []]
"""None of them packs four values."""


@pytest.mark.parametrize("sizes", BATCH_SIZES, ids=str)
def test_batch_sizes_that_are_not_those_of_the_values_are_refused(sizes: list[int]) -> None:
    """Some corrupt memory, where torch's pad_packed_sequence believes them."""
    packed = PackedSequence(torch.randn(4, 2), torch.tensor(sizes, dtype=torch.int64))
    for read in (Sequence.from_packed, tt.nn.GRU(2, 3)):
        with pytest.raises(ValueError, match=r"^batch_sizes is \[.*\] of 4 values; expected at"):
            read(packed)
    with unchecked(), pytest.raises(ValueError, match="a Tensor is given; expected a PackedSeq"):
        Sequence.from_packed(packed.data)  # type: ignore[arg-type]
