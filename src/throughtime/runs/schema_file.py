"""The schema of a run's data in its folder: the columns of x and y, and the hash of the data."""

from __future__ import annotations

import json
from pathlib import Path

from throughtime.data.files.json_text import from_json
from throughtime.data.schema import Schema
from throughtime.runs.belonging import check_identity
from throughtime.runs.errors import RunError
from throughtime.runs.files import check_regular
from throughtime.runs.names import SCHEMA
from throughtime.runs.seal import BLANK, is_sealed, sealed


def written(schema: Schema, digest: str, run: str) -> bytes:
    """The content of the file.

    Args:
        schema: the columns of x and y.
        digest: the hash of the data.
        run: the identity of the run.
    """
    values = {"checksum": BLANK, "run": run, "digest": digest, "schema": schema.saved()}
    return sealed(f"{json.dumps(values, indent=2, ensure_ascii=False)}\n".encode())


def read_schema(path: Path, run: str) -> tuple[Schema, str]:
    """The schema in a run's folder, and the hash of the data.

    Args:
        path: the folder.
        run: the identity of the run.

    Raises:
        RunError: if the file is missing, damaged, or of another run.
    """
    file = path / SCHEMA
    check_regular(file)
    try:
        content = file.read_bytes()
        if not is_sealed(content):
            raise ValueError("its checksum says that it is not as training wrote it")
        said = from_json(content.decode())
        if not isinstance(said, dict):
            raise ValueError(f"a {type(said).__name__}; expected a JSON object")
        check_identity(file, said.get("run"), run)
        return Schema.restored(said.get("schema")), str(said.get("digest"))
    except OSError as error:
        raise RunError(f"{file}: cannot be read ({error.strerror})") from None
    except RunError:
        raise
    except ValueError as error:  # quotes the file, which may have line ends
        reason = " ".join(str(error).split())
        raise RunError(f"{file}: not a run's schema ({reason}); it was damaged") from None
