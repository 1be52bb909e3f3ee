"""Other content in the files of a run, with the checksums that it would have."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from torch import Tensor

from throughtime.runs.seal import BLANK, sealed
from throughtime.runs.tensors import load_tensors, save_tensors


def resealed(file: Path, change: Callable[[dict[str, Any]], dict[str, Any]]) -> Path:
    """Change the object in a file of JSON; gives the folder."""
    values = change(json.loads(file.read_text()))
    text = json.dumps({"checksum": BLANK, **{k: values[k] for k in values if k != "checksum"}})
    file.write_bytes(sealed(text.encode()))
    return file.parent


def repacked(file: Path, change: Callable[[dict[str, Tensor], dict[str, str]], object]) -> Path:
    """Change the tensors and texts of a file, in place; gives the folder."""
    tensors, said = load_tensors(file)
    texts = dict(said)
    change(tensors, texts)
    save_tensors(file, tensors, texts)
    return file.parent
