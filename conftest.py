"""The option ``--poison``, and what every documented example may use without importing it."""

from typing import Any

import pytest
import torch
from torch import nn


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--poison",
        action="store_true",
        help="Fill all memory that torch leaves uninitialized with NaN, or the largest integer.",
    )


def pytest_configure(config: pytest.Config) -> None:
    if config.getoption("--poison"):
        # torch fills it only where it is told to be deterministic
        torch.use_deterministic_algorithms(True, warn_only=True)
        assert torch.utils.deterministic.fill_uninitialized_memory
        assert bool(torch.empty(3).isnan().all())
        config.addinivalue_line("filterwarnings", "ignore:.*deterministic:UserWarning")


@pytest.fixture(autouse=True)
def _examples(doctest_namespace: dict[str, Any]) -> None:
    torch.manual_seed(0)
    doctest_namespace.update(torch=torch, nn=nn)


collect_ignore_glob = ["*conftest.py"]
"""They are read all the same; as modules with examples, two would have one name."""
