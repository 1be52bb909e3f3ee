"""Builds the engine in C with the package; where it cannot be built, the package goes without."""

from __future__ import annotations

import importlib.util
import sys
import sysconfig
from pathlib import Path
from types import ModuleType
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

ROOT = Path(__file__).parent


def engine() -> ModuleType:
    """``engine/build.py``, without importing the package and torch with it."""
    path = ROOT / "src" / "throughtime" / "engine" / "build.py"
    spec = importlib.util.spec_from_file_location("engine_build", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


class EngineHook(BuildHookInterface):
    """Compiles ``engine/*.c`` into the wheel. It needs neither Python's headers nor torch's, so
    that one wheel serves all versions of both."""

    def dependencies(self) -> list[str]:
        """A compiler from a wheel, where this machine has none; wherever there is a torch, there
        is a ziglang. Who does not want it says CC=false, and goes without the engine."""
        build = engine()
        try:
            build.compiler()
        except build.CannotBuild:
            return ["ziglang"]
        return []

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        build = engine()
        try:
            libraries = build.build()
        except build.CannotBuild as error:
            print(f"throughtime goes without its engine in C: {error}", file=sys.stderr)
            return
        if version != "editable":
            # these and nothing else that lies in their folder
            build_data["artifacts"] += [
                f"/{path.relative_to(ROOT).as_posix()}" for path in libraries
            ]
            # This machine's own tag. A manylinux tag would be a promise about machines that nobody
            # has tried; to publish wheels, auditwheel looks at the libraries and makes it.
            system = sysconfig.get_platform().replace("-", "_").replace(".", "_")
            build_data["pure_python"] = False
            build_data["tag"] = f"py3-none-{system}"
