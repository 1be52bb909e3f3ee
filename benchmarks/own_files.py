"""What a person gets from one command each on real data that no package ships.

    python -m benchmarks.own_files DATA [CASE ...] [--seeds 3] [--runs runs/own-files]

DATA is a folder with the data, a folder each (names, tinyshakespeare, music, ...); nothing of it
is kept here but the numbers, in docs/results.md. Data that are no table are made one first,
below. A case that has a result already is not trained again, so a stopped script goes on where it
was; and a case whose data are not there is left out.
"""

from __future__ import annotations

import argparse
import csv
import json
import re
import statistics
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

import torch

import throughtime as tt
from benchmarks.series import sunspots
from throughtime.data import Dataset
from throughtime.distribution import SequenceDistribution
from throughtime.evaluation.likelihood import parts, y_given
from throughtime.evaluation.metrics.bleu import bleu, counts
from throughtime.inference.run import Run
from throughtime.sequence import Sequence

Options = dict[str, Any]
Measure = Callable[[Run, Dataset], float]


@dataclass(frozen=True)
class Case:
    """One command.

    Args:
        file: the file that it is for, below DATA, or that ``prepare`` writes.
        measure: the number that is compared, and what it is.
        floor: what it should beat, as DATA's own description has it.
        published: what others have reached.
        options: of ``throughtime train``.
        prepare: writes ``file`` into a folder, from the folder of the data.
    """

    file: str
    measure: tuple[str, Measure]
    floor: str
    published: str = ""
    options: Options = field(default_factory=dict)
    prepare: Callable[[Path, Path], None] | None = None


def number(name: str, unit: str = "") -> Measure:
    """One of the numbers of ``throughtime evaluate``."""

    def named(run: Run, data: Dataset) -> float:
        found = run.evaluate(data.splits["test"]).numbers
        return next(n.value for n in found if n.name == name and n.unit.startswith(unit))

    return named


def sunspots_error(run: Run, data: Dataset) -> float:
    """The squared error of the one-step mean in the unit of AR(9)'s, of values, not of what the
    model sees of them."""
    return sunspots.measured(run)["error"]


@torch.no_grad()
def frames_after_the_first(run: Run, data: Dataset) -> float:
    """-log p(y(t) | y(1) … y(t-1)) for each t from 2 on, the mean over all frames."""
    total, count = 0.0, 0
    for p, part in parts(run.model.eval(), data.splits["test"], 64):
        assert isinstance(p, SequenceDistribution)
        assert isinstance(part.y, Sequence)
        here = part.y.mask[:, 1:]
        total -= float(p.terms(part.y).values[:, 1:][here].sum())
        count += int(here.sum())
    return total / count


@torch.no_grad()
def bleu_of_hotels(run: Run, data: Dataset) -> float:
    """BLEU with each act's own names put back, of all test sentences for acts of the same slots.

    So it was measured by those who published the data: a sentence for an act of the same slots,
    with this one's names, is a reference too.
    """
    test, names = data.splits["test"], data.schema.y
    assert run.config.test is not None
    rows = [
        json.loads(line) for line in Path(run.config.test).read_text(encoding="utf-8").splitlines()
    ]
    acts = [tuple(sorted(row["act"])) for row in rows]
    same: dict[tuple[str, ...], list[str]] = {}
    for act, row in zip(acts, rows, strict=True):
        same.setdefault(act, []).append(row["sentence"])
    said = [
        names.decode(y)
        for i in range(0, len(test), 256)  # in the order of the file
        for p in [cast(SequenceDistribution, y_given(run.model, test[i : i + 256].x))]
        for y in p.mode(max_length=100).to_list()
    ]
    found = [
        counts(_lexical(s, row), [_lexical(r, row) for r in same[act]])
        for s, act, row in zip(said, acts, rows, strict=True)
    ]
    return float(bleu(torch.tensor(found, dtype=torch.float64).sum(0)))


@torch.no_grad()
def words_right(run: Run, data: Dataset) -> float:
    """The share of test rows whose most probable y, by a beam of four, is the true one."""
    test = data.splits["test"]
    assert isinstance(test.y, Sequence)
    said = [
        y.tolist()
        for i in range(0, len(test), 256)
        for p in [cast(SequenceDistribution, y_given(run.model, test[i : i + 256].x))]
        for y in p.mode(4, max_length=2 * test.y.steps).to_list()
    ]
    true = [y.tolist() for y in test.y.to_list()]
    return sum(map(list.__eq__, said, true)) / len(true)


def _lexical(sentence: str, row: dict[str, Any]) -> str:
    return re.sub(r"SLOT_(\w+)", lambda slot: row["values"].get(slot[1], slot[0]), sentence)


def _surnames(data: Path, to: Path) -> None:
    pairs = {
        (name.strip(), path.stem)
        for path in sorted((data / "names_nationality").glob("*.txt"))
        for name in path.read_text(encoding="utf-8").splitlines()
        if name.strip()
    }
    _table(to / "surnames.csv", ("name", "language"), sorted(pairs))


def _vowels(data: Path, to: Path) -> None:
    for part in ("TRAIN", "TEST"):
        text = (data / "japanese_vowels" / f"JapaneseVowels_{part}.ts").read_text(encoding="utf-8")
        rows = []
        for line in text.split("@data\n")[1].splitlines():
            *channels, speaker = line.split(":")
            series = zip(*(map(float, c.split(",")) for c in channels), strict=True)
            rows.append({"sound": [list(now) for now in series], "speaker": speaker})
        _lines(to / f"vowels-{part.lower()}.jsonl", rows)


def _hotel(data: Path, to: Path) -> None:
    """Names, addresses and the like are called by what they are, in act and sentence alike."""
    for part in ("train", "valid", "test"):
        text = (data / "rnnlg_hotel" / f"hotel.{part}.json").read_text(encoding="utf-8")
        acts = json.loads("\n".join(x for x in text.splitlines() if not x.startswith("#")))
        _lines(to / f"hotel-{part}.jsonl", [_act(act, sentence) for act, sentence, _ in acts])


OPEN = ("name", "address", "phone", "postcode", "area", "price", "pricerange", "count", "near",
        "type")  # fmt: skip
"""Slots with too many values for each to be learned."""


def _act(act: str, sentence: str) -> dict[str, Any]:
    kind, inside = act.removesuffix(")").split("(", 1)
    features, values = [f"act={kind}"], {}
    for slot, _, value in (word.partition("=") for word in inside.split(";") if word):
        value = value.strip("'\"")
        if slot in OPEN and value and re.search(rf"\b{re.escape(value)}\b", sentence):
            sentence = re.sub(rf"\b{re.escape(value)}\b", f"SLOT_{slot}", sentence)
            values[slot], value = value, "given"
        features.append(f"{slot}={value.replace(' ', '_')}")
    return {"act": features, "sentence": sentence, "values": values}


def _phones(data: Path, to: Path) -> None:
    rows = []
    for line in (data / "cmudict" / "cmudict.dict").read_text(encoding="utf-8").splitlines():
        word, *phones = line.split("#")[0].split()
        if "(" not in word:  # the first of several ways to say it
            rows.append((word, " ".join(re.sub(r"\d", "", phone) for phone in phones)))
    _table(to / "phones.csv", ("word", "phones"), rows)


def _table(path: Path, header: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> None:
    with path.open("w", newline="", encoding="utf-8") as out:
        csv.writer(out).writerows([header, *rows])


def _lines(path: Path, rows: list[dict[str, Any]]) -> None:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")


NATS = ("nats per symbol", number("-log p", "nats"))
FRAMES = ("nats per frame, the first not scored", frames_after_the_first)
RIGHT = ("share right", number("accuracy"))
CLOSED = ("share right, closed loop", number("accuracy, closed loop"))
ROLLS, PUBLISHED = "marginal 11.09, Markov 10.49", "RNN 8.91, LSTM 8.45, GRU 8.43, TCN 8.10"
TAGGED, WORDS = "ud_english_ewt/ewt_train.tsv", "most frequent tag .870"
TAGS: Options = {"input": "1", "target": "2", "rare": 2, "test": "ud_english_ewt/ewt_dev.tsv"}
BOTH = "x(t) -> h(t), h(t-1) -> h(t), h(t+1) -> h(t), h(t) -> o(t)"

SCHEDULED = "scheduled:linear:1:0.5:3000"

CASES = {
    "names": Case("names/names.txt", NATS, "trigram 2.228, 4-gram 2.109"),
    "shakespeare": Case(
        "tinyshakespeare/input.txt", NATS, "trigram 2.046, 4-gram 1.777", "", {"format": "running"}
    ),
    **{
        f"chorales, {cell}": Case(
            "music/JSB_Chorales.mat", FRAMES, ROLLS, PUBLISHED, {"cell": cell}
        )
        for cell in ("elman", "gru", "lstm")
    },
    "tags, 2.1": Case(TAGGED, RIGHT, WORDS, "", TAGS),
    "tags, both directions": Case(TAGGED, RIGHT, WORDS, "", {**TAGS, "wiring": BOTH}),
    **{
        f"tags, {number} {forcing}": Case(
            TAGGED, CLOSED, WORDS, "", {**TAGS, "wiring": wiring, "forcing": forcing}
        )
        for number, wiring in (("2.2", "output-to-hidden"), ("2.5", "hidden-and-output-to-hidden"))
        for forcing in ("teacher", "both", SCHEDULED)
    },
    **{
        f"tags, {number} {edge[:-8]}": Case(
            TAGGED, RIGHT, WORDS, "",
            {**TAGS, "wiring": f"x(t) -> h(t), {more}{edge}, h(t) -> o(t)"},
        )
        for number, more in (("2.2", ""), ("2.5", "h(t-1) -> h(t), "))
        for edge in ("E[y(t-1)] -> h(t)", "o(t-1) -> h(t)")
    },
    "surnames": Case("surnames.csv", RIGHT, "", "", {}, _surnames),
    "vowels": Case(
        "vowels-train.jsonl", RIGHT, "Gaussian on mean vectors .932", "",
        {"test": "vowels-test.jsonl", "input": "sound", "target": "speaker:label"}, _vowels,
    ),
    "hotel": Case(
        "hotel-train.jsonl", ("BLEU", bleu_of_hotels),
        "nearest neighbour .771 (as published .675, n-gram .770)", "hLSTM .850",
        {"valid": "hotel-valid.jsonl", "test": "hotel-test.jsonl", "input": "act:features",
         "target": "sentence:words"}, _hotel,
    ),
    "phones": Case(
        "phones.csv", ("words exactly right, beam of 4", words_right), "",
        "LSTM encoder-decoder about .71",
        {"input": "word", "target": "phones:words", "hidden_size": 256, "epochs": 6},
        _phones,
    ),
    "sunspots": Case(
        "series/sunspots_to_1955.csv", ("squared error / 1535", sunspots_error),
        "AR(9) .123, fitted to the years until 1920; .130, fitted to those that ours is trained on",
        "", {"time": "YEAR", "target": "SUNACTIVITY:number", "split": "YEAR:1921"},
    ),
}  # fmt: skip


def run(name: str, data: Path, folder: Path, seed: int) -> dict[str, Any]:
    """The numbers of one case and seed, by training it if it has none yet."""
    case, path = CASES[name], folder / f"{re.sub(r'[^a-z0-9]+', '-', name)}-{seed}"
    result = path / "result.json"
    if result.exists():
        read: dict[str, Any] = json.loads(result.read_text(encoding="utf-8"))
        return read
    here = data
    if case.prepare is not None:
        here = folder / "files"
        here.mkdir(parents=True, exist_ok=True)
        case.prepare(data, here)
    files = {k: str(here / v) for k, v in case.options.items() if k in ("valid", "test")}
    told = {"seed": seed, "threads": 1, **case.options, **files}
    trained = tt.train(here / case.file, out=path, **told)
    results = {
        "value": case.measure[1](trained, trained.data()),
        "parameters": sum(p.numel() for p in trained.model.parameters()),
        "seconds": trained.metrics[-1]["seconds"],
    }
    result.write_text(json.dumps(results, indent=1), encoding="utf-8")
    return results


def document(done: dict[str, list[dict[str, Any]]]) -> Iterator[str]:
    """docs/results.md, line by line."""
    yield "# What one command gives on people's files\n"
    yield (
        "Written by `python -m benchmarks.own_files DATA`. Each row is one `throughtime train "
        "FILE` with the options shown and nothing tuned: weights are chosen on validation and "
        "scored once on test, by one thread of a 2-core machine. With several seeds, the mean and "
        "the standard deviation. Hotel sentences have their names and addresses called by what "
        "they are while a model learns and speaks, and their own for BLEU, which takes all test "
        "sentences for acts of the same slots as references. Sunspots are tested from 1921 on, "
        "each year given all before it; the error is of sunspots, in the variance by which others "
        "have divided it, and AR(9) is fitted by benchmarks/series/sunspots.py to the same split "
        "and measured in the same unit. Seconds are longer where something else was running. What "
        "the defaults are worth, and what was tried where a row falls short, is in "
        "[defaults.md](defaults.md).\n"
    )
    headings = ("data", "options", "measure", "value", "seeds", "to beat", "published",
                "parameters", "seconds")  # fmt: skip
    yield f"| {' | '.join(headings)} |\n|{' --- |' * len(headings)}"
    for name, results in done.items():
        case, values = CASES[name], [result["value"] for result in results]
        spread = f" ± {statistics.stdev(values):.3f}" if len(values) > 1 else ""
        flags = " ".join(f"--{k.replace('_', '-')} {_short(v)}" for k, v in case.options.items())
        seconds = statistics.mean(result["seconds"] for result in results)
        cells = (
            *(name, f"`{flags}`" if flags else "", case.measure[0]),
            *(f"{statistics.mean(values):.3f}{spread}", str(len(values)), case.floor),
            *(case.published, f"{results[0]['parameters']:,}", f"{seconds:.0f}"),
        )
        yield f"| {' | '.join(cells)} |"


def _short(value: Any) -> str:
    text = Path(str(value)).name if "/" in str(value) else str(value)
    return f"'{text}'" if " " in text else text


def main() -> None:
    """Train what is asked for, there, and missing; and write the document of all results."""
    parser = argparse.ArgumentParser(description=__doc__, allow_abbrev=False)
    parser.add_argument("data", type=Path)
    parser.add_argument("cases", nargs="*", metavar="CASE", help=f"of {', '.join(CASES)}")
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--runs", type=Path, default=Path("runs/own-files"))
    parser.add_argument("--out", type=Path, default=Path("docs/results.md"))
    options = parser.parse_args()
    for unknown in sorted(set(options.cases) - set(CASES)):
        parser.error(f"no case {unknown!r}; the cases are {', '.join(CASES)}")
    done: dict[str, list[dict[str, Any]]] = {}
    for name in options.cases or CASES:
        done[name] = [run(name, options.data, options.runs, s) for s in range(options.seeds)]
        print(name, [result["value"] for result in done[name]], flush=True)
    options.out.write_text("\n".join(document(done)) + "\n", encoding="utf-8")
    print(options.out)


if __name__ == "__main__":
    main()
