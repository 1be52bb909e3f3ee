"""One symbol against all others has the probabilities and the gradients of the whole softmax."""

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor
from torch.testing import assert_close

from throughtime.lengths import EndOfSequence
from throughtime.outputs.against_the_rest import against_the_rest

finite = st.floats(-30, 30)


@given(
    st.lists(st.lists(finite, min_size=5, max_size=5), min_size=1, max_size=4),
    st.lists(st.integers(0, 3), min_size=4, max_size=4),
)
def test_probability_and_end_are_those_of_all_symbols(o: list[list[float]], y: list[int]) -> None:
    units = torch.tensor(o, dtype=torch.float64)
    target = torch.tensor(y[: len(o)])
    two = against_the_rest(units, target, 4)
    log_p = units[:, :4].log_softmax(-1).gather(-1, target[:, None])[:, 0]
    assert_close(two[:, :2].log_softmax(-1)[:, 0], log_p)
    end = EndOfSequence()
    assert_close(end.split(two)[0], end.split(units)[0])


def _of_all(o: Tensor, y: Tensor, symbols: int) -> Tensor:
    logits = o[..., :symbols]
    there = torch.nn.functional.one_hot(y, symbols).bool()
    rest = logits.masked_fill(there, -torch.inf).logsumexp(-1, keepdim=True)
    return torch.cat([logits.gather(-1, y[..., None]), rest, o[..., symbols:]], -1)


@pytest.mark.parametrize("symbols", [2, 3, 6])
@pytest.mark.parametrize("shape", [(), (4,), (3, 2), (0, 2)])
def test_its_gradients_are_those_of_automatic_differentiation(
    symbols: int, shape: tuple[int, ...]
) -> None:
    o = torch.randn(*shape, symbols + 1, dtype=torch.float64, requires_grad=True)
    y = torch.randint(symbols, shape)
    torch.autograd.gradcheck(lambda o: against_the_rest(o, y, symbols), o)
    torch.autograd.gradgradcheck(lambda o: against_the_rest(o, y, symbols), o)
    weight = torch.randn(*shape, 3, dtype=torch.float64)
    (by_hand,) = torch.autograd.grad((against_the_rest(o, y, symbols) * weight).sum(), o)
    (by_torch,) = torch.autograd.grad((_of_all(o, y, symbols) * weight).sum(), o)
    assert_close(by_hand, by_torch, rtol=1e-12, atol=1e-12)


def test_a_symbol_that_is_certain_has_no_gradient_and_no_nan() -> None:
    o = torch.tensor([[500.0, 0.0, -500.0]], requires_grad=True)
    log_p = against_the_rest(o, torch.tensor([0]), 3).log_softmax(-1)[:, 0]
    (grad,) = torch.autograd.grad(log_p.sum(), o)
    assert log_p.item() == 0
    assert grad.tolist() == [[0, 0, 0]]


def test_a_symbol_that_is_impossible_is_impossible() -> None:
    o = torch.tensor([[1.0, -torch.inf, 2.0]], requires_grad=True)
    log_p = against_the_rest(o, torch.tensor([1]), 3).log_softmax(-1)[:, 0]
    assert log_p.item() == -torch.inf
