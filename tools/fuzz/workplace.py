"""A folder to damage things in, with the files and the runs that are whole."""

from __future__ import annotations

import csv
import io
import shutil
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Any

from tests.helpers.commands import SMALL, good
from tests.helpers.made_up import MODELS, ROWS, SENTENCES, SERIES, VECTORS
from tools.fuzz.damage import json_lines


class Workplace:
    """A folder to damage things in, and runs of files with columns, each trained once."""

    def __init__(self, root: Path) -> None:
        self.root, self.folder = root, root / "now"
        for name, content in FILES.items():
            (root / name).write_bytes(content)

    def empty(self) -> Path:
        """The folder, with nothing in it."""
        shutil.rmtree(self.folder, ignore_errors=True)
        self.folder.mkdir()
        return self.folder

    def run(self, name: str) -> Path:
        """One of the models of ``made_up``, or one of text."""
        path = self.root / name
        if not path.exists():
            file, *options = {**MODELS, **OF_TEXT}[name]
            good("train", self.root / file, *options, *SMALL, "--out", path)
        return path

    def copy(self, name: str) -> Path:
        """A copy of it, to be damaged."""
        shutil.rmtree(self.folder, ignore_errors=True)
        return Path(shutil.copytree(self.run(name), self.folder))


Target = Callable[[Random, Workplace], None]
"""One example: damages something there, as its random numbers will have it, and uses it."""


def _csv(rows: list[dict[str, Any]], delimiter: str = ",") -> bytes:
    text = io.StringIO()
    writer = csv.DictWriter(text, rows[0], delimiter=delimiter)
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode()


def _sentences(columns: int) -> bytes:
    return "\n".join(
        "".join("\t".join([str(i), w, *[t] * (columns - 2)]) + "\n" for i, (w, t) in enumerate(s))
        for s in SENTENCES
    ).encode()


NUMBERS = [
    {"date": f"2020-{i // 28 + 1:02d}-{i % 28 + 1:02d}", "a": i * 0.5, "b": i % 7}
    for i in range(60)
]
PARTS = [
    {"part": ("train", "valid", "test")[i % 3], "text": row["text"], "label": row["label"]}
    for i, row in enumerate(ROWS)
]

FILES = {
    "rows.csv": _csv(ROWS),
    "rows.tsv": _csv(ROWS, "\t"),
    "rows.jsonl": json_lines(ROWS),
    "parts.csv": _csv(PARTS, ";"),
    "numbers.csv": _csv(NUMBERS),
    "series.jsonl": json_lines(SERIES),
    "vectors.jsonl": json_lines(VECTORS),
    "tags.conll": "\n".join("".join(f"{w} {t}\n" for w, t in s) for s in SENTENCES).encode(),
    "tags.tsv": _sentences(4),
    "tags.conllu": _sentences(10),
    "lines.txt": "\n".join(f"{row['text']} {i}" for i, row in enumerate(ROWS)).encode(),
    "long.txt": b"to be or not to be\n" * 60,
}

OF_TEXT = {
    "pairs": ("lines.txt", "--symbols", "bpe:270"),
    "running": ("long.txt", "--format", "running", "--symbols", "words"),
}
"""Runs of files without columns."""
