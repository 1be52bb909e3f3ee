"""What tests of several folders need: small files, data and runs, each made once."""

from __future__ import annotations

import csv
import io
import json
import random
from collections.abc import Callable, Iterator
from contextlib import nullcontext
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings
from matplotlib.figure import Figure
from PIL import Image

from tests.helpers.commands import SMALL, Trained, good
from tests.helpers.data_files import Write
from tests.helpers.made_up import MODELS, ROWS, SENTENCES, SERIES, VECTORS
from throughtime.data import Dataset, load
from throughtime.engine import use

# an example may take as long as a busy machine lets it
settings.register_profile("throughtime", deadline=None)
settings.load_profile("throughtime")


SAVE = Figure.savefig


def _blank(figure: Figure, to: Any, **options: Any) -> None:
    if isinstance(to, io.BytesIO) and options == {"format": "png"}:
        Image.new("RGB", (2, 2)).save(to, "PNG")
    else:
        SAVE(figure, to, **options)


@pytest.fixture(scope="session", autouse=True)
def _blank_pictures() -> Iterator[None]:
    """The pictures in the folders of runs are blank, since to draw them takes four times as long as
    a small training; but where a test has :func:`drawn`."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Figure, "savefig", _blank)
        yield


@pytest.fixture
def drawn() -> Iterator[None]:
    """What is drawn in this test is drawn."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Figure, "savefig", SAVE)
        yield


@pytest.fixture(params=["engine", "python"])
def each_way(request: pytest.FixtureRequest) -> Iterator[None]:
    """By the engine in C, where it has the cell, and in Python."""
    with use(None) if request.param == "python" else nullcontext():
        yield


@pytest.fixture(scope="session")
def loaded() -> Callable[[str], Dataset]:
    """An embedded set by name."""
    return cache(load)


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Write a file of a name, and return its path."""

    def written(name: str, content: str | bytes) -> Path:
        path = tmp_path / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    return written


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


SYLLABLES = ("ba", "no", "ti", "ku")


@pytest.fixture(scope="session")
def words(tmp_path_factory: pytest.TempPathFactory) -> Dataset:
    """A hundred made-up words of two or four syllables, from a file."""
    draw = random.Random(0)
    lines = ["".join(draw.choices(SYLLABLES, k=draw.choice((2, 4)))) for _ in range(150)]
    path = tmp_path_factory.mktemp("words") / "words.txt"
    path.write_text("\n".join(dict.fromkeys(lines)) + "\n")
    return load(path)
