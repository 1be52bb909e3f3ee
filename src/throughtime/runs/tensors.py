"""Files of tensors of a run (safetensors), with checksums of their header and of their data."""

from __future__ import annotations

import math
from collections.abc import Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from throughtime.data.files.json_text import from_json
from throughtime.runs.errors import RunError
from throughtime.runs.files import check_regular, save
from throughtime.runs.seal import BLANK, checksum, is_sealed, sealed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from torch import Tensor

UNKNOWN = "f" * 64
"""What stands in place of the checksum of the data while it is made."""

LONGEST = 10**8
"""Bytes of a header, as the format has it."""


@dataclass(frozen=True)
class Header:
    """What a file of tensors says of them.

    Args:
        said: texts by name.
        shapes: of each tensor.
    """

    said: Mapping[str, str]
    shapes: Mapping[str, tuple[int, ...]]

    @property
    def checksum(self) -> str:
        """That of the header, which has the checksum of the data: it tells the file from others."""
        return self.said["checksum"]

    def count(self, prefix: str = "") -> int:
        """The number of entries of the tensors whose names begin so."""
        return sum(math.prod(s) for name, s in self.shapes.items() if name.startswith(prefix))


def save_tensors(file: Path, tensors: Mapping[str, Tensor], said: Mapping[str, str]) -> str:
    """Write tensors, and texts by name, in place of the file that is there.

    Returns:
        The checksum of the file's header.

    Raises:
        RunError: if it cannot be written.
    """
    from safetensors.torch import save as packed

    own = {name: tensor.detach().cpu().contiguous() for name, tensor in tensors.items()}
    content = memoryview(packed(own, {**said, "checksum": BLANK, "data": UNKNOWN}))
    end = 8 + int.from_bytes(content[:8], "little")
    of_data = sha256(content[end:]).hexdigest()
    known = f'"data":"{of_data}"'.encode()
    header = bytes(content[:end]).replace(f'"data":"{UNKNOWN}"'.encode(), known, 1)
    whole = sealed(header)
    save(file, [whole, content[end:]])
    return checksum(whole)


def read_header(file: Path) -> Header:
    """What a file says of its tensors; they are not read.

    Raises:
        RunError: if the file is missing, damaged, or not as it was written.
    """
    with _opened(file) as content:
        return _header(file, content)


def load_tensors(file: Path) -> tuple[dict[str, Tensor], Mapping[str, str]]:
    """The tensors of a file, and its texts by name.

    Raises:
        RunError: if the file is missing, damaged, or not as it was written.
    """
    from safetensors import SafetensorError
    from safetensors.torch import load

    with _opened(file) as content:
        said = _header(file, content).said
        at = content.tell()
        content.seek(0)
        whole = content.read()
    if sha256(memoryview(whole)[at:]).hexdigest() != said.get("data"):
        raise _changed(file)
    try:
        return load(whole), said
    except SafetensorError as error:
        raise RunError(f"{file}: damaged ({error}); train again") from None


def _header(file: Path, content: IO[bytes]) -> Header:
    size = content.read(8)
    length = int.from_bytes(size, "little")
    text = content.read(length) if len(size) == 8 and length <= LONGEST else b""
    if not text or not is_sealed(size + text):
        raise _changed(file)
    with suppress(ValueError, KeyError, TypeError):
        entries: dict[str, Any] = from_json(text.decode())
        said = entries.pop("__metadata__")
        return Header(said, {name: tuple(entry["shape"]) for name, entry in entries.items()})
    raise _changed(file)


def _changed(file: Path) -> RunError:
    return RunError(
        f"{file}: damaged: its checksum says that it is not as training wrote it; take it from a "
        "copy, or train again"
    )


@contextmanager
def _opened(file: Path) -> Iterator[IO[bytes]]:
    check_regular(file)
    try:
        with file.open("rb") as content:
            yield content
    except FileNotFoundError:
        raise RunError(
            f"{file}: no such file; training stopped before writing it, or it was moved"
        ) from None
    except OSError as error:
        raise RunError(f"{file}: cannot be read ({error.strerror})") from None
