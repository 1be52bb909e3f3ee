"""The outer matrices start so that what enters h(t) varies by about one, whatever its size."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

import throughtime as tt
from throughtime.data import Examples, read
from throughtime.data.storage.flat import Flat
from throughtime.evaluation.likelihood import decoder
from throughtime.graph.projection import Projection
from throughtime.runs.build import build
from throughtime.runs.options import Options
from throughtime.training.initialise import initialise, size_of, start_standard
from throughtime.training.resolve import resolve

WANTED = 4 / 3
"""The variance of U(-2, 2), which is the drive's where Σ x² is one."""


def variance(edge: Projection, values: torch.Tensor) -> float:
    return float(edge(values).detach().var())


@pytest.mark.parametrize("active", [2, 40])
def test_of_bits_the_drive_varies_by_about_one_however_many_are_set(active: int) -> None:
    bits = torch.zeros(4, 10, 88)
    bits[..., :active] = 1
    model = tt.RecurrentModel(
        tt.cells.GRU(200),
        tt.wirings.VECTOR_TO_SEQUENCE - "x -> h(t)",
        tt.outputs.Bernoulli(88),
        tt.lengths.Unending(),
    )
    initialise(model, Examples(None, tt.Sequence(bits)))
    assert variance(model.graph.first.S, bits[0, :1]) == pytest.approx(WANTED, rel=0.25)


@pytest.mark.parametrize("probability", [0.1, 0.6])
def test_of_features_the_drive_varies_by_about_one_however_many_are_there(
    probability: float,
) -> None:
    x = torch.rand(300, 50, generator=torch.Generator().manual_seed(0)).lt(probability).float()
    model = tt.RecurrentModel(
        tt.cells.LSTM(200), tt.wirings.VECTOR_TO_SEQUENCE, tt.outputs.Categorical(7),
        tt.lengths.EndOfSequence(), vector_size=50,
    )  # fmt: skip
    initialise(model, Examples(x, tt.Sequence(torch.zeros(300, 1, dtype=torch.long))))
    assert variance(model.graph.first.R, x) == pytest.approx(WANTED, rel=0.1)
    assert variance(model.graph.first.S, torch.arange(7)) == pytest.approx(WANTED, rel=0.25)


def test_both_directions_of_an_encoder_start_so_and_the_edge_from_it_does_not(
    tmp_path: Path,
) -> None:
    rows = "".join(f"{'ab' * n},{'cd' * n}\n" for n in range(1, 60))
    (tmp_path / "a.csv").write_text("word,sound\n" + rows)
    data = read(tmp_path / "a.csv", input="word", target="sound")
    model = build(resolve(Options(), data), data.schema)
    assert isinstance(model, tt.EncoderDecoder)
    assert isinstance(model.encoder, tt.RecurrentModel)
    before = decoder(model).graph.first.R.weight.clone()
    initialise(model, data.splits["train"])
    for recurrence in model.encoder.graph.layers[0]:
        assert variance(recurrence.U, torch.arange(2)) == pytest.approx(WANTED, rel=0.25)
    assert torch.equal(before, decoder(model).graph.first.R.weight)


def test_padding_is_no_part_of_the_size() -> None:
    values = torch.ones(2, 3, 4)
    rows = tt.Sequence(values, lengths=torch.tensor([3, 1]))
    padded = torch.where(rows.mask[..., None], values, 1e6)
    assert size_of(tt.Sequence(padded, lengths=torch.tensor([3, 1]))) == 2.0


@pytest.mark.parametrize("x", [torch.zeros(4, 5), torch.randn(4, 5)], ids=["zero", "real"])
def test_other_edges_stay_as_they_were(x: torch.Tensor) -> None:
    model = tt.RecurrentModel(
        tt.cells.Elman(3), tt.wirings.VECTOR_TO_SEQUENCE, tt.outputs.Categorical(2),
        tt.lengths.EndOfSequence(), vector_size=5,
    )  # fmt: skip
    before = model.graph.first.R.weight.clone()
    initialise(model, Examples(x, tt.Sequence(torch.zeros(4, 1, dtype=torch.long))))
    assert torch.equal(before, model.graph.first.R.weight)


def test_symbols_on_disk_are_not_read_to_learn_that_they_are_symbols(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    reads: list[Flat] = []
    monkeypatch.setattr(Flat, "__getitem__", lambda flat, _: reads.append(flat))
    assert size_of(Flat(torch.zeros(9, dtype=torch.uint8), [0], [9])) == 1.0
    assert not reads


@pytest.mark.parametrize("output", [tt.outputs.Normal(2), tt.outputs.StudentT(2)])
def test_a_net_of_innovations_starts_as_the_linear_model(output: tt.outputs.Output) -> None:
    """Whatever came before, each entry has the mean 0 and the variance 1."""
    model = tt.RecurrentModel(
        tt.cells.GRU(4), tt.wirings.Wiring("y(t-1) -> h(t)", "h(t-1) -> h(t)", "h(t) -> o(t)"),
        output, tt.lengths.Unending(),
    )  # fmt: skip
    start_standard(model)
    p = model().expand((3,)).predictive(tt.Sequence(torch.randn(3, 6, 2)))
    assert p.mean.flatten().tolist() == pytest.approx([0.0] * 36, abs=1e-6)
    assert p.variance.flatten().tolist() == pytest.approx([1.0] * 36, rel=0.01)
