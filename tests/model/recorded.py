"""What torch exports or compiles of a model and of ``tt.nn``: programs of torch's own operations,
with T and the number of rows left open; and draws that are the same, compiled or not.

torch traces all steps three times more where weights are learned, so most models are frozen.

``test_recorded.py`` runs these tests, by themselves and without the type checker of all others,
whose wrappers no compiler can look into.
"""

from __future__ import annotations

import subprocess
import sys
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor, nn
from torch.export import Dim, ExportedProgram, export
from torch.nn.utils.rnn import pack_padded_sequence

import throughtime as tt
from tests.helpers.models import WIRINGS, Problem, make, problem
from throughtime.lengths import Halt, Length, PredictedLength, Unending
from throughtime.outputs import Bernoulli, Categorical, Mixture, Normal, Output

pytestmark = pytest.mark.filterwarnings("ignore")
"""torch warns of its own doings while it records."""

B, T = Dim("B"), Dim("T")
MANY = (6, 3, 0, 1, 2)
"""More rows, and more steps, than those that a program is recorded with."""


class LogProb(nn.Module):
    """log p(y given x) of tensors, as an exported program takes them."""

    def __init__(self, model: tt.RecurrentModel) -> None:
        super().__init__()
        self.model = model

    def forward(
        self, y: Tensor, lengths: Tensor, x: Tensor | None = None, vector: Tensor | None = None
    ) -> Tensor:
        return Problem(x, lengths, vector, y).log_prob(self.model)


def tensors(model: tt.RecurrentModel, *lengths: tuple[int, ...]) -> dict[str, Tensor]:
    given = problem(model, *lengths)._asdict()
    return {name: v.detach() for name, v in given.items() if v is not None}


def exported(model: tt.RecurrentModel, **options: Any) -> ExportedProgram:
    given, rows, steps = tensors(model), {0: B}, {0: B, 1: T}
    y = rows if model.wiring.emits_last else steps
    shapes = {name: {"x": steps, "y": y}.get(name, rows) for name in given}
    return export(LogProb(model), (), kwargs=given, dynamic_shapes=shapes, **options)


def operators(program: ExportedProgram) -> set[str]:
    """The namespaces of all operators in a program, those of its steps too."""
    graphs = [m.graph for m in program.graph_module.modules() if hasattr(m, "graph")]
    calls = [n.target for g in graphs for n in g.nodes if n.op == "call_function"]
    return {t.namespace for t in calls if hasattr(t, "namespace")}


CASES: list[tuple[str, str, Output, Length | None]] = [
    ("tanh", "hidden-to-hidden", Categorical(3), None),
    ("LSTM", "output-to-hidden", Normal(2), None),
    ("GRU", "sequence-to-vector", Categorical(3), None),
    ("LSTM", "vector-to-sequence", Categorical(3), None),
    ("GRU", "vector-to-sequence", Bernoulli(2), Halt()),
    ("relu", "vector-to-sequence", Mixture(2, 2), PredictedLength(8)),
    ("GRU", "generator", Categorical(3), Unending()),
    ("own", "hidden-and-output-to-hidden", Categorical(3), None),
    ("LSTM", "bidirectional", Normal(1), None),
    ("GRU", "expected and hidden", Categorical(3), None),
]
"""Every cell, kind of edge, output and length at least once."""


MOST = [
    pytest.param(*case, marks=[pytest.mark.thorough] if number in (0, 3, 6) else [])
    for number, case in enumerate(CASES)
]
"""These have little that no other has: they are tested if all is."""

LEARNS = ("sequence-to-vector",)
"""Wirings of models whose weights are learned; the others' only if all is tested. One that is
learned backward is exported below, with each gradient."""

SHARED = CASES[7]
"""The program of this one, of a cell of one's own, is compared, saved and converted."""


@cache
def shared() -> tuple[tt.RecurrentModel, ExportedProgram]:
    torch.manual_seed(0)
    cell, wiring, output, length = SHARED
    model = make(cell, WIRINGS[wiring], output, length).eval().requires_grad_(False)
    return model, exported(model)


@pytest.mark.parametrize(("cell", "wiring", "output", "length"), MOST)
def test_a_probability_is_a_program_of_torchs_own_operations_for_any_batch_and_time(
    cell: str, wiring: str, output: Output, length: Length | None, thorough: bool
) -> None:
    if (cell, wiring) == SHARED[:2] and not thorough:
        model, program = shared()
    else:
        torch.manual_seed(0)
        model = make(cell, WIRINGS[wiring], output, length).eval()
        model.requires_grad_(thorough or wiring in LEARNS)
        program = exported(model)
    assert operators(program) <= {"aten", "higher_order"}
    given = tensors(model, MANY)
    torch.testing.assert_close(program.module()(**given), LogProb(model)(**given))


@pytest.mark.parametrize(
    "gradient",
    [
        pytest.param(tt.gradients.Autograd(), marks=pytest.mark.thorough),
        tt.gradients.TruncatedBPTT(2),
        pytest.param(tt.gradients.CheckpointedBPTT(), marks=pytest.mark.thorough),
    ],
    ids=repr,
)
def test_a_program_does_not_depend_on_how_its_model_is_differentiated(
    gradient: tt.gradients.Gradient,
) -> None:
    model = make("tanh", WIRINGS["backward only"], gradient=gradient)
    given = tensors(model, MANY)
    torch.testing.assert_close(exported(model).module()(**given), LogProb(model)(**given))


@pytest.mark.thorough
def test_a_program_does_not_depend_on_those_recorded_before() -> None:
    model = make("tanh", WIRINGS["hidden-to-hidden"]).requires_grad_(False)
    given = tensors(model)
    export(LogProb(model), (), kwargs=given)  # every size fixed
    rows = {name: {0: B} for name in given}
    export(LogProb(model), (), kwargs=given, dynamic_shapes=rows)
    longer = tensors(model, MANY)
    torch.testing.assert_close(exported(model).module()(**longer), LogProb(model)(**longer))


def test_a_truncated_gradient_is_exported_where_time_is_fixed() -> None:
    model = make("tanh", WIRINGS["hidden-to-hidden"], gradient=tt.gradients.TruncatedBPTT(2))
    given = tensors(model)
    found = []
    for way in (LogProb(model), export(LogProb(model), (), kwargs=given).module()):
        way(**given).sum().backward()
        found.append([p.grad.clone() for p in way.parameters() if p.grad is not None])
        way.zero_grad()
    torch.testing.assert_close(*found)


@pytest.mark.thorough
def test_strict_mode_records_the_same() -> None:
    model = make("GRU", WIRINGS["vector and input"]).requires_grad_(False)
    given = tensors(model, MANY)
    program = exported(model, strict=True)
    torch.testing.assert_close(program.module()(**given), LogProb(model)(**given))


def test_a_saved_program_runs_where_this_library_is_not(tmp_path: Path) -> None:
    model, program = shared()
    given = tensors(model, MANY)
    torch.export.save(program, tmp_path / "model.pt2")
    torch.save((given, LogProb(model)(**given).detach()), tmp_path / "expected.pt")
    alone = (
        "import sys, torch; sys.modules['throughtime'] = None; folder = sys.argv[1]; "
        "given, expected = torch.load(folder + '/expected.pt'); "
        "program = torch.export.load(folder + '/model.pt2').module(); "
        "torch.testing.assert_close(program(**given).detach(), expected)"
    )
    subprocess.run([sys.executable, "-c", alone, str(tmp_path)], check=True, cwd=tmp_path)


@pytest.mark.parametrize("case", [pytest.param(3, marks=pytest.mark.thorough), 7])
def test_onnx_runtime_computes_the_same(case: int) -> None:
    pytest.importorskip("onnxruntime")
    pytest.importorskip("onnxscript")
    if CASES[case] is SHARED:
        model, recorded = shared()
    else:
        cell, wiring, output, length = CASES[case]
        model = make(cell, WIRINGS[wiring], output, length).eval().requires_grad_(False)
        recorded = exported(model)
    program = torch.onnx.export(recorded, dynamo=True, verbose=False)
    assert program is not None
    given = tensors(model, MANY)
    torch.testing.assert_close(program(**given)[0], LogProb(model)(**given).detach())


def test_what_draws_cannot_be_exported() -> None:
    class Draws(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.model = make("GRU", WIRINGS["hidden-to-hidden"])

        def forward(self, x: Tensor) -> Tensor:
            return self.model(tt.Sequence(x)).sample().values

    with pytest.raises(RuntimeError, match=r"sample\(\) cannot be exported: .* export log_prob"):
        export(Draws(), (torch.randn(2, 3, 2).double(),))


# ---- tt.nn ---------------------------------------------------------------------------------------


class Ragged(nn.Module):
    """A module of ``tt.nn`` on a ragged batch, as tensors."""

    def __init__(self, module: nn.Module) -> None:
        super().__init__()
        self.module = module

    def forward(self, x: Tensor, lengths: Tensor) -> tuple[Tensor, Tensor]:
        h, end = self.module(tt.Sequence(x, lengths))
        return h.values, end if isinstance(end, Tensor) else torch.cat(end)


def module(kind: str, **options: Any) -> nn.Module:
    return getattr(tt.nn, kind)(2, 3, bidirectional=True, **options).eval().requires_grad_(False)


def test_modules_on_sequences_leave_batch_and_time_open() -> None:
    ragged, lengths = Ragged(module("LSTM")), torch.tensor(MANY)
    given = (torch.randn(4, 5, 2), torch.tensor([5, 1, 2, 0]))
    program = export(ragged, given, dynamic_shapes=({0: B, 1: T}, {0: B}))
    assert operators(program) <= {"aten", "higher_order"}
    x = torch.randn(len(MANY), max(MANY), 2)
    torch.testing.assert_close(program.module()(x, lengths), ragged(x, lengths))


@pytest.mark.parametrize("batch_first", [pytest.param(False, marks=pytest.mark.thorough), True])
def test_modules_on_tensors_are_torchs_operator_or_leave_time_open(batch_first: bool) -> None:
    lstm, x = module("LSTM", batch_first=batch_first), torch.randn(4, 5, 2)
    row, step = (0, 1) if batch_first else (1, 0)
    fixed = export(lstm, (x,), dynamic_shapes=({row: B},))
    assert "aten.lstm.input" in str(fixed.graph)
    free = export(lstm, (x,), dynamic_shapes=({row: B, step: T},))
    longer = torch.randn(7, 6, 2)
    torch.testing.assert_close(free.module()(longer)[0], lstm(longer)[0])


def test_a_packed_sequence_is_refused_in_one_line() -> None:
    class Packs(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.gru = module("GRU")

        def forward(self, x: Tensor, lengths: Tensor) -> Tensor:
            return self.gru(pack_padded_sequence(x, lengths))[1]

    with pytest.raises(
        ValueError, match=r"GRU: a PackedSequence cannot be exported, .* tt.Sequence"
    ):
        export(Packs(), (torch.randn(4, 2, 2), torch.tensor([4, 2])))


# ---- draws ---------------------------------------------------------------------------------------

DRAWS = [
    ("GRU", "vector-to-sequence", Categorical(3), None),  # by the engine
    ("own", "vector-to-sequence", Normal(1), PredictedLength(5)),  # by a loop
    ("tanh", "hidden-to-hidden", Bernoulli(2), None),  # all steps at once
]


@pytest.mark.parametrize(("cell", "wiring", "output", "length"), DRAWS)
def test_the_same_seed_gives_the_same_draws_compiled_or_not(
    cell: str, wiring: str, output: Output, length: Length | None
) -> None:
    model = make(cell, WIRINGS[wiring], output, length).eval()

    def draw(v: Tensor) -> tuple[Tensor, Tensor]:
        x = v if wiring == "vector-to-sequence" else tt.Sequence(v[:, None].expand(4, 5, 2))
        y = model(x).sample((3,))
        return 2 * y.values, y.lengths + 1

    v, draws = torch.randn(4, 2, dtype=torch.float64), []
    for way in (draw, torch.compile(draw, backend="eager")):
        torch.manual_seed(3)
        draws.append(way(v))
    assert all(map(torch.equal, *draws))


def test_one_sentence_says_why_a_draw_is_no_part_of_one_graph() -> None:
    model = make("GRU", WIRINGS["generator"]).eval()
    with pytest.raises(Exception, match="sequences end where their own values end them"):
        torch.compile(lambda: model().sample().values, backend="eager", fullgraph=True)()
