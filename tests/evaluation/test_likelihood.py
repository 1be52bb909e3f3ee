"""What a running text or series is measured by: the probability given all that came before it."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

import throughtime as tt
from throughtime.data import Examples, load
from throughtime.data.batching import consecutive
from throughtime.data.reading import Reading
from throughtime.distribution.distribution import SequenceDistribution
from throughtime.evaluation.likelihood import nats_per_symbol, scored

ROW = torch.randint(5, (1, 90), generator=torch.Generator().manual_seed(0))


@pytest.fixture(params=["h(t-1) -> h(t)", "y(t-1) -> h(t)"])
def model(request: pytest.FixtureRequest) -> tt.RecurrentModel:
    torch.manual_seed(0)
    edges = {"y(t-1) -> h(t)", "h(t) -> o(t)", request.param}
    return tt.RecurrentModel(
        tt.cells.GRU(8), tt.Wiring(*edges), tt.outputs.Categorical(5), tt.lengths.Unending()
    ).double()


def nats(model: tt.RecurrentModel, row: torch.Tensor) -> float:
    p = model()
    assert isinstance(p, SequenceDistribution)
    with torch.no_grad():
        return -float(p.observe(tt.Sequence(row))[0].sum())


@pytest.mark.parametrize("steps", [1, 7, 1_000])
def test_a_part_is_measured_given_the_parts_before_it(model: tt.RecurrentModel, steps: int) -> None:
    pieces = dict(zip(("train", "valid", "test"), ROW.split([60, 10, 20], 1), strict=True))
    parts = consecutive({part: tt.Sequence(row) for part, row in pieces.items()})
    wanted = (nats(model, ROW) - nats(model, ROW[:, :70])) / 20
    assert nats_per_symbol(model, parts["test"], 1, steps) == pytest.approx(wanted, rel=1e-10)
    alone = nats_per_symbol(model, Examples(None, parts["test"].y), 1, steps)
    assert alone == pytest.approx(nats(model, ROW[:, 70:]) / 20, rel=1e-10)
    assert alone != pytest.approx(wanted, rel=1e-4)


@pytest.mark.parametrize("rows", [2, 3, 20])
def test_streams_do_not_change_what_a_part_is_worth(model: tt.RecurrentModel, rows: int) -> None:
    part = Examples(None, tt.Sequence(ROW[:, 70:]), tt.Sequence(ROW[:, :70]))
    one, many = (nats_per_symbol(model, part, n, 3) for n in (1, rows))
    assert many == pytest.approx(one, rel=1e-10)


@pytest.mark.parametrize("steps", [3, None])
def test_shares_of_the_rows_add_up(model: tt.RecurrentModel, steps: int | None) -> None:
    part = Examples(None, tt.Sequence(ROW[:, 70:]), tt.Sequence(ROW[:, :70]))
    if steps is None:
        part = Examples(None, tt.Sequence(ROW.reshape(9, 10), list(range(9))))
    whole = scored(model, part, 4, steps)
    shares = [scored(model, part, 4, steps, share=slice(r, None, 5)) for r in range(5)]
    assert sum(share.nats for share in shares) == pytest.approx(whole.nats, rel=1e-10)
    counts = [share.symbols for share in shares]
    assert sum(counts) == whole.symbols > max(counts)
    assert (shares[4].nats, shares[4].symbols) == (0.0, 0)  # of batches of four rows


def test_the_past_is_looked_at_no_more_steps_at_a_time_than_the_part(
    model: tt.RecurrentModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[int] = []
    observe = SequenceDistribution.observe

    def counted(p: SequenceDistribution, y: tt.Sequence) -> object:
        seen.append(y.steps)
        return observe(p, y)

    monkeypatch.setattr(SequenceDistribution, "observe", counted)
    nats_per_symbol(model, Examples(None, tt.Sequence(ROW[:, 70:]), tt.Sequence(ROW[:, :70])), 2, 7)
    assert len(seen) > 10
    assert max(seen) == 7


def test_files_of_their_own_have_nothing_before_them(tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / f"{name}.txt").write_text(name + "xyz\n" * 500)
        (tmp_path / f"{name}.csv").write_text("v\n" + "".join(f"{i % 7}\n" for i in range(100)))
    for ending, form in (("txt", "running"), ("csv", None)):
        whole = load(tmp_path / f"a.{ending}", 0, Reading(format=form))
        splits = whole.splits
        assert splits["train"].before is None
        before = splits["test"].before
        assert before is not None
        ys = [part.y for part in (splits["train"], splits["valid"])]
        wanted = torch.cat([y.values for y in ys if isinstance(y, tt.Sequence)], 1)
        assert torch.equal(before.values, wanted[:, -1_000:])
        own = load(
            tmp_path / f"a.{ending}", 0, Reading(format=form, test=str(tmp_path / f"b.{ending}"))
        )
        assert own.splits["test"].before is None
        assert own.splits["valid"].before is not None
