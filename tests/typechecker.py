"""The type checker of every annotated call in tests; an int is a float, as PEP 484 says.

jaxtyping's hook puts its decorator on every function of the library. At each call that decorator
binds the arguments anew and has the sizes of all axes at hand, for which tests spent two thirds of
their time; but few functions have axes. The root ``conftest.py`` puts ``jaxtyped`` in its place.

A function that has passed a thousand times is looked at in one of ten calls from then on, which
saves a quarter of the time of what computes; but in all calls with ``--thorough``, and where torch
traces, which records what looks at tensors too.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial, wraps
from inspect import isclass, isgeneratorfunction
from typing import Any, Self, get_args, get_type_hints

import jaxtyping
from beartype import BeartypeConf, beartype
from torch.jit._trace import is_tracing

Function = Callable[..., Any]

MANY, SOME = 1_000, 10
"""After so many calls of a function, one of so many is looked at."""

thorough = False
"""Whether all calls are looked at."""

_check = beartype(conf=BeartypeConf(is_pep484_tower=True))
_with_axes = jaxtyping.jaxtyped


def check(function: Function) -> Function:
    """The function, checked; but for one that returns ``Self``, which beartype knows of whole
    classes only."""
    if function.__annotations__.get("return") in (Self, "Self"):
        return function
    return _check(function)


def parts(hint: Any) -> Iterator[Any]:
    """A type, and all that it is made of."""
    yield hint
    for inner in hint if isinstance(hint, list) else get_args(hint):
        yield from parts(inner)


def is_plain(function: Function) -> bool:
    """Whether beartype alone can look at its calls: no array is annotated with axes."""
    try:
        hints = get_type_hints(function, include_extras=True)
    except (NameError, TypeError):  # what a static checker alone understands; jaxtyping skips it
        return False
    found = [part for hint in hints.values() for part in parts(hint)]
    axes = (part for part in found if isclass(part) and issubclass(part, jaxtyping.AbstractArray))
    return not (any(axes) or Self in found or isgeneratorfunction(function))


def jaxtyped(*, typechecker: Callable[[Function], Function]) -> Callable[[Any], Any]:
    """What jaxtyping's hook decorates classes and functions with.

    A function inside of a function would be prepared anew at every call, and is called by what
    surrounds it alone: it stays as it is. Others are prepared when they are first called.
    """

    def decorated(target: Any) -> Any:
        if isclass(target):
            return _with_axes(target, typechecker=typechecker)
        if "<locals>" in target.__qualname__:
            return target
        checked: Function | None = None
        calls = 0

        @wraps(target)
        def either(*arguments: Any, **named: Any) -> Any:
            __tracebackhide__ = True
            nonlocal checked, calls
            calls += 1
            left_out = calls > MANY and calls % SOME and not (thorough or is_tracing())
            if left_out or jaxtyping.config.jaxtyping_disable:
                return target(*arguments, **named)
            if checked is None:
                axes = partial(_with_axes, typechecker=typechecker)
                checked = (typechecker if is_plain(target) else axes)(target)
            return checked(*arguments, **named)

        return either

    return decorated
