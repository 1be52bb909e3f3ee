"""The type checker of every annotated call in tests; an int is a float, as PEP 484 says."""

from collections.abc import Callable
from typing import Any

from beartype import BeartypeConf, beartype

_check = beartype(conf=BeartypeConf(is_pep484_tower=True))


def check(function: Callable[..., Any]) -> Callable[..., Any]:
    """The function, checked; but for one inside of a function, which would be prepared anew at
    every call (a quarter of all tests' time) and is called by what surrounds it alone."""
    return function if "<locals>" in function.__qualname__ else _check(function)
