"""Digests of what training learns and of what its models say: has a change of the code changed it?

    python -m tools.digests                          # the throughtime of this Python
    python -m tools.digests --source OTHER/src       # that of another checkout, for comparison
    python -m tools.digests tags series              # the runs of these names

Every kind of data and wiring is trained for a moment on made-up or embedded data, by the command
line. A line out has the run, the digest of its weights (names, shapes and bytes) and one of each
command's output. Equal lines mean equal bits; digests differ between machines, so two checkouts are
compared on the same one.
"""

from __future__ import annotations

import argparse
import csv
import hashlib
import json
import os
import random
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image
from safetensors.numpy import load_file

COMMON = ("--threads", "1", "--hidden-size", "12", "--seed", "3")
CODE = "import sys; from throughtime.cli import main; sys.argv[0] = 'throughtime'; main()"

RUNS: dict[str, tuple[str, ...]] = {
    "lines": ("names.txt", "--max-steps", "20"),
    "lines, bpe, halt": (
        *("names.txt", "--symbols", "bpe:300", "--cell", "lstm", "--length", "halt"),
        *("--max-steps", "12"),
    ),
    "lines, predicted length": ("names.txt", "--length", "predicted", "--max-steps", "12"),
    "running text": ("text.txt", "--format", "running", "--cell", "elman", "--max-steps", "12"),
    "text to label": (
        *("rows.csv", "--input", "text", "--target", "label", "--cell", "elman"),
        *("--max-steps", "12"),
    ),
    "text to number, mixture": (
        *("rows.csv", "--input", "text:words", "--target", "price:number"),
        *("--output", "mixture:2", "--max-steps", "12"),
    ),
    "vector to text": (
        *("rows.csv", "--input", "kind:label,size", "--target", "text:characters"),
        *("--max-steps", "12"),
    ),
    "encoder and decoder": (
        *("rows.csv", "--input", "text:characters", "--target", "label:characters"),
        *("--max-steps", "12"),
    ),
    "series": ("series.csv", "--max-steps", "12"),
    "numbers to numbers": ("lists.jsonl", "--input", "a", "--target", "b", "--max-steps", "12"),
    "features to bits": (
        *("lists.jsonl", "--input", "names:features,vector:vector", "--target", "roll"),
        *("--max-steps", "12"),
    ),
    "piano-rolls": ("rolls.npz", "--max-steps", "12"),
    "pictures": ("pictures", "--max-steps", "8"),
    "tags, both directions": (
        *("tags.conll", "--input", "1", "--target", "2", "--max-steps", "12", "--wiring"),
        "x(t) -> h(t), h(t-1) -> h(t), h(t+1) -> h(t), h(t) -> o(t)",
    ),
    "tags, 2.2, scheduled": (
        *("tags.conll", "--input", "1", "--target", "2", "--wiring", "output-to-hidden"),
        *("--forcing", "scheduled:linear:1:0.5:10", "--max-steps", "12"),
    ),
    "tags, 2.5, two layers, checkpointed": (
        *("tags.conll", "--input", "1", "--target", "2", "--layers", "2"),
        *("--wiring", "hidden-and-output-to-hidden", "--gradient", "checkpointed"),
        *("--max-steps", "12"),
    ),
    "tags, E[y]": (
        *("tags.conll", "--input", "1", "--target", "2", "--max-steps", "12", "--wiring"),
        "x(t) -> h(t), h(t-1) -> h(t), E[y(t-1)] -> h(t), h(t) -> o(t)",
    ),
    "tags, o(t-1), truncated": (
        *("tags.conll", "--input", "1", "--target", "2", "--gradient", "truncated:3"),
        *("--max-steps", "12", "--wiring"),
        "x(t) -> h(t), o(t-1) -> h(t), h(t) -> o(t)",
    ),
    "digits": ("digits", "--max-steps", "8"),
    "glyphs": ("glyphs", "--max-steps", "4"),
    "mackey-glass": ("mackey-glass", "--output", "mixture:2", "--max-steps", "4"),
    "python-tokens": ("python-tokens", "--max-steps", "4"),
    "unicode-names": ("unicode-names", "--initial-state", "learned", "--max-steps", "4"),
}
"""What is trained."""

PREDICTED = {
    "text to label": "rows.csv",
    "text to number, mixture": "rows.csv",
    "vector to text": "rows.csv",
    "encoder and decoder": "rows.csv",
    "series": "series.csv",
    "numbers to numbers": "lists.jsonl",
    "features to bits": "lists.jsonl",
    "pictures": "pictures/p1.png",
    **{name: "tags.conll" for name in RUNS if name.startswith("tags")},
    "python-tokens": "names.txt",
}
"""The file whose y is predicted."""

SCORED = {
    **{name: "names.txt" for name in RUNS if name.startswith("lines")},
    "running text": "names.txt",
    **{name: file for name, file in PREDICTED.items() if file.endswith((".csv", "l"))},
    "unicode-names": "upper.txt",
}
"""The file whose rows are scored."""


def write_data(folder: Path) -> None:
    """Made-up files of every kind, from one seed."""
    draw = random.Random(7)
    names = ["".join(draw.choices("abcdeé ", k=draw.randint(2, 12))).strip() or "a" for _ in
             range(300)]  # fmt: skip
    (folder / "names.txt").write_text("\n".join(names) + "\n", encoding="utf-8")
    (folder / "upper.txt").write_text("LATIN SMALL LETTER A\nGREEK CAPITAL LETTER BETA\n")
    words = [draw.choice(("the", "cat", "sat", "on", "a", "mat.\n")) for _ in range(3000)]
    (folder / "text.txt").write_text(" ".join(words))
    with (folder / "rows.csv").open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(("text", "kind", "size", "price", "label"))
        for _ in range(90):
            text = "".join(draw.choices("abc ", k=draw.randint(2, 9))).strip() or "a"
            writer.writerow(
                (text, draw.choice(("red", "green")), round(draw.gauss(50, 20), 2),
                 round(draw.gauss(1000, 300), 1), draw.choice(("yes", "no", "maybe")))
            )  # fmt: skip
    level = 100.0
    with (folder / "series.csv").open("w") as file:
        file.write("year,value\n")
        for year in range(1700, 1900):
            level += draw.gauss(0, 3)
            file.write(f"{year},{level:.3f}\n")
    with (folder / "lists.jsonl").open("w") as file:
        for _ in range(60):
            a = [round(draw.gauss(100, 5), 2) for _ in range(draw.randint(1, 6))]
            row = {
                "a": a,
                "b": [[v + 3, -v] for v in a],
                "names": draw.sample(("red", "old", "big"), k=2),
                "vector": [draw.gauss(3, 2), draw.gauss(-100, 9)],
                "roll": [[draw.randint(0, 1), draw.randint(0, 1)]
                         for _ in range(draw.randint(2, 4))],
            }  # fmt: skip
            file.write(json.dumps(row) + "\n")
    sentences = [draw.choices(("ba", "no", "ti"), k=draw.randint(1, 7)) for _ in range(80)]
    (folder / "tags.conll").write_text(
        "\n".join("".join(f"{w} {w[0].upper()}\n" for w in sentence) for sentence in sentences)
    )
    bits = np.random.default_rng(7)
    parts: dict[str, Any] = {
        part: np.array([*bits.integers(0, 2, (count, 9, 5))], dtype=np.uint8)
        for part, count in (("train", 40), ("valid", 8), ("test", 8))
    }
    np.savez(folder / "rolls.npz", **parts)
    (folder / "pictures").mkdir()
    for i in range(24):
        pixels = bits.integers(0, 256, (12, 10), dtype=np.uint8)
        Image.fromarray(pixels).save(folder / "pictures" / f"p{i}.png")
        text = f"{'dark' if pixels.mean() < 128 else 'light'} picture {i % 5}"
        (folder / "pictures" / f"p{i}.txt").write_text(text + "\n")


def digest(data: bytes) -> str:
    """Twelve letters for some bytes."""
    return hashlib.sha256(data).hexdigest()[:12]


NEW = ("quantiles",)
"""Keys that predictions did not have from the start; digests leave them out."""


def _known(said: bytes) -> bytes:
    """JSON lines without what is new."""
    rows = [json.loads(line) for line in said.splitlines()]
    for row in rows:
        for key in NEW:
            row.pop(key, None)
    return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows).encode()


def weights(file: Path) -> str:
    """The digest of all tensors of a file: names, dtypes, shapes and bytes."""
    whole = hashlib.sha256()
    for name, tensor in sorted(load_file(file).items()):
        whole.update(f"{name} {tensor.dtype} {tensor.shape}".encode() + tensor.tobytes())
    return whole.hexdigest()[:12]


def line_of(name: str, folder: Path, source: str) -> str:
    """Train one of the runs, use it by every command, and digest both."""
    environment = {**os.environ, "OMP_NUM_THREADS": "1"}
    if source:
        environment["PYTHONPATH"] = source

    def say(*arguments: str) -> bytes:
        command = [sys.executable, "-W", "ignore", "-c", CODE, *arguments]
        done = subprocess.run(
            command, cwd=folder, env=environment, capture_output=True, check=False
        )
        if done.returncode:
            return f"exit code {done.returncode}: {done.stderr.decode()}".encode()
        return done.stdout

    run = "run-" + "".join(c if c.isalnum() else "-" for c in name)
    data, *options = RUNS[name]
    trained = say("train", data, *options, *COMMON, "--out", run)
    best = folder / run / "best.safetensors"
    if not best.exists():
        return f"{name}: {trained.decode()}"
    found = {"weights": weights(best), "evaluate": digest(say("evaluate", run, "--json"))}
    sampled = ("sample", run, "--seed", "1", "-n", "3", "--max-length", "20")
    found["sample"] = digest(say(*sampled))
    for what, files in (("predict", PREDICTED), ("score", SCORED)):
        if name in files:
            said = say(what, run, files[name], "--json")
            found[what] = (
                digest(_known(said)) if not said.startswith(b"exit") else said.decode().strip()
            )
    return f"{name}: " + ", ".join(f"{key} {value}" for key, value in found.items())


def main() -> int:
    """A line for each run."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("words", nargs="*", help="Only the runs whose name has one of these.")
    parser.add_argument("--source", default="", help="The src folder of another checkout.")
    told = parser.parse_args()
    source = str(Path(told.source).resolve()) if told.source else ""
    with tempfile.TemporaryDirectory() as folder:
        write_data(Path(folder))
        for name in RUNS:
            if not told.words or any(word in name for word in told.words):
                print(line_of(name, Path(folder), source), flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
