"""The reference: a page for each public module, with every public name, or the build fails."""

from __future__ import annotations

import inspect
import sys
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any

from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.errors import ExtensionError
from sphinx.ext.napoleon import Config, GoogleDocstring
from sphinx.pycode import ModuleAnalyzer

PAGES = {
    "throughtime": "From data to a model in use",
    "throughtime.cells": "Cells",
    "throughtime.wiring": "Wirings",
    "throughtime.outputs": "Outputs",
    "throughtime.lengths": "Lengths",
    "throughtime.gradients": "Gradients",
    "throughtime.forcing": "Forcing",
    "throughtime.forcing.schedules": "Schedules",
    "throughtime.data": "Data",
    "throughtime.analysis": "What a model does through time",
    "throughtime.evaluation": "Evaluation",
    "throughtime.nn": "In place of torch.nn",
    "throughtime.report": "Report",
}
"""The public modules, and the titles of their pages."""


def names_of(module: ModuleType) -> list[str]:
    """The public names of a module, but for modules, which have pages of their own."""
    if hasattr(module, "__all__"):
        names = list(module.__all__)
    else:
        names = [n for n, v in vars(module).items() if n[0] != "_" and _is_own(v, module)]
    return [n for n in names if not inspect.ismodule(getattr(module, n))]


def _is_own(value: object, module: ModuleType) -> bool:
    if inspect.isclass(value) or inspect.isfunction(value):
        return value.__module__ == module.__name__
    return type(value).__module__ == module.__name__


def own_names() -> dict[str, list[str]]:
    """The public names of each module, each name once: on the first page that has it."""
    found: dict[str, list[str]] = {}
    seen: set[int] = set()
    for module in map(import_module, PAGES):
        values = {name: getattr(module, name) for name in names_of(module)}
        found[module.__name__] = [name for name, value in values.items() if id(value) not in seen]
        seen |= {id(value) for value in values.values()}
    return found


def page(module: ModuleType, title: str, names: list[str]) -> str:
    """The page of a module, as reStructuredText."""
    lines = [title, "=" * len(title), "", f".. automodule:: {module.__name__}", ""]
    for name in names:
        value, full = getattr(module, name), f"{module.__name__}.{name}"
        if inspect.isclass(value):
            lines += [f".. autoclass:: {full}", "   :members:", "   :show-inheritance:", ""]
        elif inspect.isfunction(value):
            lines += [f".. autofunction:: {full}", ""]
        else:
            said = [f"   {line}" for line in said_of(name, value)]
            lines += [f".. py:data:: {name}", f"   :module: {module.__name__}", "", *said, ""]
    return "\n".join(lines)


def said_of(name: str, value: object) -> list[str]:
    """The text below a constant, in whichever module it is.

    Raises:
        ExtensionError: if there is none.
    """
    for module in [m for m in sys.modules if m.split(".")[0] == "throughtime"]:
        if getattr(sys.modules[module], name, None) is value:
            found = ModuleAnalyzer.for_module(module).find_attr_docs().get(("", name))
            if found:
                return found
    raise ExtensionError(f"the constant {name} has no text below it")


def write(app: Sphinx) -> None:
    """Write the pages into ``reference/``, of which nothing is kept in the repository."""
    folder = Path(app.srcdir) / "reference"
    folder.mkdir(exist_ok=True)
    names = own_names()
    pages = {
        module.removeprefix("throughtime."): page(import_module(module), title, names[module])
        for module, title in PAGES.items()
    }
    about = ["Reference", "=========", "", "Every public name, from its docstring.", ""]
    index = [*about, ".. toctree::", "   :maxdepth: 1", "", *(f"   {stem}" for stem in pages), ""]
    for stem, text in {**pages, "index": "\n".join(index)}.items():
        file = folder / f"{stem}.rst"
        if not file.exists() or file.read_text(encoding="utf-8") != text:
            file.write_text(text, encoding="utf-8")


def check(app: Sphinx, env: BuildEnvironment) -> None:
    """Refuse a site that lacks a public name, or has one without a docstring."""
    there = env.domaindata["py"]["objects"]
    for module, names in own_names().items():
        for name in names:
            if f"{module}.{name}" not in there:
                raise ExtensionError(f"the reference lacks {module}.{name}")
            if not inspect.getdoc(getattr(import_module(module), name)):
                raise ExtensionError(f"{module}.{name} has no docstring")


def sections(app: Sphinx, what: str, name: str, value: Any, options: Any, lines: list[str]) -> None:
    """Read ``Args:``, ``Raises:`` and the like. Not as Sphinx's own napoleon does, which takes the
    first line of a property for its type if it has a colon."""
    lines[:] = GoogleDocstring(lines, app.config, app, "object", name, value, options).lines()


def setup(app: Sphinx) -> dict[str, bool]:
    """Sphinx calls it."""
    for name, default, rebuild, types in Config._config_values:
        app.add_config_value(name, default, rebuild, types=types)
    app.connect("autodoc-process-docstring", sections)
    app.connect("builder-inited", write)
    app.connect("env-check-consistency", check)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
