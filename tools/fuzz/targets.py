"""Everything that reads what people give, each with a way to make wrong what it reads."""

from __future__ import annotations

from tools.fuzz.files import arrays, odd_values, parquet, pictures, text_file
from tools.fuzz.lines import LINES, SCORED, lines_of
from tools.fuzz.runs import commands_on_runs, config, run_folder
from tools.fuzz.tables import labels_of_people, series_of_people
from tools.fuzz.workplace import Target

RUNS = sorted({*LINES, *SCORED})
"""The models that a target has need of."""

TARGETS: dict[str, Target] = {
    "lines": text_file("lines.txt"),
    "running": text_file("long.txt", "running"),
    "csv": text_file("rows.csv"),
    "csv, parts": text_file("parts.csv"),
    "csv, series": text_file("numbers.csv"),
    "tsv": text_file("rows.tsv"),
    "jsonl": text_file("rows.jsonl"),
    "jsonl, odd rows": odd_values("rows.jsonl"),
    "jsonl, odd numbers": odd_values("series.jsonl"),
    "jsonl, odd vectors": odd_values("vectors.jsonl"),
    "parquet": parquet,
    "conll": text_file("tags.conll"),
    "conll, tsv": text_file("tags.tsv"),
    "conllu": text_file("tags.conllu"),
    "arrays": arrays,
    "pictures": pictures,
    "series of people": series_of_people,
    "labels of people": labels_of_people,
    "config": config,
    "run folder": run_folder,
    "commands on runs": commands_on_runs,
    "predict": lines_of("predict", LINES, "--max-length", 5),
    "score": lines_of("score", SCORED),
}
