"""Training: the same seed gives the same numbers, and an interruption changes none of them."""

import errno
import json
import math
import signal
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch

import throughtime as tt
from tests.helpers import schemas
from tests.helpers.models import unchecked
from throughtime.data import Dataset, Examples, Schema
from throughtime.data.columns import Characters
from throughtime.evaluation.baselines import NGram
from throughtime.evaluation.likelihood import nats_per_symbol, symbols, y_given
from throughtime.evaluation.metrics import edit_distance, evaluate
from throughtime.runs.errors import RunError
from throughtime.runs.folder import RunFolder
from throughtime.runs.options import Options
from throughtime.runs.summary import Summary
from throughtime.sequence import Sequence
from throughtime.training.prepare import prepare
from throughtime.training.progress import Progress
from throughtime.training.train import fit
from throughtime.training.trainer import Diverged, Trainer


def silent(line: str) -> None:
    """Say nothing."""


def trained(data: Dataset, path: Path, **values: Any) -> RunFolder:
    run = prepare(Options(**({"hidden_size": 8, "batch_size": 16} | values)), data, path)
    Trainer(run, data, say=silent).fit()
    return run


def same(a: RunFolder, b: RunFolder) -> bool:
    """Whether weights, and all numbers but times, are equal bit by bit."""
    numbers = [[{**row, "seconds": 0.0} for row in run.metrics()] for run in (a, b)]
    weights = [RunFolder.load(run.path, "last").model.state_dict() for run in (a, b)]
    return numbers[0] == numbers[1] and all(
        torch.equal(v, weights[1][k]) for k, v in weights[0].items()
    )


VARIANTS: list[dict[str, Any]] = [
    {},
    {"layers": 2, "dropout": 0.5, "length": "predicted", "initial_state": "learned"},
    {"forcing": "scheduled:linear:1:0:10", "length": "halt", "cell": "lstm"},
    {"batch_symbols": 100},  # fewer rows where words are longer
]


@pytest.mark.parametrize("values", VARIANTS)
def test_the_same_seed_gives_the_same_run(
    words: Dataset, tmp_path: Path, values: dict[str, Any]
) -> None:
    a = trained(words, tmp_path / "a", epochs=2, **values)
    b = trained(words, tmp_path / "b", epochs=2, **values)
    c = trained(words, tmp_path / "c", epochs=2, seed=1, **values)
    assert same(a, b)
    assert not same(a, c)


class Interrupting(Trainer):
    """Ctrl-C in the middle of an update."""

    at = 0

    def _update(self, batch: Examples) -> dict[str, float]:
        if self.progress.step + 1 == self.at:
            signal.raise_signal(signal.SIGINT)
        return super()._update(batch)


@pytest.mark.parametrize("values", VARIANTS)
def test_an_interruption_changes_nothing(
    words: Dataset, tmp_path: Path, values: dict[str, Any]
) -> None:
    whole = trained(words, tmp_path / "whole", epochs=3, **values)
    interrupted(words, tmp_path / "parts", at=9, epochs=3, **values)
    assert same(whole, resumed(words, tmp_path / "parts"))


def interrupted(data: Dataset, path: Path, at: int, **values: Any) -> None:
    run = prepare(Options(**({"hidden_size": 8, "batch_size": 16} | values)), data, path)
    trainer = Interrupting(run, data, say=silent)
    trainer.at = at
    assert trainer.fit() == "interrupted"
    assert trainer.progress.step == at


def resumed(data: Dataset, path: Path) -> RunFolder:
    run = RunFolder.load(path, "last")
    Trainer(run, data, resume=True, say=silent).fit()
    return run


def test_running_text_goes_on_with_its_state(
    loaded: Callable[[str], Dataset], tmp_path: Path
) -> None:
    data = loaded("python-reference")
    few = {
        part: Examples(None, all_.y.take(torch.tensor([4800])))
        for part, all_ in data.splits.items()
        if isinstance(all_.y, Sequence)
    }
    data = replace(data, splits=few)
    values = {"steps": 400, "batch_size": 3, "epochs": 3}
    whole = trained(data, tmp_path / "whole", **values)
    interrupted(data, tmp_path / "parts", at=6, **values)
    assert RunFolder.load(tmp_path / "parts").load_state().tensors["carried.0000"].any()
    assert same(whole, resumed(data, tmp_path / "parts"))


@pytest.mark.parametrize(
    ("at", "values"),
    [
        (1, {"epochs": 2}),
        (4, {"epochs": 2}),  # the last of an epoch
        (3, {"epochs": 2, "max_steps": 3}),
    ],
)
def test_an_interruption_before_the_first_validation_only_saves(
    at: int, values: dict[str, Any], words: Dataset, tmp_path: Path
) -> None:
    whole = trained(words, tmp_path / "whole", **values)
    interrupted(words, tmp_path / "parts", at=at, **values)
    assert RunFolder.load(tmp_path / "parts", "last").metrics() == []
    with pytest.raises(RunError, match="not there yet, since training was stopped before its fir"):
        RunFolder.load(tmp_path / "parts")
    assert same(whole, resumed(words, tmp_path / "parts"))
    weights = [RunFolder.load(tmp_path / n).model.state_dict() for n in ("whole", "parts")]
    assert all(torch.equal(v, weights[1][k]) for k, v in weights[0].items())


class Exploding(Trainer):
    """Weights that go out of bounds at the third step."""

    def _update(self, batch: Examples) -> dict[str, float]:
        if self.progress.step == 2:
            with torch.no_grad():
                next(self.model.parameters()).fill_(math.nan)
        return super()._update(batch)


def test_a_loss_that_is_no_number_keeps_the_last_good_weights(
    words: Dataset, tmp_path: Path
) -> None:
    run = prepare(Options(hidden_size=8, epochs=2), words, tmp_path / "run")
    with pytest.raises(Diverged, match=r"step 3: the loss is nan .* lower learning rate than"):
        Exploding(run, words, say=silent).fit()
    kept = RunFolder.load(tmp_path / "run", "last").model.state_dict()
    assert all(bool(v.isfinite().all()) for v in kept.values())


@pytest.mark.parametrize(
    ("values", "reason"),
    [
        ({"epochs": 1}, "all 1 epochs are done"),
        ({"max_steps": 3}, "all 3 steps are done"),
        ({"max_seconds": 1e-9}, "1e-09 seconds are over"),
        ({"patience": 1, "learning_rate": 1e-30, "epochs": 9}, "no better for 1 epochs"),
    ],
)
def test_reasons_to_stop(
    words: Dataset, tmp_path: Path, values: dict[str, Any], reason: str
) -> None:
    run = prepare(Options(hidden_size=4, **values), words, tmp_path / "run")
    assert Trainer(run, words, say=silent).fit() == reason
    assert run.metrics()


class Recording(Trainer):
    """It keeps the learning rate of each update, and time passes only in updates, and for so many
    ``ticks`` in a validation."""

    def __init__(
        self, run: RunFolder, data: Dataset, *, tick: float = 0.0, ticks: float = 0.0, **how: Any
    ) -> None:
        self.now, self.tick, self.ticks, self.rates = 100.0, tick, ticks, list[float]()
        super().__init__(run, data, say=silent, clock=lambda: self.now, **how)

    def _update(self, batch: Examples) -> dict[str, float]:
        self.rates.append(self.config.learning_rate * self._factor())
        loss = super()._update(batch)
        self.now += self.tick
        return loss

    def _expect_validation(self) -> None:
        if not self.metrics:
            self.progress.validation = self.ticks * self.tick

    def _validate(self) -> tuple[bool, str]:
        self.now += self.ticks * self.tick
        return super()._validate()


def recorded(words: Dataset, path: Path, tick: float = 0.0, **values: Any) -> Recording:
    options = Options(hidden_size=4, batch_size=16, learning_rate=0.01, **values)
    trainer = Recording(prepare(options, words, path), words, tick=tick)
    trainer.fit()
    return trainer


def test_the_decay_ends_where_the_steps_end(words: Dataset, tmp_path: Path) -> None:
    trainer = recorded(words, tmp_path / "run", epochs=100, max_steps=8)
    assert trainer.rates == pytest.approx(
        [0.01 * (1 + math.cos(math.pi * step / 8)) / 2 for step in range(8)]
    )
    assert trainer.run.metrics()[-1]["learning rate"] == trainer.rates[-1]


def test_the_decay_ends_where_the_seconds_end(words: Dataset, tmp_path: Path) -> None:
    trainer = recorded(words, tmp_path / "run", tick=5, epochs=100, max_seconds=40)
    fall = [0.01 * (1 + math.cos(math.pi * step / 8)) / 2 for step in range(8)]
    assert trainer.planned == 400  # by steps, nothing would decay, and a tenth is the warm-up
    assert trainer.rates == pytest.approx([fall[0] / 40, *fall[1:]])
    assert trainer.run.metrics()[-1]["learning rate"] == trainer.rates[-1]


def test_the_last_validation_ends_in_the_time_that_is_given(words: Dataset, tmp_path: Path) -> None:
    run = prepare(Options(hidden_size=4, batch_size=4, max_seconds=40), words, tmp_path / "run")
    trainer = Recording(run, words, tick=5, ticks=2)
    assert trainer.fit() == "40 seconds are over"
    assert trainer.now == 140
    assert len(trainer.rates) == 6
    assert trainer.rates[-1] < trainer.rates[1] / 5, "the rate falls within the updates' time"
    assert trainer.valid is trainer.data.splits["valid"], "all of it was measured"


def test_a_validation_that_takes_too_long_is_of_fewer_rows_and_so_are_the_next(
    words: Dataset, tmp_path: Path
) -> None:
    run = prepare(Options(hidden_size=4, batch_size=4, max_seconds=40), words, tmp_path / "run")
    said: list[str] = []
    trainer = Recording(run, words, tick=5, ticks=8)
    trainer.say = said.append
    trainer.fit()
    every, some = (symbols(run.model, v) for v in (words.splits["valid"], trainer.valid))
    assert some == pytest.approx(every / 2, rel=0.1)
    assert sum(f"valid is measured on {every // 2:,} of {every:,} symbols" in v for v in said) == 1
    then = Recording(RunFolder.load(run.path, "last"), words, resume=True)
    assert symbols(run.model, then.valid) == some


def test_the_time_of_the_first_validation_is_guessed_from_the_updates(
    words: Dataset, tmp_path: Path
) -> None:
    run = prepare(Options(hidden_size=4, batch_size=16, max_steps=3), words, tmp_path / "run")
    now = iter(range(100, 200))
    trainer = Trainer(run, words, say=silent, clock=lambda: float(next(now)))
    trainer.fit()
    assert trainer.progress.validation > 0
    trainer.metrics, trainer.progress.seconds, trainer.progress.symbols = [], 60.0, 30
    trainer._expect_validation()
    assert trainer.progress.validation == symbols(run.model, words.splits["valid"])


def test_the_decay_follows_what_ends_first(words: Dataset, tmp_path: Path) -> None:
    trainer = recorded(words, tmp_path / "run", tick=1, epochs=100, max_seconds=1000, max_steps=8)
    assert trainer.rates == pytest.approx(
        [0.01 * (1 + math.cos(math.pi * step / 8)) / 2 for step in range(8)]
    )


def test_a_resumed_run_goes_on_with_the_seconds_that_are_left(
    words: Dataset, tmp_path: Path
) -> None:
    whole = recorded(words, tmp_path / "whole", tick=5, epochs=100, max_seconds=40)
    first = recorded(words, tmp_path / "parts", tick=5, epochs=100, max_seconds=40, max_steps=4)
    run = RunFolder.load(tmp_path / "parts", "last").replaced(max_steps=None)
    then = Recording(run, words, tick=5, resume=True)
    assert then.fit() == "40 seconds are over"
    assert then.progress.seconds == 40
    assert then.rates == whole.rates[4:]
    assert len(first.rates) == 4


def test_the_best_weights_are_those_of_the_best_epoch(words: Dataset, tmp_path: Path) -> None:
    run = trained(words, tmp_path / "run", epochs=4, learning_rate=0.3, clip=100.0)
    best = min(float(row["valid nats"] or 0) for row in run.metrics())
    model = RunFolder.load(run.path).model
    assert nats_per_symbol(model, words.splits["valid"], 128) == pytest.approx(best, abs=1e-9)


def test_labels_are_chosen_by_their_accuracy_and_then_by_nats(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of 10 rows: the nats of all, and how many labels are right, after each epoch."""
    found = iter([(8.0, 5), (9.0, 7), (12.0, 7), (math.nan, 8), (8.5, 7)])

    def scored(*_: object) -> tuple[float, int, int, int]:
        nats, right = next(found)
        return nats, 10, right, 10

    monkeypatch.setattr("throughtime.training.trainer.scored", scored)
    rows = [{"x": f"a{i:02}b", "y": "AB"[i % 2]} for i in range(40)]
    saved: list[dict[str, torch.Tensor]] = []

    def note(row: Any) -> None:
        run = RunFolder.load(tmp_path / "run")
        saved.append({k: v.clone() for k, v in run.model.state_dict().items()})

    run = tt.train(
        rows, out=tmp_path / "run", epochs=5, hidden_size=2, threads=1, say=None, on_epoch=note,
        input="x:characters", target="y:label",
    )  # fmt: skip
    new = [
        not all(torch.equal(saved[i][k], saved[i - 1][k]) for k in saved[i]) for i in range(1, 5)
    ]
    assert new == [True, False, False, True]
    assert [row["valid accuracy"] for row in run.metrics] == [0.5, 0.7, 0.7, 0.8, 0.7]
    assert Summary.of(tmp_path / "run").valid == 0.85


def test_a_label_that_training_lacks_is_wrong(tmp_path: Path) -> None:
    rows = [{"x": f"a{i:02}b", "y": "AB"[i % 2]} for i in range(40)]
    others = [{"x": "abc", "y": "A"}, {"x": "bcd", "y": "ZZZ"}] * 5
    (tmp_path / "t.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    (tmp_path / "v.jsonl").write_text("".join(json.dumps(row) + "\n" for row in others))
    run = tt.train(
        tmp_path / "t.jsonl", valid=str(tmp_path / "v.jsonl"), out=tmp_path / "run", max_steps=2,
        input="x:characters", target="y:label", hidden_size=2, threads=1, say=None,
    )  # fmt: skip
    with pytest.warns(UserWarning, match="5 labels are not in training"):
        found = run.evaluate(tmp_path / "v.jsonl")["accuracy"]
    assert run.metrics[-1]["valid accuracy"] == found <= 0.5


def test_the_accuracy_of_training_is_that_of_evaluation(tmp_path: Path) -> None:
    run = tt.train("digits", out=tmp_path / "run", epochs=2, hidden_size=8, threads=1, say=None)
    best = max(row["valid accuracy"] or 0.0 for row in run.metrics)
    assert run.evaluate(run.data().splits["valid"])["accuracy"] == pytest.approx(best)


@pytest.mark.parametrize("loss", [math.inf, math.nan])
def test_a_validation_that_is_never_finite_leaves_weights(
    loss: float, words: Dataset, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("throughtime.training.trainer.scored", lambda *_: (loss, 1, 0, 1))
    run = trained(words, tmp_path / "run", epochs=2)
    assert RunFolder.load(run.path).metrics()[0]["epoch"] == 1
    monkeypatch.undo()
    fit(RunFolder.load(run.path, "last"), words, resume={"epochs": 3})
    best = nats_per_symbol(RunFolder.load(run.path).model, words.splits["valid"], 128)
    assert best == pytest.approx(run.metrics()[-1]["valid nats"], abs=1e-9)


def test_other_data_cannot_be_trained_on(
    words: Dataset, loaded: Callable[[str], Dataset], tmp_path: Path
) -> None:
    run = prepare(Options(hidden_size=4), words, tmp_path / "run")
    with pytest.raises(RunError, match="made for other data than digits is now"):
        Trainer(run, loaded("digits"))


def test_a_damaged_state_is_refused(words: Dataset, tmp_path: Path) -> None:
    run = trained(words, tmp_path / "run", max_steps=1)
    (run.path / "state.safetensors").write_bytes(b"nonsense")
    with pytest.raises(RunError, match=r"state\.safetensors: damaged"):
        resumed(words, run.path)
    (run.path / "state.safetensors").unlink()
    with pytest.raises(
        RunError, match="no such file, without which training cannot go on; put it back"
    ):
        resumed(words, run.path)


def test_it_learns_more_than_counting_does(words: Dataset, tmp_path: Path) -> None:
    run = trained(words, tmp_path / "run", hidden_size=32, learning_rate=0.02, max_steps=150)
    assert words.schema.y_vocabulary is not None
    test = words.splits["test"]
    assert isinstance(test.y, Sequence)
    train = words.splits["train"].y
    assert isinstance(train, Sequence)
    bigram = NGram(2, len(words.schema.y_vocabulary), end=True).fit(train.to_list())
    model = nats_per_symbol(RunFolder.load(run.path).model, test, 128)
    assert model < bigram.nats_per_symbol(test.y.to_list())


def test_long_rows_weigh_as_much_as_short_ones(tmp_path: Path) -> None:
    """Batches are sorted by length, and yet the model must not learn to be short."""
    y = Sequence(torch.zeros(64, 4, dtype=torch.int64), [1] * 32 + [4] * 32)
    data = Dataset(
        name="aaa",
        description="one letter, once or four times",
        splits=dict.fromkeys(("train", "valid", "test"), Examples(None, y)),
        schema=Schema((), Characters("y").know(["a"])),
    )
    run = trained(data, tmp_path / "run", length="halt", learning_rate=0.02, max_steps=300)
    p = y_given(run.model, None)
    assert isinstance(p, tt.SequenceDistribution)
    assert float(p.length_marginal(4)[1]) == pytest.approx(0.5, abs=0.1)


# ---- metrics -----------------------------------------------------------------------------------


def test_symbols_count_ends_where_the_model_decides_them() -> None:
    y = Sequence(torch.zeros(3, 4, dtype=torch.int64), [4, 0, 2])
    wiring = tt.Wiring("y(t-1) -> h(t)", "h(t) -> o(t)")
    for length, expected in [
        (tt.lengths.EndOfSequence(), 9),
        (tt.lengths.Halt(), 9),
        (tt.lengths.PredictedLength(4), 9),
        (tt.lengths.Unending(), 6),
    ]:
        model = tt.RecurrentModel(tt.cells.Elman(2), wiring, tt.outputs.Categorical(2), length)
        assert symbols(model, Examples(None, y)) == expected


def test_numbers_of_a_model_that_knows_nothing() -> None:
    wiring = tt.Wiring("x(t) -> h(t)", "h(t) -> o(t)")
    model = tt.RecurrentModel(tt.cells.Elman(2), wiring, tt.outputs.Categorical(4), input_size=2)
    for parameter in model.parameters():
        torch.nn.init.zeros_(parameter)
    with torch.no_grad():
        model.graph.c[2] = 1e-6  # the mode is 2
    x = Sequence(torch.zeros(2, 3, dtype=torch.int64), [3, 1])
    y = Sequence(torch.tensor([[2, 2, 0], [2, 0, 0]]), [3, 1])
    numbers = {
        (n.name, n.unit): n.value for n in evaluate(model, Examples(x, y), schemas.symbols(4))
    }
    assert numbers == {
        ("-log p", "nats per symbol"): pytest.approx(math.log(4), abs=1e-5),
        ("-log p", "bits per symbol"): pytest.approx(2.0, abs=1e-5),
        ("perplexity", "choices per symbol"): pytest.approx(4.0, abs=1e-4),
        ("accuracy", "of symbols"): 0.75,  # no label enters the recurrence: one number
    }


def test_evaluation_draws_the_same_each_time_and_leaves_the_generator_alone(
    words: Dataset, tmp_path: Path
) -> None:
    run, test = trained(words, tmp_path / "run", max_steps=1), words.splits["test"]
    before = torch.get_rng_state()
    numbers = evaluate(run.model, test, words.schema)
    assert torch.equal(before, torch.get_rng_state())
    torch.rand(3)
    assert evaluate(run.model, test, words.schema) == numbers


@pytest.mark.parametrize(
    ("a", "b", "expected"),
    [([], [], 0), ([1], [], 1), ([], [1, 2], 2), ([1, 2, 3], [2, 3, 4], 2), ([1, 1], [1, 2], 1)],
)
def test_edit_distance(a: list[int], b: list[int], expected: int) -> None:
    assert edit_distance(a, b) == expected


@pytest.mark.parametrize(
    "change",
    [{"step": 10**400}, {"position": 6, "symbols": 9}, {"position": 3}, {"seconds": "1"}],
)
def test_counts_that_cannot_be_are_refused(change: dict[str, Any]) -> None:
    Progress(position=4, symbols=9).check(5)
    with unchecked(), pytest.raises(ValueError, match="impossible counts"):
        Progress(**change).check(5)


# ---- saving, and what may happen meanwhile -------------------------------------------------------


def test_it_is_saved_inside_an_epoch(words: Dataset, tmp_path: Path) -> None:
    """What is killed between two saves begins again at the last one, with the same numbers."""
    whole = trained(words, tmp_path / "whole", epochs=2)
    options = Options(hidden_size=8, batch_size=16, epochs=2, save_every=1.0)
    run = prepare(options, words, tmp_path / "parts")
    seconds = iter(range(0, 10**6, 9))  # at each look at the clock, nine seconds have passed
    trainer = Trainer(run, words, say=silent, clock=lambda: float(next(seconds)))
    update, steps = trainer._update, []

    def killed(batch: Examples) -> dict[str, float]:
        if trainer.progress.step == 7:
            raise SystemExit
        steps.append(RunFolder.load(run.path, "last").load_state().said["progress"]["step"])
        return update(batch)

    trainer._update = killed  # type: ignore[method-assign]
    with pytest.raises(SystemExit):
        trainer.fit()
    assert steps == sorted(steps)
    assert 0 < steps[-1] < 7  # saved inside the epoch, and not at every update
    assert len(set(steps)) < len(steps)
    assert same(whole, resumed(words, run.path))


@pytest.mark.parametrize("name", ["SIGTERM", "SIGHUP", "SIGINT"])
def test_a_signal_to_end_stops_after_the_update(name: str, words: Dataset, tmp_path: Path) -> None:
    if not hasattr(signal, name):
        pytest.skip("this system has no such signal")
    run = prepare(Options(hidden_size=8, batch_size=16), words, tmp_path / "run")
    number = getattr(signal, name)
    before = signal.signal(number, signal.SIG_DFL)  # the tests may run below nohup

    class Ended(Trainer):
        def _update(self, batch: Examples) -> dict[str, float]:
            loss = super()._update(batch)
            if self.progress.step == 3:
                signal.raise_signal(number)
            return loss

    try:
        assert Ended(run, words, say=silent).fit() == "interrupted"
    finally:
        signal.signal(number, before)
    assert RunFolder.load(run.path, "last").load_state().said["progress"]["step"] == 3


def test_a_second_ctrl_c_ends_at_once(words: Dataset, tmp_path: Path) -> None:
    values = {"epochs": 2}
    whole = trained(words, tmp_path / "whole", **values)
    run = prepare(Options(hidden_size=8, batch_size=16, **values), words, tmp_path / "run")

    class Twice(Trainer):
        def _update(self, batch: Examples) -> dict[str, float]:
            if self.progress.step == 3:
                signal.raise_signal(signal.SIGINT)
                signal.raise_signal(signal.SIGINT)
            return super()._update(batch)

    with pytest.raises(KeyboardInterrupt):
        Twice(run, words, say=silent).fit()
    assert RunFolder.load(run.path, "last").load_state().said["progress"]["step"] == 0
    assert same(whole, resumed(words, run.path))


def test_a_folder_that_was_replaced_is_not_written_to(words: Dataset, tmp_path: Path) -> None:
    run = prepare(Options(hidden_size=8, batch_size=16, epochs=2), words, tmp_path / "run")
    trainer = Trainer(run, words, say=silent)
    (tmp_path / "run").rename(tmp_path / "moved")
    with pytest.raises(RunError, match="run: is gone or cannot be read"):
        trainer.fit()
    (tmp_path / "run").mkdir()
    (tmp_path / "run" / "config.json").write_text("mine")
    with pytest.raises(RunError, match="run: was replaced by another folder"):
        trainer.fit()
    run.remove()
    assert (tmp_path / "run" / "config.json").read_text() == "mine"
    assert resumed(words, tmp_path / "moved").metrics()


def test_what_was_trained_is_saved_before_anything_is_said_of_it(
    words: Dataset, tmp_path: Path
) -> None:
    """A terminal that is closed can be written to no more, and a log on a full disk."""
    run = prepare(Options(hidden_size=8, batch_size=16), words, tmp_path / "run")

    def gone(line: str) -> None:
        raise OSError(errno.EIO, "Input/output error")

    with pytest.raises(OSError, match="Input/output error"):
        Trainer(run, words, say=gone).fit()
    assert RunFolder.load(run.path, "last").load_state().said["progress"]["epoch"] == 1
    assert len(RunFolder.load(run.path).metrics()) == 1


def test_a_run_that_others_went_on_with_is_resumed_from_there(
    words: Dataset, tmp_path: Path
) -> None:
    """Weights and state are those of one save, however long ago the folder was opened."""
    values: dict[str, Any] = {"hidden_size": 8, "batch_size": 16, "epochs": 3}
    whole = trained(words, tmp_path / "whole", **values)
    interrupted(words, tmp_path / "parts", at=4, **values)
    early = RunFolder.load(tmp_path / "parts", "last")
    trainer = Interrupting(
        RunFolder.load(tmp_path / "parts", "last"), words, resume=True, say=silent
    )
    trainer.at = 8
    assert trainer.fit() == "interrupted"
    Trainer(early, words, resume=True, say=silent).fit()
    weights = [RunFolder.load(r.path, "last").model.state_dict() for r in (whole, early)]
    assert all(torch.equal(v, weights[1][k]) for k, v in weights[0].items())


def test_what_watches_updates_sees_their_numbers_and_stops_them(
    words: Dataset, tmp_path: Path
) -> None:
    seen: list[dict[str, float]] = []

    def watch(numbers: Mapping[str, float]) -> bool:
        seen.append(dict(numbers))
        return numbers["step"] == 3

    log: list[str] = []
    options: dict[str, Any] = {"hidden_size": 8, "batch_size": 16, "dropout": 0.0, "epochs": 2}
    with pytest.raises(RunError, match="stopped before its first validation"):
        tt.train(words, out=tmp_path / "a", on_update=watch, say=log.append, **options)
    assert "asked for by what watches it" in log[-1]
    assert [numbers["step"] for numbers in seen] == [1, 2, 3]
    assert all(numbers["gradient norm"] > 0 for numbers in seen)
    a = tt.train(resume=tmp_path / "a", say=None, on_update=watch)
    assert len(seen) == a.metrics[-1]["step"]
    b = tt.train(words, out=tmp_path / "b", say=None, **options)
    assert same(a.folder, b.folder)
    total = sum(n["nats"] * n["symbols"] for n in seen if n["epoch"] == 1)
    counted = sum(n["symbols"] for n in seen if n["epoch"] == 1)
    assert b.metrics[0]["train nats"] == pytest.approx(total / counted)
