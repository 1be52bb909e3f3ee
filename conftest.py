"""What every documented example may use without importing it."""

from typing import Any

import pytest
import torch
from torch import nn


@pytest.fixture(autouse=True)
def _examples(doctest_namespace: dict[str, Any]) -> None:
    torch.manual_seed(0)
    doctest_namespace.update(torch=torch, nn=nn)


collect_ignore_glob = ["*conftest.py"]
"""They are read all the same; as modules with examples, two would have one name."""
