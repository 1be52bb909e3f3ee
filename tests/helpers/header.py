"""The fields of a struct of the engine's headers, as they stand there."""

from __future__ import annotations

import re
from pathlib import Path

from throughtime.engine import library


def fields(header: str, struct: str) -> list[str]:
    """Names in their order; of an array, with its size in brackets."""
    text = (Path(library.__file__).parent / header).read_text()
    code = re.sub(r"/\*.*?\*/", "", text, flags=re.DOTALL)
    body = code[: code.index(f"}} {struct};")].rsplit("typedef struct {", 1)[1]
    names = ", ".join(re.findall(r"^\s+(?:const )?\w+ (.*?);", body, flags=re.MULTILINE))
    return [name.strip(" *") for name in names.split(",")]
