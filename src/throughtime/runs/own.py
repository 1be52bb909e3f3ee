"""A person's own cell, forcing, optimiser or schedule, by the names of its module and its class."""

from __future__ import annotations

import ast
import importlib.util
import re
import sys
from pathlib import Path
from typing import Any, TypeVar

from throughtime.runs.errors import ConfigError
from throughtime.runs.names import CONFIG, SCHEMA

OWN = re.compile(r"([^\W\d][\w.]*):([^\W\d]\w*)(?:\((.*)\))?")
"""A class of one's own: its module, its name, and arguments."""

T = TypeVar("T")


def own(text: str, what: str, kind: type[T], base: str, *first: Any, **more: Any) -> T:
    """What ``module:Class`` makes, or ``module:Class(name=value, …)`` with more arguments.

    The module is imported as Python does, from where the person runs it or from what is installed;
    never from a run's folder, which may come from anybody.

    Args:
        text: the names and the arguments, which are numbers, texts, ….
        what: the option that it is for.
        kind: the class that it is a subclass of.
        base: how a person writes that class.
        first: the first arguments.
        more: arguments that ``text`` may not give.

    Raises:
        ConfigError: if there is no such module or class, it is no such kind, or it cannot be made.

    Example:
        >>> own("throughtime.forcing:Both(weight=0.25)", "forcing", object, "Forcing").weight
        0.25
    """
    found = OWN.fullmatch(text)
    assert found is not None
    module, name, arguments = found.groups()
    made = getattr(_imported(f"{what} {text!r}", module), name, None)
    if not (isinstance(made, type) and issubclass(made, kind)):
        raise ConfigError(f"{what} {text!r}: {module} has no class {name} that is a {base}")
    try:
        return made(*first, **more, **_values(arguments or ""))
    except Exception as error:  # whatever the person's own code raises
        raise ConfigError(f"{what} {text!r}: raised {type(error).__name__}: {error}") from error


def _imported(whose: str, module: str) -> Any:
    if (here := str(Path.cwd())) not in sys.path:
        sys.path.append(here)  # `python -m` has it, and a command that is installed has not
    # to find a module inside of a package runs the package, so that is looked at before
    spec = importlib.util.find_spec(module.partition(".")[0])
    places = [] if spec is None else [spec.origin, *(spec.submodule_search_locations or ())]
    for place in places:
        if place is not None and _of_a_run(Path(place)):
            raise ConfigError(
                f"{whose}: {place} is in a run's folder, from which no code is run; "
                "run this from another folder"
            )
    try:
        return importlib.import_module(module)
    except ModuleNotFoundError as error:
        raise ConfigError(
            f"{whose}: {error}; run this from the folder that has it, or install it"
        ) from None
    except Exception as error:  # whatever the person's own code raises
        raise ConfigError(
            f"{whose}: importing {module} raised {type(error).__name__}: {error}"
        ) from error


def _of_a_run(place: Path) -> bool:
    """Whether a run's folder is above a file or a folder."""
    return any((up / CONFIG).exists() and (up / SCHEMA).exists() for up in place.parents)


def _values(arguments: str) -> dict[str, Any]:
    """The arguments by name, which must be values and no code."""
    call = ast.parse(f"f({arguments})", mode="eval").body
    plain = isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and not call.args
    if not (isinstance(call, ast.Call) and plain and all(k.arg for k in call.keywords)):
        raise ValueError(f"arguments are ({arguments}); expected them by name, as (gates=2)")
    return {str(k.arg): ast.literal_eval(k.value) for k in call.keywords}
