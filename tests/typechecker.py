"""The type checker of every annotated call in tests; an int is a float, as PEP 484 says."""

from collections.abc import Callable
from typing import Any, Self

from beartype import BeartypeConf, beartype

_check = beartype(conf=BeartypeConf(is_pep484_tower=True))


def check(function: Callable[..., Any]) -> Callable[..., Any]:
    """The function, checked; but for one inside of a function, which would be prepared anew at
    every call (a quarter of all tests' time) and is called by what surrounds it alone; and for one
    that returns ``Self``, which beartype knows of whole classes only."""
    unchecked = "<locals>" in function.__qualname__
    if unchecked or function.__annotations__.get("return") in (Self, "Self"):
        return function
    return _check(function)
