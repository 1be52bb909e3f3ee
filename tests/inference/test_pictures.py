"""Models of pictures in colour, in use."""

from __future__ import annotations

import json
from pathlib import Path

import pyarrow
import pyarrow.parquet
import pytest

from tests.helpers.albums import album
from tests.helpers.commands import bad, good
from throughtime.inference.run import Run
from throughtime.report import draw_all

SMALL = ("--hidden-size", 6, "--max-steps", 3, "--batch-size", 8, "--max-seconds", 60)
COUNT = 12


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Pictures in ``photos``; a table, COCO's captions and a Parquet file of them elsewhere."""
    folder = tmp_path_factory.mktemp("colours")
    names = album(folder / "photos", COUNT, "RGB")
    (folder / "files").mkdir()
    said = [f"shade {i}" for i in range(COUNT)]
    rows = [f"{name},{text}" for name, text in zip(names, said, strict=True)]
    (folder / "files" / "a.csv").write_text("\n".join(["photo,text", *rows]) + "\n")
    coco = {
        "images": [{"id": i, "file_name": name} for i, name in enumerate(names)],
        "annotations": [{"image_id": i, "caption": text} for i, text in enumerate(said)],
    }
    (folder / "coco.json").write_text(json.dumps(coco))
    cells = [{"bytes": (folder / "photos" / n).read_bytes(), "path": f"of {n}"} for n in names]
    table = pyarrow.table({"image": cells, "caption": said})
    pyarrow.parquet.write_table(table, folder / "a.parquet")
    good("train", folder / "files" / "a.csv", "--images", folder / "photos", "--pixels", 6,
         *SMALL, "--out", folder / "run")  # fmt: skip
    return folder


@pytest.mark.usefixtures("drawn")
def test_a_run_knows_the_folder_of_its_pictures_and_their_size(folder: Path) -> None:
    run = Run.load(folder / "run")
    assert run.schema.picture_shape == (3, 5, 6)
    assert run.config.images == str((folder / "photos").resolve())
    assert (run.config.pixels, run.data().schema.picture_shape) == (6, (3, 5, 6))
    assert "-log p" in good("evaluate", folder / "run")
    sheet = next(path for path in draw_all(run) if path.name == "captions-test.png")
    assert sheet.stat().st_size > 1_000


def test_files_of_captions_are_rows_for_any_command(folder: Path) -> None:
    good("train", folder / "coco.json", *SMALL, "--out", folder / "of-coco")
    of_coco = good("predict", folder / "of-coco", folder / "coco.json", "--json")
    of_cells = good("predict", folder / "of-coco", folder / "a.parquet", "--json")
    names, cells = ([json.loads(line) for line in out.splitlines()] for out in (of_coco, of_cells))
    assert [row["input"] for row in names] == [f"p{i}.png" for i in range(COUNT)]
    assert [row["input"] for row in cells] == [f"of p{i}.png" for i in range(COUNT)]
    assert [row["log_prob"] for row in names] == [row["log_prob"] for row in cells]
    assert len({row["log_prob"] for row in names}) > 1
    scores = good("score", folder / "of-coco", folder / "coco.json", "--json").splitlines()
    assert [json.loads(line)["target"] for line in scores] == [f"shade {i}" for i in range(COUNT)]


def test_what_cannot_be_is_said(folder: Path) -> None:
    table = folder / "files" / "a.csv"
    assert "a.csv:2: column 'photo': " in bad("train", table)
    assert "no such picture, and none of that name" in bad("train", table)
    assert "pixels is '3'; expected greater than or equal to 4" in bad(
        "train", table, "--pixels", 3
    )
