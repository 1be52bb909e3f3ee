"""Class weights: of the training part alone, in the loss and in no number that is reported."""

from pathlib import Path
from typing import Any

import pytest
import torch

import throughtime as tt
from throughtime.data import Dataset, Examples
from throughtime.runs.folder import RunFolder
from throughtime.runs.options import Options
from throughtime.sequence import Sequence
from throughtime.training.class_weights import balanced
from throughtime.training.prepare import prepare
from throughtime.training.trainer import Trainer


def test_weights_by_hand() -> None:
    labels = torch.tensor([0, 0, 0, 0, 0, 0, 1, 1, 3])
    assert balanced(labels, 4).tolist() == pytest.approx([9 / 18, 9 / 6, 0, 9 / 3])
    assert float(balanced(labels, 4)[labels].mean()) == pytest.approx(1)
    padded = Sequence(torch.tensor([[0, 0, 1], [0, 9, 9]]), [3, 1])
    assert balanced(padded, 2).tolist() == pytest.approx([4 / 6, 4 / 2])


def test_weights_of_sets_are_those_of_each_label_by_itself() -> None:
    sets = torch.tensor([[1, 0, 0], [0, 0, 1], [0, 0, 0], [0, 0, 1]])
    weights = balanced(sets, 3)
    torch.testing.assert_close(weights, torch.tensor([[4 / 6, 1, 1], [4 / 2, 0, 1]]))
    assert torch.equal(weights[:, 0], balanced(sets[:, 0], 2))


def test_the_loss_of_sets_is_weighed_label_by_label(tmp_path: Path) -> None:
    rows = [{"x": f"{i}", "y": ["rare", "usual"][i % 5 > 0 :]} for i in range(90)]
    data = tt.data.read(rows, input="x:characters", target="y:features")
    told = {"class_weights": "balanced", "hidden_size": 4, "batch_size": 90, "max_steps": 1}
    run = prepare(Options(**told, dropout=0.0), data, tmp_path / "run")
    trainer = Trainer(run, data, say=lambda line: None)
    train = data.splits["train"]
    assert isinstance(train.y, torch.Tensor)
    log_p, objective = trainer.objective.of(train)
    p = run.model(train.x).mean
    rare = train.y[:, 0]
    share = rare.double().mean()
    of_rare = torch.where(rare == 1, p[:, 0].log() / share, (1 - p[:, 0]).log() / (1 - share)) / 2
    torch.testing.assert_close(objective, (of_rare + p[:, 1].log()).float())
    torch.testing.assert_close(log_p, run.model(train.x).log_prob(train.y.float()))


ROWS = [{"x": [f"{i}", "z"], "y": ["rare" if i % 10 == 0 else "usual", "z"]} for i in range(90)]
LABELS = [{"x": "".join(row["x"]), "y": row["y"][0]} for row in ROWS]
TAGS = {"wiring": "hidden-and-output-to-hidden"}


@pytest.mark.parametrize(
    ("rows", "target", "options"),
    [
        (LABELS, "y:label", {}),
        (ROWS, "y:tags", {}),
        (ROWS, "y:tags", TAGS),
        (ROWS, "y:tags", TAGS | {"forcing": "both:0"}),
        (ROWS, "y:tags", TAGS | {"forcing": "scheduled:constant:1"}),
    ],
)
def test_the_loss_is_weighed_and_what_is_reported_is_not(
    tmp_path: Path, rows: Any, target: str, options: dict[str, Any]
) -> None:
    data = tt.data.read(rows, input="x" if rows is ROWS else "x:characters", target=target)
    told = {"class_weights": "balanced", "hidden_size": 4, "batch_size": 90, "max_steps": 1}
    run = prepare(Options(**told, dropout=0.0, **options), data, tmp_path / "run")
    trainer = Trainer(run, data, say=lambda line: None)
    train = data.splits["train"]
    log_p, objective = trainer.objective.of(train)
    p, y = run.model(train.x), train.y
    if isinstance(y, Sequence):
        terms, labels = p.terms(y).values, y.values
    else:
        terms, labels = p.log_prob(y)[:, None], y[:, None]
    weights = balanced(y, data.schema.y.size)[labels]
    assert weights.unique().numel() == (3 if rows is ROWS else 2)
    torch.testing.assert_close(log_p, terms.sum(1))
    torch.testing.assert_close(objective, (weights * terms).sum(1))
    before = float(-terms.detach().mean())
    trainer.fit()
    assert run.metrics()[0]["train nats"] == pytest.approx(before, rel=1e-5)


def test_a_rare_label_is_as_probable_as_a_frequent_one(tmp_path: Path) -> None:
    rows = [{"x": f"{i}", "y": "rare" if i % 10 == 0 else "usual"} for i in range(200)]
    data = tt.data.read(rows, input="x:bytes", target="y:label")
    splits = {  # the same x for all, so that y cannot be told from it
        part: Examples(Sequence(torch.zeros(len(some), 1, dtype=torch.int64)), some.y)
        for part, some in data.splits.items()
    }
    data = Dataset("rare", "", splits, data.schema)
    share = []
    for weights in (None, "balanced"):
        run = tt.train(
            data, class_weights=weights, out=tmp_path / str(weights), hidden_size=4, epochs=60,
            batch_size=200, learning_rate=0.05, weight_decay=0.0, dropout=0.0, threads=1, say=None,
        )  # fmt: skip
        last = RunFolder.load(run.path, "last")
        with torch.no_grad():
            share.append(float(last.model(splits["train"].x).probs[0, 0]))
    y = splits["train"].y
    assert isinstance(y, torch.Tensor)
    assert share == pytest.approx([float((y == 0).double().mean()), 0.5], abs=0.02)


def test_other_values_have_no_class_weights(tmp_path: Path) -> None:
    rows = [{"x": f"{i}", "y": float(i)} for i in range(20)]
    data = tt.data.read(rows, input="x:characters", target="y:number")
    with pytest.raises(ValueError, match="class_weights are for labels, tags and features; the y"):
        tt.train(data, class_weights="balanced", out=tmp_path / "run", say=None)
