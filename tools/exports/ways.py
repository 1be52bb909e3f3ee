"""The ways in which torch records a module, each compared with the module itself."""

from __future__ import annotations

import logging
import re
import tempfile
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn
from torch.export import Dim, ExportedProgram, export

from tools.exports.modules import Row

RECORDED, OTHER, LONGER = (4, 2, 1), (4, 1), (6, 1, 3, 2)
"""Lengths of the rows that a program is recorded with, and of others that it then takes."""


SAME, T_FIXED = "✓", "T fixed"
"""The module's own numbers; and those where T is fixed, but the number of rows is not."""


class Differs(Exception):
    """The program computes something else than the module."""


def _exported(row: Row, module: nn.Module, *free: str) -> ExportedProgram:
    batch, time = Dim("B"), Dim("T")
    sizes = {0: batch} if "batch" in free else {}
    steps = {**sizes, 1: time} if "time" in free else sizes
    shapes = tuple(sizes if name == "lengths" else steps for name in row.takes)
    return export(module, row.inputs(*RECORDED), dynamic_shapes=shapes if free else None)


def _same(program: Callable[..., Any], row: Row, module: nn.Module, *lengths: int) -> None:
    given = row.inputs(*lengths)
    torch.manual_seed(1)
    expected = module(*given)
    torch.manual_seed(1)
    found = program(*given)
    found = found if isinstance(found, Tensor) else found[0]
    if found.shape != expected.shape or not torch.allclose(found, expected, rtol=1e-4, atol=1e-5):
        raise Differs("the program computes something else")


def fixed(row: Row, module: nn.Module) -> None:
    """``torch.export``, of one shape."""
    _same(_exported(row, module).module(), row, module, *RECORDED)


def any_batch(row: Row, module: nn.Module) -> None:
    """``torch.export`` with the number of rows left open."""
    _same(_exported(row, module, "batch").module(), row, module, *OTHER)


def any_time(row: Row, module: nn.Module) -> None:
    """``torch.export`` with the number of rows and of steps left open."""
    _same(_exported(row, module, "batch", "time").module(), row, module, *LONGER)


def onnx(row: Row, module: nn.Module) -> str:
    """ONNX, run by ONNX Runtime."""

    def converted(program: ExportedProgram) -> Callable[..., Any]:
        found = torch.onnx.export(program, dynamo=True, verbose=False)
        assert found is not None
        return found

    return _as_open_as_can_be(converted, row, module)


def aot_inductor(row: Row, module: nn.Module) -> str:
    """AOTInductor: compiled to a library."""
    with tempfile.TemporaryDirectory() as folder:

        def built(program: ExportedProgram) -> Callable[..., Any]:
            path = str(Path(folder) / "model.pt2")
            torch._inductor.aoti_compile_and_package(program, package_path=path)
            return torch._inductor.aoti_load_package(path)

        return _as_open_as_can_be(built, row, module)


def _as_open_as_can_be(
    make: Callable[[ExportedProgram], Callable[..., Any]], row: Row, module: nn.Module
) -> str:
    try:
        _same(make(_exported(row, module, "batch", "time")), row, module, *LONGER)
        return SAME
    except Differs:
        raise
    except Exception:  # each way has its own for a T that cannot be left open, and no common one
        torch._dynamo.reset()
        _same(make(_exported(row, module, "batch")), row, module, *OTHER)
        return T_FIXED


def compiled(row: Row, module: nn.Module) -> None:
    """``torch.compile``."""
    _same(torch.compile(module), row, module, *RECORDED)


def one_graph(row: Row, module: nn.Module) -> None:
    """``torch.compile(fullgraph=True)``, with ``torch._dynamo.config.allow_rnn``."""
    with torch._dynamo.config.patch(allow_rnn=True):
        _same(torch.compile(module, fullgraph=True), row, module, *RECORDED)


def traced(row: Row, module: nn.Module) -> None:
    """``torch.jit.trace``."""
    program = torch.jit.trace(module, row.inputs(*RECORDED), check_trace=False)
    _same(program, row, module, *RECORDED)


def scripted(row: Row, module: nn.Module) -> None:
    """``torch.jit.script``."""
    _same(torch.jit.script(module), row, module, *LONGER)


def symbolic(row: Row, module: nn.Module) -> None:
    """``torch.fx.symbolic_trace``."""
    _same(torch.fx.symbolic_trace(module), row, module, *LONGER)


Way = Callable[[Row, nn.Module], str | None]
WAYS: dict[str, Way] = {
    "export": fixed,
    "any batch": any_batch,
    "any batch and time": any_time,
    "ONNX": onnx,
    "AOTInductor": aot_inductor,
    "compile": compiled,
    "one graph": one_graph,
    "trace": traced,
    "script": scripted,
    "fx": symbolic,
}
SLOW = ("ONNX", "AOTInductor", "compile", "one graph")
"""The ways that compile something."""


def tried(row: Row, way: str) -> str:
    """Whether the way gives the module's own numbers, :data:`SAME` or :data:`T_FIXED`, or else why
    it does not, in a sentence.

    Raises:
        Differs: if it gives others.
    """
    torch._dynamo.reset()
    torch.manual_seed(0)
    logging.disable(logging.ERROR)
    with warnings.catch_warnings(), torch.no_grad():
        warnings.simplefilter("ignore")
        try:
            return WAYS[way](row, row.make().eval()) or SAME
        except Differs:
            raise
        except Exception as error:  # whatever torch says is what the table says
            return _sentence(error)


def _sentence(error: BaseException | None) -> str:
    """What we say somewhere in the chain of errors, or else the first line of the last one."""
    chain: list[str] = []
    while error is not None and len(chain) < 10:
        chain.append(str(error).strip())
        error = error.__cause__ or error.__context__
    whole = "\n".join(chain)
    if reason := re.search(r"\(reason: (.*)\)", whole):
        return reason[1]
    for words, meaning in MEANING.items():
        if words in whole:
            return meaning
    first = [said.split("\n")[0] for said in chain]
    ours = [said for said in first if any(word in said for word in OUR_WORDS)]
    return re.sub(r"^(RNN|GRU|LSTM): ", "", (ours or first)[0])[:250]


MEANING = {
    "Constraints violated (T)": "torch's own operator has its number of steps fixed",
    "zeros(): argument 'size'": "torch.nn makes as many rows of h_0 as a value says, no shape",
    "function marked as skipped": "torch.compile does not look into pack_padded_sequence",
    "__cuda_array_interface__": "torch.fx does not look into pack_padded_sequence",
    "JoinedStr": "TorchScript has no such class as tt.Sequence; use torch.export",
}
"""What torch's own messages say here."""

OUR_WORDS = ("cannot be exported", "torch.export", "tt.")
