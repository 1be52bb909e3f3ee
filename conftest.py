"""The options ``--poison`` and ``--thorough``, the tests' type checker, and what every documented
example may use without importing it."""

import gc
import os
from collections import defaultdict
from collections.abc import Iterator
from typing import Any

# a thread with nothing to do sleeps: by default it spins, on a core that another test would use
os.environ.setdefault("OMP_WAIT_POLICY", "passive")

import jaxtyping
import pytest
import torch
from torch import nn

from tests import typechecker

jaxtyping.jaxtyped = typechecker.jaxtyped

torch.set_num_threads(1)  # there is a process of tests for each core; tests of threads say how many


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--poison",
        action="store_true",
        help="Fill all memory that torch leaves uninitialized with NaN, or the largest integer.",
    )
    parser.addoption(
        "--thorough",
        action="store_true",
        help="Every case in every way, and long searches at their full length.",
    )


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Iterator[None]:
    """What is collected stays to the end, and so does all that is imported meanwhile: nobody looks
    for garbage in it, which would take a third of the time now and a second whenever it is done."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.freeze()
        gc.set_threshold(10_000, 20, 20)  # what a compiler makes is no garbage for long either
        gc.enable()


WAYS = ("each_way", "instructions", "ragged")
"""Fixtures and arguments that run a test in several ways, of which results do not depend."""

MANY = 6
"""With more cases than these, each is run in one of the ways, and all ways have many cases."""


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if config.getoption("--thorough"):
        return
    cases: dict[Any, dict[str, list[pytest.Item]]] = defaultdict(lambda: defaultdict(list))
    for item in items:
        spec = getattr(item, "callspec", None)
        for way in WAYS if spec else ():
            if way in spec.params:
                case = spec.id.replace(str(spec.params[way]), "", 1)
                cases[item.path, item.originalname, way][case].append(item)
    left_out = {item for item in items if item.get_closest_marker("thorough")}
    left_out |= {
        item
        for of_test in cases.values()
        if len(of_test) > MANY
        for turn, ways in enumerate(of_test.values())
        for i, item in enumerate(ways)
        if i != turn % len(ways)
    }
    if left_out:
        config.hook.pytest_deselected(items=list(left_out))
        items[:] = [item for item in items if item not in left_out]


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line(
        "markers", "thorough: a case that others cover by default, in its parts; see --thorough"
    )
    typechecker.thorough = config.getoption("--thorough")
    if config.getoption("--poison"):
        # torch fills it only where it is told to be deterministic
        torch.use_deterministic_algorithms(True, warn_only=True)
        assert torch.utils.deterministic.fill_uninitialized_memory
        assert bool(torch.empty(3).isnan().all())
        config.addinivalue_line("filterwarnings", "ignore:.*deterministic:UserWarning")


@pytest.fixture(scope="session")
def thorough(pytestconfig: pytest.Config) -> bool:
    """Whether long searches have their full length."""
    return bool(pytestconfig.getoption("--thorough"))


@pytest.fixture(autouse=True)
def _examples(doctest_namespace: dict[str, Any]) -> None:
    torch.manual_seed(0)
    doctest_namespace.update(torch=torch, nn=nn)


collect_ignore_glob = ["*conftest.py"]
"""They are read all the same; as modules with examples, two would have one name."""
