"""The tests' type checker refuses what annotations exclude, in the library too."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import pytest
import torch
from beartype.roar import BeartypeCallHintViolation
from jaxtyping import Float, TypeCheckError
from torch import Tensor

from tests import typechecker
from tests.helpers.models import unchecked
from tests.typechecker import check, jaxtyped
from throughtime.data import load

if TYPE_CHECKING:
    from decimal import Decimal

decorated = jaxtyped(typechecker=check)


@decorated
def product(a: Float[Tensor, "B N"], b: Float[Tensor, "N M"]) -> Float[Tensor, "B M"]:
    return a @ b if b.shape[0] else b


@decorated
def halves(numbers: list[float]) -> list[float]:
    return [n / 2 for n in numbers] if numbers else [None]  # type: ignore[list-item]


@decorated
def counted(n: int, what: Decimal) -> Iterator[int]:
    yield from range(n)


@decorated
def always_wrong() -> int:
    return "1"  # type: ignore[return-value]


def test_what_fits_is_returned() -> None:
    assert product(torch.ones(2, 3), torch.ones(3, 4)).shape == (2, 4)
    assert halves([1, 2.0]) == [0.5, 1.0]
    assert [*counted(2, "anything")] == [0, 1]


@pytest.mark.parametrize(
    ("function", "arguments", "error"),
    [
        (product, (torch.ones(2, 3), torch.ones(2, 3)), TypeCheckError),  # another N
        (product, (torch.ones(2, 0), torch.ones(0, 4)), TypeCheckError),  # it returns another B
        (halves, ("1",), BeartypeCallHintViolation),
        (halves, ([],), BeartypeCallHintViolation),  # it returns None in a list
        (counted, ("2", "anything"), TypeCheckError),
        (load, (3,), BeartypeCallHintViolation),  # of the library
    ],
)
def test_what_does_not_fit_is_refused(
    function: Callable[..., Any], arguments: tuple[Any, ...], error: type[Exception]
) -> None:
    with pytest.raises(error):
        function(*arguments)


def test_where_it_is_switched_off_nothing_is_looked_at() -> None:
    with unchecked():
        assert halves([]) == [None]


def test_of_many_calls_some_are_looked_at() -> None:
    refused = 0
    for _ in range(typechecker.MANY + 100):
        try:
            always_wrong()
        except BeartypeCallHintViolation:
            refused += 1
    assert refused == typechecker.MANY + (100 if typechecker.thorough else 100 // typechecker.SOME)


def test_what_is_inside_of_a_function_stays_as_it_is() -> None:
    def inside(n: int) -> int:
        return n

    assert decorated(inside) is inside
