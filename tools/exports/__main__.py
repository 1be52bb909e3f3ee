"""What torch can make of our modules, as a table: every module, every way to record it.

    python -m tools.exports               # all, into docs/exports.md: about a quarter of an hour
    python -m tools.exports --quick       # one model by the quick ways: is the page right?
    python -m tools.exports LSTM Sequence # rows whose words have all of these

Each program is compared with the module on other rows and, where it can take them, other steps. The
exit status is 1 if one computes something else, or the page says otherwise.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import torch
from tqdm import tqdm

from tools.exports.modules import ROWS, Row
from tools.exports.ways import SAME, SLOW, T_FIXED, WAYS, Differs, tried

PAGE = Path(__file__).parents[2] / "docs" / "exports.md"
QUICK = "`log_prob`, closed loop"

HEAD = f"""# What torch can make of it

A program takes tensors, so a module of a few lines makes of them what a model takes:

```python
class LogProb(torch.nn.Module):
    def __init__(self, model):
        super().__init__()
        self.model = model

    def forward(self, x, y, lengths):
        return self.model(tt.Sequence(x, lengths)).log_prob(tt.Sequence(y, lengths))


B, T = torch.export.Dim("B"), torch.export.Dim("T")
shapes = {{0: B, 1: T}}, {{0: B, 1: T}}, {{0: B}}
program = torch.export.export(LogProb(model).eval(), (x, y, lengths), dynamic_shapes=shapes)
torch.export.save(program, "model.pt2")  # runs where this library is not
torch.onnx.export(program, "model.onnx")
```

What it is recorded with has two rows and two steps or more, as for every dimension that
`torch.export` leaves open; what it then takes has one step or more. A program does not look at
values: lengths must be from 0 to T, and symbols those of the model.

The table is written by `make exports` (`tools/exports`), here with torch
{torch.__version__.split("+")[0]}. Each program was compared with the module that it was recorded
from, on other rows and, where it takes them, on other numbers of steps: ✓ is the same numbers, of
ONNX (run by ONNX Runtime) and AOTInductor with rows and steps left open, or else with *T fixed*. A
number is the reason below the table.
"""


def main(arguments: list[str]) -> int:
    """Try what is asked for; the table of all goes into the page."""
    parser = argparse.ArgumentParser(prog="tools.exports", description=__doc__)
    parser.add_argument("words", nargs="*")
    parser.add_argument("--quick", action="store_true")
    given = parser.parse_args(arguments)
    rows = [r for r in ROWS if all(w in f"{r.what} {r.enters}" for w in given.words)]
    rows = [r for r in rows if r.what == QUICK] if given.quick else rows
    ways = [w for w in WAYS if not (given.quick and w in SLOW)]
    found: dict[tuple[Row, str], str] = {}
    for row, way in tqdm([(r, w) for r in rows for w in ways], disable=None):
        try:
            found[row, way] = tried(row, way)
        except Differs as error:
            print(f"{row.what}, {row.enters}, {way}: {error}")
            return 1
    page = HEAD + "\n" + table(rows, ways, found)
    if rows == ROWS and len(ways) == len(WAYS):
        PAGE.write_text(page)
    print(page)
    said = _cells(PAGE.read_text()) if given.quick else {}
    wrong = [
        f"{PAGE.name} says otherwise of {' | '.join(key)}"
        for key, cell in _cells(page).items()
        if key in said and (cell == SAME) != (said[key] == SAME)
    ]
    print("\n".join(wrong))
    return int(bool(wrong))


def _cells(page: str) -> dict[tuple[str, str, str], str]:
    """What the table of a page says of each row by each way."""
    head, _, *lines = [
        [cell.strip() for cell in line.split("|")[1:-1]]
        for line in page.splitlines()
        if line.startswith("|")
    ]
    return {
        (what, enters, way): cell
        for what, enters, *cells in lines
        for way, cell in zip(head[2:], cells, strict=True)
    }


def table(rows: list[Row], ways: list[str], found: dict[tuple[Row, str], str]) -> str:
    """The table in Markdown, and the reasons below it."""
    reasons: dict[str, int] = {}
    lines = ["| what | enters | " + " | ".join(ways) + " |", "| --- " * (len(ways) + 2) + "|"]
    for row in rows:
        cells = []
        for way in ways:
            why = found[row, way]
            good = why in (SAME, T_FIXED)
            cells.append(why if good else str(reasons.setdefault(why, len(reasons) + 1)))
        lines.append(f"| {row.what} | {row.enters} | " + " | ".join(cells) + " |")
    below = [f"{number}. {reason}" for reason, number in reasons.items()]
    return "\n".join([*lines, "", *below, ""])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
