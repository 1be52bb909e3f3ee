"""Lines that commands read from standard input, one of them damaged."""

from __future__ import annotations

import json
from random import Random

from tools.fuzz.damage import damaged, json_lines, odd
from tools.fuzz.harness import command
from tools.fuzz.workplace import Target, Workplace

LINES = {
    "label": b"ab\nc ab\n\xc3\xa9\n" * 5,
    "number": b"ab\nc ab\n" * 5,
    "tags": b"ba no\nti\n" * 5,
    "from columns": json_lines([{"kind": "red", "size": 5}] * 5),
    "numbers": json_lines([{"a": [1, 2.5]}] * 5),
    "features": json_lines([{"names": ["red"], "vector": [1, 2]}] * 5),
    "translation": b"ab\nc ab\n" * 5,
}
"""What ``predict`` reads, by the model that reads it."""

SCORED = {
    "alone": b"ab\nc ab\n" * 5,
    "pairs": b"ab\nc ab\n\xc3\xa9\n" * 5,
    "running": b"to be\nor not\n" * 5,
    "label": json_lines([{"text": "ab", "label": "no"}] * 5),
    "predicted": json_lines([{"text": "ab c", "label": "no"}] * 5),
    "numbers": json_lines([{"a": [1, 2], "b": [[1, 2], [3, 4]]}] * 5),
    "vector": json_lines([{"word": "ab", "vector": [1, 2]}] * 5),
}
"""What ``score`` reads."""


def lines_of(name: str, inputs: dict[str, bytes], *options: object) -> Target:
    """A command that reads standard input."""

    def target(draw: Random, at: Workplace) -> None:
        model = draw.choice(list(inputs))
        whole = inputs[model]
        if whole.startswith(b"{") and draw.random() < 0.6:
            rows = [json.loads(line) for line in whole.splitlines()]
            rows[draw.randrange(len(rows))] = odd(draw, rows[0])
            text = json_lines(rows)
        else:
            text = damaged(draw, whole)
        told = options if model in ("from columns", "translation") else ()
        told = (*told, *draw.choice(((), ("--json",))))
        command(name, at.run(model), *told, stdin=text)

    return target
