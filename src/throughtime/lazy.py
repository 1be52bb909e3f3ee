"""Names of a package that are imported when they are asked for, and not before (PEP 562)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from importlib import import_module

from throughtime.extras import needed_for


def attributes(package: str, names: Mapping[str, str]) -> Callable[[str], object]:
    """A module's ``__getattr__`` that finds each name where it is defined.

    So the command line's help need not wait for torch.

    Args:
        package: the module's own name.
        names: for each public name the module that has it; a module stands for itself where the
            name before the colon is empty, as in ``":throughtime.cells"``.
    """

    def __getattr__(name: str) -> object:
        if name not in names:
            raise AttributeError(f"module {package!r} has no attribute {name!r}")
        where = names[name]
        with needed_for(f"{package}.{name}"):
            if where.startswith(":"):
                return import_module(where[1:])
            return getattr(import_module(where), name)

    return __getattr__
