"""Train on every embedded data set and write docs/results-embedded.md.

    python benchmarks/embedded.py [GROUP ...] [--runs runs/results] [--out docs/results-embedded.md]

A row is what one `throughtime train` with the options shown gives: chosen on validation, scored
once on test. A row whose run has a result already is not trained again, so a stopped script goes
on where it was, and groups can be trained side by side.
"""

from __future__ import annotations

import argparse
import json
import platform
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch

import throughtime as tt
from throughtime.data import Dataset, Examples, load
from throughtime.evaluation.baselines import (
    Autoregression,
    LengthHistogram,
    MostFrequentLabel,
    NGram,
    logistic_accuracy,
)
from throughtime.sequence import Sequence

Options = dict[str, Any]
Result = dict[str, Any]


@dataclass(frozen=True)
class Group:
    """The rows of one data set, the columns of their table, and what to compare them with."""

    asks: str
    common: Options
    rows: dict[str, Options]
    columns: dict[str, tuple[str, str, str]]  # heading: part of the data, number, unit's beginning
    baselines: Callable[[Dataset], Iterator[str]]
    control: bool = False  # also score with the rows' x exchanged


def ngrams(parts: list[str], end: bool) -> Callable[[Dataset], Iterator[str]]:
    """n-grams of y alone, by interpolated Kneser-Ney."""

    def lines(data: Dataset) -> Iterator[str]:
        models = {n: NGram(n, data.schema.y.size, end).fit(_y(data, "train")) for n in range(1, 8)}
        for part in parts:
            floors = (f"{m.nats_per_symbol(_y(data, part)):.3f}" for m in models.values())
            yield f"n-grams of order 1 to 7, {part}, nats per symbol: {', '.join(floors)}"

    return lines


def labels(data: Dataset) -> Iterator[str]:
    """The most frequent label of each symbol."""
    train, test = data.splits["train"], data.splits["test"]
    assert isinstance(train.x, Sequence)
    assert isinstance(train.y, Sequence)
    assert isinstance(test.x, Sequence)
    assert isinstance(test.y, Sequence)
    counted = MostFrequentLabel(data.schema.x[0].size, data.schema.y.size)
    share = counted.fit(train.x, train.y).accuracy(test.x, test.y)
    yield f"the most frequent label of each character, accuracy: {share:.3f}"


def autoregressions(data: Dataset) -> Iterator[str]:
    """Linear functions of the last values."""
    train, test = data.splits["train"].y, data.splits["test"].y
    assert isinstance(train, Sequence)
    assert isinstance(test, Sequence)
    orders = [1, 5, 10, 20, 50]
    floors = (f"{Autoregression(n).fit(train).nats_per_step(test):.3f}" for n in orders)
    yield f"autoregressions of order {orders}, nats per step: {', '.join(floors)}"


def logistic(data: Dataset) -> Iterator[str]:
    """A linear classifier of all pixels."""
    share = logistic_accuracy(data.splits["train"], data.splits["test"])
    yield f"logistic regression of all pixels, accuracy: {share:.3f}"


def histogram(data: Dataset) -> Iterator[str]:
    """n-grams, and how far the lengths of the training part are from those of the test part."""
    yield from ngrams(["test"], end=True)(data)
    train, test = data.splits["train"].y, data.splits["test"].y
    assert isinstance(train, Sequence)
    assert isinstance(test, Sequence)
    nats = LengthHistogram().fit(train.lengths).nats(test.lengths)
    yield f"the histogram of training lengths, nats per sequence: {nats:.3f}"
    size = max(train.steps, test.steps) + 1
    a, b = (y.lengths.bincount(minlength=size) / len(y) for y in (train, test))
    yield f"total variation between training and test lengths: {float((a - b).abs().sum() / 2):.3f}"


NATS = ("test", "-log p", "nats")
LENGTHS = {
    "mean τ of the data": ("test", "mean length of the data", ""),
    "of the model": ("test", "mean length of the model's, up to twice the longest", ""),
    "total variation of τ": ("test", "total variation between their lengths", ""),
}
FORCED = ("test", "accuracy, teacher-forced", "")
CLOSED = ("test", "accuracy, closed loop", "")

GROUPS = {
    "unicode-names": Group(
        "Names as strings, with each way of deciding the length. Nats are per symbol, the end (or "
        "log P(τ)) counted as one symbol for each name.",
        {"hidden_size": 256, "epochs": 6, "learning_rate": 0.005},
        {
            "end-of-sequence": {"length": "end-of-sequence"},
            "halt": {"length": "halt"},
            "predicted": {"length": "predicted:96", "epochs": 12},
        },
        {"nats per symbol": NATS, **LENGTHS},
        histogram,
    ),
    "glyphs": Group(
        "Pictures of characters to their names (2.4). `test`: characters never seen in training; "
        "`test-faces`: characters seen, drawn in typefaces never seen. Exchanged: each row gets "
        "another row's picture.",
        {"hidden_size": 256, "epochs": 16, "learning_rate": 0.005, "weight_decay": 0.05},
        {"sees the picture": {}, "sees nothing": {"wiring": "unconditional"}},
        {
            "nats per symbol, test": NATS,
            "exchanged": ("test, exchanged", "-log p", "nats"),
            "exact, test": ("test", "exact matches of the most probable y", ""),
            "edits per symbol, test": (
                "test",
                "character error rate",
                "",
            ),
            "nats, test-faces": ("test-faces", "-log p", "nats"),
            "faces exchanged": ("test-faces, exchanged", "-log p", "nats"),
            "exact, test-faces": ("test-faces", "exact matches of the most probable y", ""),
        },
        ngrams(["test", "test-faces"], end=True),
        control=True,
    ),
    "python-tokens": Group(
        "Characters of Python source to what kind of token they stand in, by wiring; modules of "
        "the test part are not in training. Teacher-forced: given the true labels so far.",
        {"epochs": 10, "learning_rate": 0.005},
        {
            "2.1": {"wiring": "hidden-to-hidden"},
            "2.1 with h(t+1) → h(t)": {
                "wiring": "x(t) -> h(t), h(t-1) -> h(t), h(t+1) -> h(t), h(t) -> o(t)"
            },
            "2.2, teacher forcing": {"wiring": "output-to-hidden"},
            "2.2, scheduled sampling": {
                "wiring": "output-to-hidden",
                "forcing": "scheduled:linear:1:0:1000",
            },
            "2.5, teacher forcing": {"wiring": "hidden-and-output-to-hidden"},
            "2.5, scheduled sampling": {
                "wiring": "hidden-and-output-to-hidden",
                "forcing": "scheduled:linear:1:0:1000",
            },
        },
        {
            "nats per label": NATS,
            "accuracy, teacher-forced": FORCED,
            "accuracy, closed loop": CLOSED,
        },
        labels,
    ),
    "digits": Group(
        "Pictures of digits, read row by row, to their label (2.3).",
        {"epochs": 15},
        {"elman": {"cell": "elman"}, "gru": {"cell": "gru"}, "lstm": {"cell": "lstm"}},
        {"nats per label": NATS, "accuracy": ("test", "accuracy", "")},
        logistic,
    ),
    "mackey-glass": Group(
        "A chaotic series without noise, one step ahead: what comes next has one mode. A density's "
        "nats can be negative.",
        {
            "hidden_size": 64,
            "batch_size": 8,
            "epochs": 100,
            "patience": 100,
            "learning_rate": 0.01,
        },
        {"normal": {"output": "normal"}, "mixture of 5": {"output": "mixture:5"}},
        {
            "nats per step": NATS,
            "error of the one-step mean, in deviations": ("test", "error of the one-step mean", ""),
        },
        autoregressions,
    ),
    "python-reference": Group(
        "Running English text in parallel streams, truncated at each chunk with the state carried "
        "on; an unending process, so no end is counted.",
        {"hidden_size": 256, "batch_size": 32, "steps": 50},
        {
            "one layer": {"epochs": 4, "learning_rate": 0.005},
            "two layers": {"layers": 2, "dropout": 0.4, "epochs": 5, "learning_rate": 0.003},
        },
        {"nats per character": NATS},
        ngrams(["test"], end=False),
    ),
}


def train(name: str, row: str, folder: Path) -> Result:
    """The numbers of one row, by training it if it has none yet."""
    group, path = GROUPS[name], folder / name / row.replace("/", "-")
    result = path / "result.json"
    if result.exists():
        read: Result = json.loads(result.read_text(encoding="utf-8"))
        return read
    data = load(name)
    run = tt.train(data, out=path, **{"threads": 1, **group.common, **group.rows[row]})
    parts = {part: data.splits[part] for part in data.splits if part.startswith("test")}
    if group.control:
        parts |= {f"{part}, exchanged": _exchanged(split) for part, split in parts.items()}
    measured = {
        "numbers": {
            part: [
                [number.name, number.value, number.unit] for number in run.evaluate(split).numbers
            ]
            for part, split in parts.items()
        },
        "parameters": sum(p.numel() for p in run.model.parameters()),
        "seconds": run.metrics[-1]["seconds"],
        "seed": run.config.seed,
    }
    result.write_text(json.dumps(measured, indent=1), encoding="utf-8")
    return measured


def document(done: dict[str, dict[str, Result]]) -> Iterator[str]:
    """docs/results-embedded.md, line by line."""
    yield "# Wirings, lengths and outputs on embedded data\n"
    yield (
        "Written by `make results` (`benchmarks/embedded.py`). Every row is one `throughtime "
        "train` with the options shown, one thread of a 2-core machine, one seed; weights are "
        "chosen on validation and scored once on the held-out part. Lower is better for nats "
        "(natural logarithm, -log p), higher for accuracy.\n"
    )
    yield f"torch {torch.__version__.split('+')[0]}, Python {platform.python_version()}.\n"
    for name, results in done.items():
        group, data = GROUPS[name], load(name)
        yield f"## {name}\n\n{group.asks}\n"
        yield f"`throughtime train {name}{_flags(group.common)}` and:\n"
        headings = ["model", "options", *group.columns, "parameters", "seconds", "seed"]
        yield f"| {' | '.join(headings)} |\n|{' --- |' * len(headings)}"
        for row, result in results.items():
            cells = [_number(result, *wanted) for wanted in group.columns.values()]
            options = f"`{flags}`" if (flags := _flags(group.rows[row]).strip()) else ""
            rest = [f"{result['parameters']:,}", f"{result['seconds']:.0f}", str(result["seed"])]
            yield f"| {' | '.join([row, options, *cells, *rest])} |"
        yield "\nBaselines on the same part:\n"
        yield from (f"- {line}" for line in group.baselines(data))
        yield ""


def _number(result: Result, part: str, name: str, unit: str) -> str:
    for other, value, measured in result["numbers"].get(part, []):
        # where no label enters the recurrence, there is one accuracy
        if other in (name, "accuracy") and name.startswith(other) and measured.startswith(unit):
            return (
                f"{value:.2f}" if "length" in name and "variation" not in name else f"{value:.3f}"
            )
    return ""


def _flags(options: Options) -> str:
    def quoted(value: Any) -> str:
        return f"'{value}'" if " " in str(value) else str(value)

    return "".join(f" --{k.replace('_', '-')} {quoted(v)}" for k, v in options.items())


def _exchanged(examples: Examples) -> Examples:
    """Every row's y with another row's x."""
    assert isinstance(examples.x, torch.Tensor)
    return Examples(examples.x.roll(1, 0), examples.y)


def _y(data: Dataset, part: str) -> list[torch.Tensor]:
    y = data.splits[part].y
    assert isinstance(y, Sequence)
    return y.to_list()


def main() -> None:
    """Train what is asked for and missing, and write the document of it."""
    parser = argparse.ArgumentParser(description="Train on every embedded data set.")
    parser.add_argument("groups", nargs="*", metavar="GROUP", help=f"of {', '.join(GROUPS)}")
    parser.add_argument("--runs", type=Path, default=Path("runs/results"))
    parser.add_argument("--out", type=Path, default=Path("docs/results-embedded.md"))
    options = parser.parse_args()
    for unknown in sorted(set(options.groups) - set(GROUPS)):
        parser.error(f"no group {unknown!r}; the groups are {', '.join(GROUPS)}")
    done = {
        name: {row: train(name, row, options.runs) for row in GROUPS[name].rows}
        for name in options.groups or GROUPS
    }
    options.out.write_text("\n".join(document(done)).rstrip() + "\n", encoding="utf-8")
    print(options.out)


if __name__ == "__main__":
    main()
