"""Made-up rows with columns, and the models of them that the command line is tested with."""

import random

ROWS = [
    {
        "text": "".join(draw.choices("abc ", k=draw.randint(2, 9))).strip() or "a",
        "kind": draw.choice(("red", "green", "blue")),
        "size": round(draw.gauss(50, 20), 2),
        "price": round(draw.gauss(1000, 300), 1),
        "label": draw.choice(("yes", "no", "maybe")),
    }
    for draw in [random.Random(0)]
    for _ in range(60)
]
"""Made-up rows."""

SERIES = [
    {"a": a, "b": [[v + 3, -v] for v in a]}
    for draw in [random.Random(1)]
    for _ in range(30)
    for a in [[round(draw.gauss(100, 5), 2) for _ in range(draw.randint(1, 6))]]
]
"""Made-up pairs of lists of numbers, which are as long."""

VECTORS = [
    {
        "word": "".join(draw.choices("abc", k=3)),
        "vector": [draw.gauss(3, 2), draw.gauss(-100, 9)],
        "names": draw.sample(("red", "old", "big"), k=2),
        "roll": [[draw.randint(0, 1), draw.randint(0, 1)] for _ in range(draw.randint(2, 4))],
    }
    for draw in [random.Random(3)]
    for _ in range(60)
]
"""Made-up words, each with a vector, with what is true of it, and a piano-roll of two keys."""

SENTENCES = [
    [(word, word[0].upper()) for word in draw.choices(("ba", "no", "ti"), k=draw.randint(1, 5))]
    for draw in [random.Random(2)]
    for _ in range(60)
]
"""Made-up sentences, each word with a tag."""

MODELS = {
    "label": ("rows.csv", "--input", "text:characters", "--target", "label"),
    "number": ("rows.csv", "--input", "text:characters", "--target", "price:number"),
    "mixture": (
        *("rows.csv", "--input", "text:words", "--target", "price:number"),
        *("--output", "mixture:2"),
    ),
    "from columns": ("rows.csv", "--input", "kind:label,size", "--target", "text:characters"),
    "translation": ("rows.csv", "--input", "text:characters", "--target", "label:characters"),
    "predicted": (
        *("rows.csv", "--input", "text:words", "--target", "label:characters"),
        *("--length", "predicted"),
    ),
    "tags": ("tags.conll", "--input", "1", "--target", "2", "--wiring", "output-to-hidden"),
    "numbers": ("series.jsonl", "--input", "a", "--target", "b"),
    "vector": ("vectors.jsonl", "--input", "word:characters", "--target", "vector:vector"),
    "features": ("vectors.jsonl", "--input", "names:features,vector:vector", "--target", "roll"),
    "alone": ("rows.csv", "--target", "text:characters"),
}
"""Runs by what y they give for what x."""
