"""Runs of files with columns, each trained once in a moment."""

import csv
import io
import json
from collections.abc import Callable
from pathlib import Path

import pytest

from commands import SMALL, good
from made_up import MODELS, ROWS, SENTENCES, SERIES, VECTORS


@pytest.fixture(scope="session")
def files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the rows as a table, the lists as JSON lines, and the sentences."""
    folder = tmp_path_factory.mktemp("files")
    text = io.StringIO()
    writer = csv.DictWriter(text, ROWS[0])
    writer.writeheader()
    writer.writerows(ROWS)
    (folder / "rows.csv").write_text(text.getvalue())
    for name, rows in (("series", SERIES), ("vectors", VECTORS)):
        (folder / f"{name}.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    (folder / "tags.conll").write_text(
        "\n".join("".join(f"{w} {t}\n" for w, t in sentence) for sentence in SENTENCES)
    )
    return folder


Trained = Callable[[str], Path]


@pytest.fixture(scope="session")
def trained(files: Path, tmp_path_factory: pytest.TempPathFactory) -> Trained:
    """One of the ``MODELS``, trained once."""
    runs: dict[str, Path] = {}

    def folder(name: str) -> Path:
        if name not in runs:
            runs[name] = tmp_path_factory.mktemp("runs") / "run"
            file, *options = MODELS[name]
            good("train", files / file, *options, *SMALL, "--out", runs[name])
        return runs[name]

    return folder
