"""Two small models, trained in about three minutes, and what they are worth.

One sees pictures of characters and says their names (a vector becomes a sequence: wiring 2.4 of
the notes); one makes up names of characters that do not exist. Both train at the same time, on one
thread each. Every number is of characters that training never showed, but for `test-faces`: those
characters were trained on, drawn in faces that were not.
"""

from __future__ import annotations

import multiprocessing
import os
import sys
import time
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import torch

import throughtime as tt
from throughtime.cli.evaluate import shuffled_x
from throughtime.cli.show import text
from throughtime.data import Dataset, Examples, load
from throughtime.evaluation.baselines import NGram
from throughtime.evaluation.likelihood import given, nats_per_symbol
from throughtime.evaluation.metrics import evaluate
from throughtime.report.pictures import draw_all
from throughtime.runs.config import Config
from throughtime.runs.run import Run
from throughtime.training.trainer import Trainer

CAPTIONS = Config(
    dataset="glyphs", hidden_size=256, epochs=12, learning_rate=0.005, weight_decay=0.05, threads=1
)
NAMES = Config(
    dataset="unicode-names", hidden_size=256, epochs=4, learning_rate=0.005, weight_decay=0.01,
    threads=1,
)  # fmt: skip

ORDERS = (2, 4, 5, 6, 8, 10)
FACES = 1_000
"""Of the pictures in other faces, as many are enough to measure."""


def main() -> None:
    """Train both, and print what came out."""
    began = time.perf_counter()
    print(__doc__)
    os.environ["TQDM_DISABLE"] = "1"  # two bars at once would overwrite each other
    processes = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(2, mp_context=processes) as pool:
        paths = list(pool.map(train, (CAPTIONS, NAMES)))
        print("\nMeasuring …")
        for report in pool.map(measure, paths):
            print(report)
    print(f"In all {time.perf_counter() - began:.0f} seconds. What to try next:\n")
    for command in next_steps(*paths):
        print(f"  {command}")


def train(config: Config) -> Path:
    """Train a model in a new folder, and return where it is."""
    data = load(config.dataset)
    run = Run.create(config, data)
    Trainer(run, data, say=lambda line: print(f"{data.name:<13} {line}", flush=True)).fit()
    return run.path


def measure(path: Path) -> str:
    """All there is to say of a trained model, and its pictures in its folder."""
    run = Run.load(path)
    torch.set_num_threads(1)
    torch.manual_seed(0)
    data = load(run.config.dataset)
    lines = captions(run, data) if data.picture_shape else names(run, data)
    pictures = draw_all(run, data)
    return "\n".join([*lines, f"\nPictures: {pictures[0].parent}/"])


def next_steps(captions: Path, names: Path) -> list[str]:
    """Commands that go on from here."""
    return [
        f"throughtime sample {captions} -n 20 --split test-faces",
        f"throughtime evaluate {captions} --shuffled",
        f"throughtime sample {names} --prefix 'CAT ' --temperature 0.7",
        f"echo 'LATIN SMALL LETTER Q WITH HAT' | throughtime score {names} --json",
        f"throughtime train --resume {names} --epochs 12",
        "throughtime train YOUR-FILE --length halt --cell lstm",
        "throughtime datasets",
    ]


def captions(run: Run, data: Dataset) -> list[str]:
    """How well it names pictures, beside models that see none."""
    few = torch.randperm(len(data.splits["test-faces"]))[:FACES]
    parts = {"test": data.splits["test"], "test-faces": data.splits["test-faces"][few]}
    rows = [ngram(order, data, list(parts.values())) for order in ORDERS]
    shuffled = [shuffled_x(run.model, part) for part in parts.values()]
    rows.append(
        [
            "the model, shown another's picture",
            *(nats_per_symbol(run.model, part, 256) for part in shuffled),
        ]
    )
    numbers = [evaluate(run.model, part, vocabulary=data.y_vocabulary) for part in parts.values()]
    rows.append(["the model", *(own[0].value for own in numbers)])
    lines = table("glyphs, nats per character, the end included", list(parts), rows)
    exact, edits = (
        [n.value for own in numbers for n in own if n.name.startswith(name)]
        for name in ("exact", "character")
    )
    lines += table(
        "its most probable name",
        list(parts),
        [
            ["exactly right", *exact],
            ["edits from right, per character", *edits],
        ],
    )
    examples = data.splits["test"][torch.randperm(len(data.splits["test"]))[:12]]
    p, true = given(run.model, examples.x), examples.y
    assert isinstance(p, tt.SequenceDistribution)
    assert isinstance(true, tt.Sequence)
    lines.append("\nCaptions of held-out pictures (true | model):\n")
    for y, guess in zip(true.to_list(), p.mode(max_length=100).to_list(), strict=True):
        said = [text(name, data.y_vocabulary) for name in (y, guess)]
        lines.append(f"  {'✓' if said[0] == said[1] else '✗'} {said[0]} | {said[1]}")
    return lines


def names(run: Run, data: Dataset) -> list[str]:
    """How well it knows which names there are."""
    test, train = data.splits["test"], data.splits["train"]
    assert isinstance(test.y, tt.Sequence)
    assert isinstance(train.y, tt.Sequence)
    rows = [ngram(order, data, [test]) for order in ORDERS]
    numbers = evaluate(run.model, test)
    rows.append(["the model", numbers[0].value])
    lines = table("unicode-names, nats per character, the end included", ["test"], rows)
    share = [y.lengths.bincount(minlength=200) / len(y) for y in (test.y, train.y)]
    lines += table(
        "distance of its lengths (total variation, 0 to 1)",
        ["test"],
        [
            ["the lengths in training", float((share[0] - share[1]).abs().sum()) / 2],
            ["the model's", numbers[-1].value],
        ],
    )
    p = given(run.model, None)
    assert isinstance(p, tt.SequenceDistribution)
    made_up = [text(y, data.y_vocabulary) for y in p.sample((200,), max_length=200).to_list()]
    real = {text(y, data.y_vocabulary) for part in data.splits.values() for y in part.y.to_list()}
    lines.append(
        f"\n{sum(name in real for name in made_up)} of 200 made-up names exist. Some others:\n"
    )
    lines += [f"  {name}" for name in made_up if name not in real][:12]
    return lines


def ngram(order: int, data: Dataset, parts: list[Examples]) -> list[str | float]:
    """Nats per character of an n-gram model of the training part's y."""
    assert data.y_vocabulary is not None
    model = NGram(order, len(data.y_vocabulary), end=True).fit(data.splits["train"].y.to_list())
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
