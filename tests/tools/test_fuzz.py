"""Whatever people give is read, or refused in one line; `make fuzz` tries for an hour."""

from collections.abc import Callable
from functools import partial
from random import Random

import pytest

from throughtime.data import load
from tools.fuzz.harness import finding, read_or_refused
from tools.fuzz.targets import TARGETS
from tools.fuzz.workplace import Workplace

EXAMPLES, FEW = 12, 1
"""Of each target; always the same."""


@pytest.fixture(scope="module")
def at(tmp_path_factory: pytest.TempPathFactory) -> Workplace:
    return Workplace(tmp_path_factory.mktemp("fuzz"))


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("name", TARGETS)
def test_damaged_input_is_read_or_refused(name: str, at: Workplace, thorough: bool) -> None:
    count = EXAMPLES if thorough else FEW
    examples = (partial(TARGETS[name], Random(f"{name} {seed}"), at) for seed in range(count))
    assert [finding(example) for example in examples] == [""] * count


def refuse(reason: str) -> None:
    raise ValueError(reason)


@pytest.mark.parametrize(
    ("use", "found"),
    [
        (lambda: load("digit"), ""),  # refused by the library, in one line
        (lambda: refuse("not by the library"), "ValueError: not by the library"),
        (lambda: dict[str, int]()["key"], "KeyError: 'key'"),
    ],
)
def test_what_is_no_refusal_is_found(use: Callable[[], object], found: str) -> None:
    said = finding(lambda: read_or_refused(use))
    assert said.startswith(found)
    assert bool(said) == bool(found)
