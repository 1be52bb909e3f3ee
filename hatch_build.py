"""Builds the engine in C with the package; where it cannot be built, the package goes without."""

from __future__ import annotations

import importlib.util
import sys
import sysconfig
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

BUILD = Path(__file__).parent / "src" / "throughtime" / "kernels" / "build.py"


class EngineHook(BuildHookInterface):
    """Compiles ``kernels/*.c`` into the wheel. It needs neither Python's headers nor torch's, so
    that one wheel serves all versions of both."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        spec = importlib.util.spec_from_file_location("engine_build", BUILD)
        assert spec is not None
        assert spec.loader is not None
        engine = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(engine)
        try:
            engine.build()
        except engine.CannotBuild as error:
            print(f"throughtime goes without its engine in C: {error}", file=sys.stderr)
            return
        if version != "editable":
            system = sysconfig.get_platform().replace("-", "_").replace(".", "_")
            build_data["pure_python"] = False
            build_data["tag"] = f"py3-none-{system}"
