"""Train two small models in about three minutes, and evaluate them.

One names pictures of characters (from a vector to a sequence: Goodfellow et al. 2016, section
10.2.4); the other invents names of characters that do not exist. Both train at the same time, on
one thread each. All numbers are of characters that are not in training, except for `test-faces`:
these characters are in training, but drawn in other faces.
"""

from __future__ import annotations

import multiprocessing
import os
import sys
import time
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any

import torch

import throughtime as tt

CAPTIONS = {
    "data": "glyphs",
    "hidden_size": 256,
    "epochs": 12,
    "learning_rate": 0.005,
    "weight_decay": 0.05,
    "threads": 1,
}
NAMES = {
    "data": "unicode-names",
    "hidden_size": 256,
    "epochs": 4,
    "learning_rate": 0.005,
    "weight_decay": 0.01,
    "threads": 1,
}

ORDERS = (2, 4, 5, 6, 8, 10)
FACES = 1_000
"""The number of pictures in other faces that are measured."""


def main() -> None:
    """Train and evaluate both models, and print the results."""
    began = time.perf_counter()
    print(__doc__)
    os.environ["TQDM_DISABLE"] = "1"  # two progress bars would overwrite each other
    processes = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(2, mp_context=processes) as pool:
        paths = list(pool.map(train, (CAPTIONS, NAMES)))
        print("\nMeasuring …")
        for report in pool.map(measure, paths):
            print(report)
    print(f"In all {time.perf_counter() - began:.0f} seconds. What to try next:\n")
    for command in next_steps(*paths):
        print(f"  {command}")
    print("\nWhat they have learned, to look at in a browser:\n")
    for path in paths:
        print(f"  {path.absolute() / 'report.html'}")


def train(options: dict[str, Any]) -> Path:
    """Train a model in a new folder, and return its path."""

    def say(line: str) -> None:
        print(f"{options['data']:<13} {line}", flush=True)

    return tt.train(**options, say=say).path


def measure(path: Path) -> str:
    """Evaluate a trained model, and write its report into its folder."""
    run = tt.load(path)
    torch.manual_seed(0)
    data = run.data()
    lines = captions(run, data) if run.schema.picture_shape else names(run, data)
    tt.report.write([run], data=data)
    return "\n".join(lines)


def next_steps(captions: Path, names: Path) -> list[str]:
    """Commands to try next."""
    return [
        f"throughtime sample {captions} -n 20 --split test-faces",
        f"throughtime evaluate {captions} --shuffled",
        f"throughtime sample {names} --prefix 'CAT ' --temperature 0.7",
        f"echo 'LATIN SMALL LETTER Q WITH HAT' | throughtime score {names} --json",
        f"throughtime train --resume {names} --epochs 12",
        "throughtime train YOUR-FILE --length halt --cell lstm",
        "throughtime datasets",
    ]


def captions(run: tt.Run, data: tt.data.Dataset) -> list[str]:
    """Evaluate the model of captions, beside n-gram models that see no pictures."""
    few = torch.randperm(len(data.splits["test-faces"]))[:FACES]
    parts = {"test": data.splits["test"], "test-faces": data.splits["test-faces"][few]}
    rows = [ngram(order, data, list(parts.values())) for order in ORDERS]
    shuffled = [run.evaluate(part, shuffled=True)["-log p"] for part in parts.values()]
    rows.append(["the model, shown another's picture", *shuffled])
    numbers = [run.evaluate(part) for part in parts.values()]
    rows.append(["the model", *(own["-log p"] for own in numbers)])
    lines = table("glyphs, nats per character, the end included", list(parts), rows)
    lines += table(
        "its most probable name",
        list(parts),
        [
            ["exactly right", *(own["exact matches of the most probable y"] for own in numbers)],
            ["edits from right, per character", *(own["character error rate"] for own in numbers)],
        ],
    )
    lines.append("\nCaptions of held-out pictures (true | model):\n")
    chosen = data.splits["test"][torch.randperm(len(data.splits["test"]))[:12]]
    for pair in run.compare(chosen, max_length=100):
        lines.append(f"  {'✓' if pair.true == pair.guess else '✗'} {pair.true} | {pair.guess}")
    return lines


def names(run: tt.Run, data: tt.data.Dataset) -> list[str]:
    """Evaluate the model of names, beside n-gram models."""
    test, train = data.splits["test"], data.splits["train"]
    rows = [ngram(order, data, [test]) for order in ORDERS]
    numbers = run.evaluate(test)
    rows.append(["the model", numbers["-log p"]])
    lines = table("unicode-names, nats per character, the end included", ["test"], rows)
    share = [y.lengths.bincount(minlength=200) / len(y) for y in (test.y, train.y)]
    lines += table(
        "distance of its lengths (total variation, 0 to 1)",
        ["test"],
        [
            ["the lengths in training", float((share[0] - share[1]).abs().sum()) / 2],
            ["the model's", numbers["total variation between their lengths"]],
        ],
    )
    made_up = [drawn.value for drawn in run.sample(200, max_length=200)]
    name = run.schema.y
    real = {name.decode(y) for part in data.splits.values() for y in part.y.to_list()}
    lines.append(
        f"\n{sum(text in real for text in made_up)} of 200 made-up names exist. Some others:\n"
    )
    lines += [f"  {text}" for text in made_up if text not in real][:12]
    return lines


def ngram(order: int, data: tt.data.Dataset, parts: list[tt.data.Examples]) -> list[str | float]:
    """Nats per character of an n-gram model of the training part's y."""
    model = tt.evaluation.NGram(order, data.schema.y.size, end=True)
    model.fit(data.splits["train"].y.to_list())
    values = [model.nats_per_symbol(part.y.to_list()) for part in parts]
    return [f"counting, {order - 1} characters back", *values]


def table(title: str, columns: list[str], rows: list[list[str | float]]) -> list[str]:
    """Lines of numbers under a title."""
    lines = [f"\n{title:<52}" + "".join(f"{column:>12}" for column in columns)]
    for name, *values in rows:
        lines.append(f"  {name:<50}" + "".join(f"{value:>12.3f}" for value in values))
    return lines


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        sys.exit("\nstopped")
