"""Train on every embedded data set and write docs/results.md.

    python benchmarks/results.py [--out docs/results.md] [--runs runs/results] [--only digits ...]

Each row is what one ``throughtime train`` with the options shown gives, chosen on validation and
scored once on test. Rows that are there already (a run's folder with its result) are not trained
again, so a stopped script goes on where it was.
"""

from __future__ import annotations

import argparse
import json
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import torch

from throughtime.data import load
from throughtime.training.config import Config
from throughtime.training.metrics import evaluate
from throughtime.training.run import Run
from throughtime.training.trainer import Trainer


@dataclass(frozen=True)
class Row:
    """A model to train: what it is called, the data, and the options that differ from the defaults."""

    name: str
    dataset: str
    options: dict[str, Any] = field(default_factory=dict)
