"""Files of tensors of a run (safetensors), with checksums of their header and of their data."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, NamedTuple

from throughtime.data.files.json_text import from_json
from throughtime.runs.errors import RunError
from throughtime.runs.files import check_regular, save
from throughtime.runs.seal import BLANK, checksum, is_sealed, sealed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from torch import Tensor

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


class Packed(NamedTuple):
    """The content of a file of tensors: the same for the same tensors and texts."""

    header: bytes
    data: memoryview

    @property
    def checksum(self) -> str:
        """That of the header, as :attr:`Header.checksum` reads it."""
        return checksum(self.header)


def packed(tensors: Mapping[str, Tensor], said: Mapping[str, str]) -> Packed:
    """Tensors, and texts by name, as the content of a file.

    Example:
        >>> packed({}, {"run": "a"}).header[8:].decode()
        '{"__metadata__": {"run": "a", "checksum": "...", "data": "..."}}...'
    """
    from safetensors.torch import save as in_its_format

    own = {name: tensor.detach().cpu().contiguous() for name, tensor in tensors.items()}
    content = memoryview(in_its_format(own))
    end = 8 + int.from_bytes(content[:8], "little")
    data = content[end:]
    texts = {**said, "checksum": BLANK, "data": sha256(data).hexdigest()}
    entries = {"__metadata__": texts, **from_json(bytes(content[8:end]).decode())}
    text = json.dumps(entries).encode()
    text += b" " * (-len(text) % 8)  # so that the numbers begin where the format wants them
    return Packed(sealed(len(text).to_bytes(8, "little") + text), data)


def save_tensors(file: Path, tensors: Mapping[str, Tensor], said: Mapping[str, str]) -> str:
    """Write tensors, and texts by name, in place of the file that is there.

    Returns:
        The checksum of the file's header.

    Raises:
        RunError: if it cannot be written.
    """
    content = packed(tensors, said)
    save(file, content)
    return content.checksum


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
