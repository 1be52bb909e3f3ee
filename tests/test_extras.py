"""The base install does without the extras, and what misses one of them says which."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from throughtime.extras import EXTRAS, MissingPackage, needed_for

PROJECT = tomllib.loads((Path(__file__).parents[1] / "pyproject.toml").read_text())["project"]

MODULES = {m: extra for extra in reversed(EXTRAS) for m in EXTRAS[extra]}  # the first that has it

WITHOUT = f"import sys; sys.modules.update(dict.fromkeys({sorted(MODULES)})); "
"""A Python that has none of them."""


@pytest.mark.parametrize("extra", EXTRAS)
def test_the_extras_are_those_of_the_metadata(extra: str) -> None:
    listed = PROJECT["optional-dependencies"][extra]
    assert sorted(EXTRAS[extra].values()) == [re.split(r"[\[<>=]", line)[0] for line in listed]


@pytest.mark.parametrize("module", MODULES)
def test_a_missing_package_is_named_with_its_extra(module: str) -> None:
    expected = rf"^a task needs .+: pip install 'throughtime\[{MODULES[module]}\]'$"
    with pytest.raises(MissingPackage, match=expected), needed_for("a task"):
        raise ModuleNotFoundError(name=f"{module}.part")


def test_any_other_missing_module_stays_what_it_is() -> None:
    with pytest.raises(ModuleNotFoundError, match="a typing error"), needed_for("a task"):
        raise ModuleNotFoundError("a typing error", name="throughtime.dtaa")


CORE = """
import torch
import throughtime as tt
for name in set(tt.__all__) - {"Run", "data", "evaluation", "load", "report", "sweep", "train"}:
    getattr(tt, name)
model = tt.RecurrentModel(tt.cells.GRU(4), tt.wirings.HIDDEN_TO_HIDDEN, tt.outputs.Categorical(3),
                          input_size=2)
p = model(tt.Sequence(torch.randn(2, 5, 2)))
y = p.sample()
(-p.log_prob(y).mean()).backward()
print(all(v.grad is not None for v in model.parameters()), tuple(y.values.shape))
"""


def test_the_core_trains_and_samples_without_extras() -> None:
    done = subprocess.run(
        [sys.executable, "-c", WITHOUT + CORE], capture_output=True, text=True, check=False
    )
    assert (done.stdout, done.stderr) == ("True (2, 5)\n", "")


def test_the_command_line_without_extras_says_which_it_needs() -> None:
    code = WITHOUT + "from throughtime.__main__ import main; main()"
    done = subprocess.run(
        [sys.executable, "-c", code, "train", "unicode-names"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2
    assert re.fullmatch(
        r"Error: the command line needs \S+, which is not installed: "
        r"pip install 'throughtime\[\w+\]'\n",
        done.stderr,
    )
