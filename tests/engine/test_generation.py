"""The engine draws what the loop in Python draws: the same steps, the same choices."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import Tensor

import throughtime as tt
from tests.helpers.header import fields
from throughtime import Edge
from throughtime.distribution import by_engine, by_loop
from throughtime.distribution.process import Process
from throughtime.distribution.sampling import Sampling
from throughtime.distribution.warp import Warp
from throughtime.engine import generation
from throughtime.graph.graph import Graph

pytestmark = pytest.mark.usefixtures("instructions")

CELLS = {
    "tanh": tt.cells.Elman,
    "relu": lambda size: tt.cells.Elman(size, "relu"),
    "GRU": tt.cells.GRU,
    "LSTM": tt.cells.LSTM,
}
FED = Edge.OBSERVED
WIRINGS = {
    "2.2": tt.wirings.OUTPUT_TO_HIDDEN,
    "2.4": tt.wirings.VECTOR_TO_SEQUENCE,
    "2.5": tt.wirings.HIDDEN_AND_OUTPUT_TO_HIDDEN,
    "of itself": tt.Wiring(Edge.HIDDEN, FED, Edge.EMIT),
    "vector alone": tt.Wiring(Edge.VECTOR, Edge.HIDDEN, Edge.EMIT),
}


def made(
    wiring: tt.Wiring, length: tt.lengths.Length, cells: list[tt.cells.Cell], symbols: int = 7
) -> tt.SequenceDistribution:
    """A distribution over five rows, far from uniform."""
    model = tt.RecurrentModel(
        cells,
        wiring,
        tt.outputs.Categorical(symbols),
        None if Edge.INPUT in wiring else length,
        input_size=3 if Edge.INPUT in wiring else None,
        vector_size=2 if Edge.VECTOR in wiring else None,
        initial_state="learned" if Edge.HIDDEN in wiring else "zeros",
    ).double()
    for parameter in model.parameters():
        torch.nn.init.normal_(parameter, std=0.7)
    if Edge.INPUT in wiring:
        p = model(tt.Sequence(torch.randn(5, 9, 3, dtype=torch.float64), [4, 0, 9, 7, 1]))
    elif Edge.VECTOR in wiring:
        p = model(torch.randn(5, 2, dtype=torch.float64))
    else:
        p = model().expand((5,))
    assert isinstance(p, tt.SequenceDistribution)
    return p


@pytest.mark.parametrize("threads", [1, 2, 3])
@pytest.mark.parametrize("layers", [1, 2, 3])
@pytest.mark.parametrize("wiring", WIRINGS)
@pytest.mark.parametrize("cell", CELLS)
@torch.no_grad()
def test_the_most_probable_symbols_one_by_one(
    cell: str, wiring: str, layers: int, threads: int
) -> None:
    torch.set_num_threads(threads)
    sizes = [17, 5, 20][:layers]
    for length in (tt.lengths.Unending(), tt.lengths.PredictedLength(9)):
        p = made(WIRINGS[wiring], length, [CELLS[cell](n) for n in sizes])
        assert by_engine.takes(p.process)
        lengths = torch.tensor([4, 0, 9, 7, 1])
        sampling = Sampling(p.process, Warp(greedy=True), 9, lengths)
        expected, taken, _ = by_loop.draw(sampling)
        actual, counts, cut = by_engine.draw(sampling)
        assert (cut, counts.tolist()) == (0, taken.tolist())
        for row, n in enumerate(lengths.tolist()):
            assert actual[row, :n].tolist() == expected[row, :n].tolist()


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64], ids=str)
def test_random_numbers_are_philox_by_row_and_step(dtype: torch.dtype) -> None:
    """Of eight symbols that are equally probable, the first three bits say which."""
    p = made(WIRINGS["of itself"], tt.lengths.Unending(), [tt.cells.Elman(2)], symbols=8)
    graph = p.graph.to(dtype)
    with torch.no_grad():
        graph.V.zero_()
        graph.c.zero_()
    torch.manual_seed(3)
    seed = int(torch.randint(-(2**63), 2**63 - 1, ()))
    torch.manual_seed(3)
    drawn = _two_rows(graph).sample(max_length=4)
    for row in range(2):
        for step in range(1, 4):
            key = np.array([np.uint64(seed % 2**64), 0], dtype=np.uint64)
            # numpy counts before it draws
            random = np.random.Philox(key=key, counter=np.array([step - 1, row, 0, 0], np.uint64))
            assert int(drawn.values[row, step]) == int(random.random_raw(2)[1]) >> 61


def _two_rows(graph: Graph) -> tt.SequenceDistribution:
    process = Process(graph, tt.gradients.FullBPTT(), 2, graph.initial_state(2))
    return tt.SequenceDistribution(process, torch.Size([2]))


@pytest.mark.parametrize(
    "length", [tt.lengths.Halt(), tt.lengths.EndOfSequence(), tt.lengths.Unending()], ids=repr
)
def test_a_row_is_the_same_whatever_the_other_rows_and_the_threads(
    length: tt.lengths.Length,
) -> None:
    model = tt.RecurrentModel(
        tt.cells.GRU(6), WIRINGS["of itself"], tt.outputs.Categorical(5), length
    )
    drawn = {}
    for threads, rows in ((1, 3), (2, 3), (1, 50), (2, 50), (7, 50)):
        torch.set_num_threads(threads)
        torch.manual_seed(1)
        drawn[threads, rows] = model().sample((rows,), max_length=1000 if length.stops else 30)
    for other in drawn.values():
        for row in range(3):
            assert torch.equal(_values(other, row), _values(drawn[1, 3], row))
    torch.manual_seed(2)
    again = model().sample((50,), max_length=1000 if length.stops else 30)
    assert again.values.shape != drawn[2, 50].values.shape or not torch.equal(
        again.values, drawn[2, 50].values
    )


def _values(y: tt.Sequence, row: int) -> Tensor:
    return y.values[row, : y.lengths[row]]


@pytest.mark.parametrize("wiring", ["2.5", "2.2", "of itself"])
def test_observed_values_stand_where_they_are_kept(wiring: str) -> None:
    torch.manual_seed(0)
    p = made(WIRINGS[wiring], tt.lengths.EndOfSequence(), [tt.cells.LSTM(5)])
    y = tt.Sequence(torch.randint(0, 7, (5, 9)), [4, 0, 9, 7, 1])
    keep = torch.rand(5, 9) < 0.5
    sampling = Sampling(p.process, Warp(greedy=True), 9, y.lengths, y.values, keep)
    actual, taken, _ = by_engine.draw(sampling)
    expected, counts, _ = by_loop.draw(sampling)
    assert torch.equal(taken, counts)
    assert torch.equal(tt.Sequence(actual, taken).values, tt.Sequence(expected, counts).values)
    assert bool((actual == y.values)[keep & y.mask].all())


def test_all_that_top_k_and_top_p_leave_is_drawn_and_nothing_else() -> None:
    p = made(WIRINGS["of itself"], tt.lengths.Unending(), [tt.cells.Elman(2)], symbols=40)
    with torch.no_grad():
        p.graph.V.zero_()
    logits = p.graph.c.detach()
    for warp in (Warp(top_k=1), Warp(top_k=5), Warp(top_p=0.5), Warp(2.0, 7, 0.6), Warp(top_k=40)):
        inside = warp.truncate(logits / warp.temperature)
        p_inside = inside.softmax(-1)
        drawn = p.sample(
            (400,),
            temperature=warp.temperature,
            top_k=warp.top_k,
            top_p=warp.top_p,
            max_length=5,
        ).values.flatten()
        counts = torch.bincount(drawn, minlength=40)
        assert not bool(counts[p_inside == 0].any())
        deviation = (counts - len(drawn) * p_inside) / (len(drawn) * p_inside).sqrt().clamp(min=1)
        assert float(deviation.abs().max()) < 4.5


@pytest.mark.parametrize("length", [tt.lengths.Halt(), tt.lengths.EndOfSequence()], ids=repr)
def test_what_is_not_a_number_is_refused(length: tt.lengths.Length) -> None:
    p = made(WIRINGS["of itself"], length, [tt.cells.GRU(3)])
    with torch.no_grad():
        p.graph.V.fill_(torch.nan)
    with pytest.raises(ValueError, match=r"an o\(t\) of the model is not a number"):
        p.sample()


@pytest.mark.filterwarnings("ignore:.*were cut")
def test_nothing_is_drawn_of_nothing() -> None:
    p = made(WIRINGS["of itself"], tt.lengths.Halt(), [tt.cells.GRU(3)])
    assert p.sample((0,)).lengths.shape == (0, 5)
    assert p.sample(max_length=0).values.shape == (5, 0)
    empty = made(WIRINGS["2.5"], tt.lengths.SameAsInput(), [tt.cells.GRU(3)])
    assert bool((empty.sample((3,)).lengths == torch.tensor([4, 0, 9, 7, 1])).all())


def test_the_fields_are_those_of_the_header() -> None:
    assert tuple(fields("generate.h", "Generation")) == generation.FIELDS
    assert fields("generate.h", "Layer") == ["cell", "sweep"]


def small() -> tt.RecurrentModel:
    wiring = WIRINGS["of itself"]
    return tt.RecurrentModel(
        tt.cells.GRU(8), wiring, tt.outputs.Categorical(6), tt.lengths.EndOfSequence()
    )


@pytest.mark.parametrize("dtype", [torch.uint8, torch.int16, torch.int64], ids=str)
def test_symbols_of_any_dtype_are_fed_back(dtype: torch.dtype) -> None:
    y = tt.Sequence(torch.randint(0, 6, (2, 6)).to(dtype), [3, 4])  # with padding to spare
    forced = tt.forcing.ScheduledSampling(tt.schedules.Constant(0.5))
    assert bool(forced.objective(small()(), y).isfinite().all())


def test_what_lies_elsewhere_or_is_narrower_is_never_read() -> None:
    model = small()
    with torch.autocast("cpu", torch.bfloat16):
        assert bool((model().sample((3,)).lengths >= 0).all())
    state = model().state._replace(fed=None)
    with pytest.raises(RuntimeError, match="dtype"):
        model.double()(state=state).sample((3,))


def test_room_is_made_as_it_is_needed(monkeypatch: pytest.MonkeyPatch) -> None:
    model = small()
    torch.manual_seed(0)
    plenty = model().sample((50,), max_length=2**28)
    monkeypatch.setattr(generation, "ROOM", 2)
    torch.manual_seed(0)
    assert torch.equal(model().sample((50,)).values, plenty.values)
