"""What is done with a run on another device is what is done with it on the CPU."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

import throughtime as tt
from tests.helpers.commands import Trained
from tests.helpers.elsewhere import elsewhere, moved
from tests.helpers.made_up import MODELS, ROWS, SERIES, VECTORS

ROWS_OF: dict[str, list[Any]] = {"rows.csv": ROWS, "series.jsonl": SERIES, "vectors.jsonl": VECTORS}
WITH_X: dict[str, Callable[[tt.Run, list[Any]], Any]] = {
    "predict": lambda run, rows: [vars(found) for found in run.predict(rows)],
    "score": lambda run, rows: [vars(found) for found in run.score(rows)],
    "hidden states": lambda run, rows: [h.tolist() for h in run.hidden_states(rows)[0]],
    "evaluate": lambda run, _: run.evaluate("test").to_dict(),
    "compare": lambda run, _: [vars(c) for c in run.compare(run.data().splits["test"][:3])],
}


def _rounded(found: Any) -> Any:
    """Numbers of few digits: another way to the same one has other roundings."""
    if isinstance(found, float):
        return float(f"{round(found, 6):.3g}")
    if isinstance(found, dict):
        return {_rounded(k): _rounded(v) for k, v in found.items()}
    return [_rounded(v) for v in found] if isinstance(found, list | tuple) else found


NAMES = ("label", "numbers")


@pytest.mark.filterwarnings("ignore:.*had not ended")
@pytest.mark.parametrize("name", NAMES)
def test_a_run_is_used_there(name: str, trained: Trained) -> None:
    here, there = (tt.load(trained(name)) for _ in range(2))
    with elsewhere():
        moved(there.model)
    rows = ROWS_OF[MODELS[name][0]]
    for use in WITH_X.values():
        expected = use(here, rows[:3])
        with elsewhere():
            found = use(there, rows[:3])
        assert _rounded(found) == _rounded(expected)
