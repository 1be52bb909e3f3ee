"""Views whose numbers torch makes only when they are read, dense ones too."""

import pytest
import torch

import throughtime as tt


@pytest.mark.parametrize("module", [tt.nn.RNN(2, 3), tt.nn.GRU(2, 3), tt.nn.LSTM(2, 3)], ids=repr)
def test_a_dense_negative_view_is_read_as_its_numbers(module: tt.nn.RNN) -> None:
    numbers = torch.randn(4, 1, 2)
    x = torch._neg_view(numbers)
    assert x.is_neg()
    assert x.is_contiguous()
    torch.testing.assert_close(module(x)[0], module(-numbers)[0], rtol=0, atol=0)
