"""A step that the engine has prepared is the step of the graph, and so are draws by it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import torch
from torch import Tensor
from torch.nn.utils import parametrizations

import throughtime as tt
from throughtime import Edge, engine
from throughtime.cells.cell import Cell
from throughtime.distribution.stepper import prepared_step
from throughtime.engine import library
from throughtime.graph.prepared import PreparedStep, has_step
from throughtime.outputs.output import Output

ROWS, STEPS = 100, 6

CELLS = {
    "tanh": tt.cells.Elman,
    "relu": lambda size: tt.cells.Elman(size, "relu"),
    "GRU": tt.cells.GRU,
    "LSTM": tt.cells.LSTM,
}
DRAWN = tt.Wiring(Edge.INPUT, Edge.VECTOR, Edge.HIDDEN, Edge.OBSERVED, Edge.EMIT)
EXPECTED = tt.Wiring(Edge.INPUT, Edge.HIDDEN, Edge.EXPECTED, Edge.EMIT)
ITSELF = tt.Wiring(Edge.INPUT, Edge.OUTPUT, Edge.EMIT)


@pytest.fixture(params=[1, 2])
def threads(request: pytest.FixtureRequest) -> Iterator[int]:
    """So many threads of torch."""
    before = torch.get_num_threads()
    torch.set_num_threads(request.param)
    yield request.param
    torch.set_num_threads(before)


@pytest.fixture(autouse=True)
def two_threads_for_any_work(monkeypatch: pytest.MonkeyPatch) -> None:
    if library.loaded() is None:
        pytest.skip("no engine is built here")
    monkeypatch.setattr(library, "ENOUGH", 0)


def model_of(
    cells: list[Cell],
    wiring: tt.Wiring,
    output: Output,
    length: tt.lengths.Length | None = None,
    *,
    input_size: int = 3,
) -> tt.RecurrentModel:
    model = tt.RecurrentModel(
        cells,
        wiring,
        output,
        length,
        input_size=input_size if Edge.INPUT in wiring else None,
        vector_size=2 if Edge.VECTOR in wiring else None,
    ).double()
    for parameter in model.parameters():
        torch.nn.init.normal_(parameter, std=0.3)
    return model.eval()


def of_rows(model: tt.RecurrentModel, *, symbols: bool = False) -> tt.SequenceDistribution:
    """The distributions of rows of several lengths; counts with scales that are far apart."""
    x = torch.randint(0, 3, (ROWS, STEPS)) if symbols else torch.randn(ROWS, STEPS, 3).double()
    given = tt.Sequence(x, torch.arange(ROWS) % (STEPS + 1)) if Edge.INPUT in model.wiring else None
    vector = torch.randn(ROWS, 2).double() if Edge.VECTOR in model.wiring else None
    counts = model.output is not None and model.output.counts
    scale = torch.logspace(-1, 3, ROWS).double()[:, None] if counts else None
    p = model(given, vector, scale=scale)
    assert isinstance(p, tt.SequenceDistribution)
    return p


def both(p: tt.SequenceDistribution, draws: int = 1) -> tuple[tt.Sequence, tt.Sequence]:
    """The same seed's draws by the engine's steps, and by torch's."""
    assert prepared_step(p.process) is not None
    torch.manual_seed(0)
    ours = p.sample((draws,), max_length=STEPS)
    with engine.use(None):
        assert prepared_step(p.process) is None
        torch.manual_seed(0)
        return ours, p.sample((draws,), max_length=STEPS)


def assert_same(ours: tt.Sequence, theirs: tt.Sequence) -> None:
    assert torch.equal(ours.lengths, theirs.lengths)
    assert float(ours.values.std()) > 0
    torch.testing.assert_close(
        ours.values * ours.mask[..., None], theirs.values * theirs.mask[..., None]
    )


@pytest.mark.usefixtures("threads")
@pytest.mark.parametrize("cell", CELLS)
def test_draws_of_a_seed_are_those_of_the_steps_in_torch(cell: str) -> None:
    torch.manual_seed(1)
    two = [CELLS[cell](20), CELLS[cell](7)]
    assert_same(*both(of_rows(model_of(two, DRAWN, tt.outputs.NegativeBinomial())), draws=2))
    for wiring in (EXPECTED, ITSELF):
        assert_same(*both(of_rows(model_of([CELLS[cell](9)], wiring, tt.outputs.Normal(2)))))


@pytest.mark.parametrize(
    "length",
    [tt.lengths.Halt(), tt.lengths.PredictedLength(STEPS), tt.lengths.Unending()],
    ids=repr,
)
@pytest.mark.filterwarnings("ignore:.*were cut")
def test_of_every_way_to_end(length: tt.lengths.Length) -> None:
    wiring = tt.Wiring(Edge.VECTOR, Edge.HIDDEN, Edge.OBSERVED, Edge.EMIT)
    model = model_of([tt.cells.GRU(5)], wiring, tt.outputs.Bernoulli(3), length)
    assert_same(*both(of_rows(model)))


def test_draws_of_a_row_that_go_on_from_steps_of_their_own() -> None:
    """Each draw has taken so many steps of x that the next one is another for each."""
    p = of_rows(model_of([tt.cells.GRU(5)], DRAWN, tt.outputs.Normal())).expand((2, ROWS))
    taken = torch.arange(ROWS) % (STEPS + 1)
    lengths = torch.stack([taken // 2, taken // 3])
    _, rest = p.observe(tt.Sequence(torch.randn(2, ROWS, STEPS, 1).double(), lengths))
    assert_same(*both(rest))
    assert_same(*both(rest, draws=2))


@torch.no_grad()
def test_inputs_that_are_symbols_pick_their_columns() -> None:
    model = model_of([tt.cells.LSTM(5)], DRAWN, tt.outputs.StudentT())
    assert_same(*both(of_rows(model, symbols=True)))
    step, state = (
        PreparedStep(model.graph),
        model.graph.initial_state(2, torch.zeros(2, 2).double()),
    )
    with pytest.raises(IndexError, match="a symbol is not below 3"):
        step.step(state, torch.tensor([0, 3]))


def test_beams_of_the_engines_steps_are_those_of_torchs() -> None:
    """The number of rows is another one from the second step on."""
    wiring = tt.Wiring(Edge.VECTOR, Edge.HIDDEN, Edge.OBSERVED, Edge.EMIT)
    model = model_of([tt.cells.GRU(5)], wiring, tt.outputs.Categorical(4), tt.lengths.Halt())
    p = model(torch.randn(ROWS, 2).double())
    assert isinstance(p, tt.SequenceDistribution)
    ours, scores = p.modes(5, max_length=STEPS)
    with engine.use(None):
        theirs, of_theirs = p.modes(5, max_length=STEPS)
    assert torch.equal(ours.values, theirs.values)
    torch.testing.assert_close(scores, of_theirs)


def test_what_the_engine_lacks_takes_its_steps_in_torch() -> None:
    def there(model: tt.RecurrentModel, *given: Tensor) -> bool:
        return has_step(model.graph, given)

    normal = tt.outputs.Normal()
    assert there(model_of([tt.cells.GRU(4)], EXPECTED, normal))
    assert not there(model_of([tt.cells.GRU(4)], EXPECTED, normal), torch.zeros(1))
    assert not there(model_of([tt.cells.GRU(4), tt.cells.IndRNN(4)], EXPECTED, normal))
    assert not there(model_of([tt.cells.GRU(4)], EXPECTED, normal).bfloat16())
    own = model_of([tt.cells.GRU(4)], EXPECTED, normal)
    (layer,) = own.graph.layers
    parametrizations.weight_norm(layer[0].cell, "W")
    assert not there(own)
    other = model_of([tt.cells.GRU(4), tt.cells.IndRNN(4)], DRAWN, normal)
    assert of_rows(other).sample().values.shape == (ROWS, STEPS, 1)
