"""Whatever people give is read, or refused in one line; `make fuzz` tries for an hour."""

from random import Random

import pytest
from tests.fuzz.targets import TARGETS, Workplace

EXAMPLES = 12
"""Of each target; always the same."""


@pytest.fixture(scope="module")
def at(tmp_path_factory: pytest.TempPathFactory) -> Workplace:
    return Workplace(tmp_path_factory.mktemp("fuzz"))


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("name", TARGETS)
def test_damaged_input_is_read_or_refused(name: str, at: Workplace) -> None:
    for seed in range(EXAMPLES):
        TARGETS[name](Random(f"{name} {seed}"), at)
