"""A few examples of many: which ones, and what is cut."""

from __future__ import annotations

import torch

import throughtime as tt
from tests.analysis.helpers import GENERATOR, make
from throughtime.analysis import some
from throughtime.data import Examples
from throughtime.data.storage.flat import Flat


def test_whole_examples_are_taken_where_the_model_decides_the_length() -> None:
    model = make("GRU", GENERATOR)
    y = tt.Sequence(torch.arange(40).view(5, 8) % 3, [8, 3, 5, 4, 8])
    assert some(model, Examples(None, y), steps=5).y.lengths.tolist() == [3, 5, 4]
    assert some(model, Examples(None, y), rows=2, steps=5).y.lengths.tolist() == [3, 4]
    assert some(model, Examples(None, y), rows=2, steps=2).y.lengths.tolist() == [3, 4]


def test_beginnings_are_taken_where_the_input_does() -> None:
    model = make("GRU", tt.wirings.HIDDEN_TO_HIDDEN)
    x, y = tt.Sequence(torch.randn(3, 8, 2), [8, 2, 8]), tt.Sequence(torch.ones(3, 8), [8, 2, 8])
    found = some(model, Examples(x, y), steps=5)
    assert isinstance(found.x, tt.Sequence)
    assert found.x.lengths.tolist() == found.y.lengths.tolist() == [5, 2, 5]
    assert torch.equal(found.x.values[0], x.values[0, :5])


def test_of_series_the_end_is_kept() -> None:
    model = make("GRU", GENERATOR, tt.outputs.Normal(1), tt.lengths.Unending())
    y = tt.Sequence(torch.arange(16.0).view(2, 8, 1), [8, 6])
    found = some(model, Examples(None, y, start=torch.tensor([6, 1])), steps=5)
    assert isinstance(found.y, tt.Sequence)
    assert found.y.values[..., 0].tolist() == [[3, 4, 5, 6, 7], [9, 10, 11, 12, 13]]
    assert found.start is not None
    assert found.start.tolist() == [3, 0]


def test_of_a_text_there_are_pieces() -> None:
    model = make("GRU", GENERATOR, tt.outputs.Categorical(50), tt.lengths.Unending())
    stored = Examples(None, Flat(torch.arange(60), [10], [50]))
    assert some(model, stored, rows=2, steps=3).y.values.tolist() == [[10, 11, 12], [57, 58, 59]]
    assert len(some(model, stored, rows=99, steps=20)) == 2  # no two of them overlap
    assert some(model, stored, steps=99).y.lengths.tolist() == [50]


def test_of_labels_the_input_is_counted() -> None:
    model = make("GRU", tt.wirings.SEQUENCE_TO_VECTOR)
    x = tt.Sequence(torch.randn(4, 8, 2), [8, 3, 5, 4])
    found = some(model, Examples(x, torch.tensor([0, 1, 2, 0])), steps=5)
    assert isinstance(found.y, torch.Tensor)
    assert found.y.tolist() == [1, 2, 0]
