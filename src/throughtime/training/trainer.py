"""The training loop."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, nullcontext
from itertools import islice

import numpy as np
import torch
from torch import Tensor
from tqdm import tqdm

from throughtime.data import Dataset, Examples, batches, streams
from throughtime.data.vocabularies.absent import absent_labels, in_words
from throughtime.distribution.distribution import SequenceDistribution
from throughtime.evaluation.likelihood import (
    MEASURED,
    log_prob,
    nats_per_symbol,
    symbols,
    there,
    y_given,
)
from throughtime.forcing import ScheduledSampling, TeacherForcing
from throughtime.runs import choices
from throughtime.runs.config import Config
from throughtime.runs.device import device_of, placed
from throughtime.runs.errors import RunError
from throughtime.runs.folder import RunFolder
from throughtime.runs.metrics import Metrics
from throughtime.runs.names import STATE
from throughtime.sequence import Sequence
from throughtime.training.class_weights import balanced, weighted
from throughtime.training.display import Clock, Display
from throughtime.training.interrupt import Interrupt
from throughtime.training.progress import Progress
from throughtime.training.resolve import updates_per_epoch
from throughtime.training.state import restore, state_of

WARM_UP = 50
"""Updates of the linear warm-up of the learning rate; at most a tenth of training."""

INTERRUPTED = "interrupted"
"""The reason why training stopped, if a signal asked it to."""


ASKED = "on_epoch asked for it"
"""The reason why training stopped, if what is called after each epoch asked it to."""

OnEpoch = Callable[[Mapping[str, float | None]], object]
"""Is called after each validation with its row of the metrics; if it returns True, training stops,
and can be gone on with."""


class Diverged(RuntimeError):
    """The loss or the gradient is not finite (NaN or infinite)."""


def order_of(config: Config, epoch: int) -> torch.Generator:
    """The generator of the order of an epoch's batches, from the seed and the epoch."""
    return torch.Generator().manual_seed(config.seed * 1_000_003 + epoch)


class Trainer:
    """Minimises -log p per symbol by AdamW, with a cosine decay of the learning rate to zero.

    The decay reaches zero where training ends: after the last epoch, or before it at the given
    number of steps or seconds.

    After each epoch the last weights are saved, and also as the best ones if the validation loss
    is the lowest so far. Ctrl-C saves after the current update and stops, validated or not; a
    resumed run continues as if it had not been interrupted, random draws included.

    Training sets torch's global seed and its number of threads.

    Args:
        run: the model, its configuration and its folder; to resume, loaded with the last weights.
        data: the data to train on.
        resume: continue from the run's state of training.
        say: receives each line of the log.
        on_epoch: is called after each validation, when all is saved, with its row of the metrics;
            if it returns True, training stops. What it raises, ``fit`` raises.
        until: the moment, by the clock, at which training is interrupted as by Ctrl-C.
        clock: the time in seconds.

    Raises:
        RunError: if the run cannot be resumed, or was made for other data.
    """

    def __init__(
        self,
        run: RunFolder,
        data: Dataset,
        *,
        resume: bool = False,
        say: Callable[[str], None] = tqdm.write,
        on_epoch: OnEpoch | None = None,
        until: float = math.inf,
        clock: Clock = time.monotonic,
    ) -> None:
        run.check(data)
        self.run, self.data, self.config = run, data, run.config
        self.say, self.on_epoch, self.until, self.clock = say, on_epoch, until, clock
        torch.set_num_threads(self.config.threads)
        torch.manual_seed(self.config.seed)
        self.device = device_of(self.config.device)
        self.model, self.rows = run.model.to(self.device).train(), self.config.batch_size
        self.running = data.schema.running
        self.optimiser = torch.optim.AdamW(
            self.model.parameters(), weight_decay=self.config.weight_decay, fused=True
        )
        self.forcing = choices.forcing_of(self.config.forcing)
        self.updates = updates_per_epoch(
            data, self.rows, self.config.batch_symbols, self.config.steps
        )
        # Rows of a batch have similar lengths. If the loss of each batch were divided by its own
        # number of symbols, short rows would weigh more, and the model would learn to be short.
        self.typical = symbols(self.model, data.splits["train"].y) / self.updates
        self.planned = self.config.epochs * self.updates
        if self.config.max_steps is not None:
            self.planned = min(self.planned, self.config.max_steps)
        self.class_weights = None
        if self.config.class_weights is not None:
            weights = balanced(data.splits["train"].y, data.schema.y.size)
            self.class_weights = placed(self.model, weights)
        self.progress = Progress()
        self.carried: SequenceDistribution | None = None
        self.metrics: Metrics = []
        if resume:
            self._restore()
        else:
            self._save()

    def fit(self) -> str:
        """Train, and return the reason why training stopped.

        Raises:
            Diverged: if the loss is not finite; the weights saved before are kept.
        """
        progress = self.progress
        if labels := absent_labels(self.data.splits["valid"].y):
            self.say(f"valid nats are without these: {in_words(labels)}")
        started = self.clock() - progress.seconds
        with Interrupt() as interrupt, self._display() as display:
            while self._not_validated() or not progress.reason_to_stop(self.config):
                for batch in islice(self._epoch(), progress.position, None):
                    if self._interrupted(interrupt) or progress.reason_to_stop(self.config):
                        break
                    before = progress.symbols
                    loss = self._update(batch)
                    progress.seconds = self.clock() - started
                    try:
                        display.update(progress.symbols - before, loss)
                    except OSError:  # nobody reads, or the log's disk is full
                        self._save()
                        raise
                    if self.clock() - self.saved > 60 * self.config.save_every:
                        self._save()
                if self._interrupted(interrupt):
                    self._save()
                    return INTERRUPTED
                with display.paused():
                    better, said = self._validate()
                    progress.seconds = self.clock() - started
                    self._save(best=better)
                    self.say(said)  # last: there may be nobody any more
                    if self._asked_to_stop():
                        break
        return progress.reason_to_stop(self.config) or ASKED

    def _interrupted(self, interrupt: Interrupt) -> bool:
        return interrupt.requested or self.clock() >= self.until

    def _asked_to_stop(self) -> bool:
        """Call what is called after an epoch; whether it answers True, Python's or NumPy's."""
        answer = None if self.on_epoch is None else self.on_epoch(dict(self.metrics[-1]))
        return isinstance(answer, bool | np.bool_) and bool(answer)

    def _not_validated(self) -> bool:
        """Whether updates were made since the last validation, also before this was resumed."""
        return self.progress.step > (self.metrics[-1]["step"] or 0 if self.metrics else 0)

    # ---- saving --------------------------------------------------------------------------------

    def _save(self, *, best: bool = False) -> None:
        parts = (self.progress, self.optimiser, self.forcing, self.carried, self.device)
        state = state_of(*parts)
        self.run.save_state(state, self.metrics, best=best)
        self.saved = self.clock()

    def _restore(self) -> None:
        state = self.run.load_state()
        try:
            self.progress, self.carried = restore(
                state, self.model, self.optimiser, self.forcing,
                rows=self.rows, updates=self.updates,
            )  # fmt: skip
        except ValueError as error:
            raise RunError(
                f"{self.run.path / STATE}: not the state of this run ({error}); train again"
            ) from None
        self.metrics, self.saved = self.run.metrics(), self.clock()
        self.run.complete()

    # ---- one epoch -----------------------------------------------------------------------------

    def _epoch(self) -> Iterator[Examples]:
        """The batches of the current epoch, in an order from the seed and the epoch."""
        train = self.data.splits["train"]
        if self.config.steps is not None and isinstance(train.y, Sequence):
            chunks = streams(train.y, self.rows, self.config.steps)
            return (Examples(None, chunk) for chunk in chunks)
        order = order_of(self.config, self.progress.epoch)
        most = self.config.batch_symbols
        return batches(train, self.rows, generator=order, symbols=most)

    def _update(self, batch: Examples) -> float:
        """One step of the optimiser; return the nats per symbol before it."""
        progress, config = self.progress, self.config
        for group in self.optimiser.param_groups:
            group["lr"] = self._learning_rate()
        count = symbols(self.model, batch.y)
        with self._products():
            log_p, objective = self._objectives(there(self.model, batch))
        nats = -log_p.sum()
        self.optimiser.zero_grad()
        (-objective.sum() / self.typical).backward()
        norm = torch.nn.utils.clip_grad_norm_(self.model.parameters(), config.clip)
        loss = nats.item() / count
        if not (math.isfinite(loss) and math.isfinite(norm.item())):
            raise Diverged(
                f"step {progress.step + 1}: the loss is {loss:g} and the gradient's norm "
                f"{norm.item():g}; training stops. {self.run.path} keeps the weights from before. "
                f"Try a lower learning rate than {config.learning_rate:g}, a lower clip than "
                f"{config.clip:g}, or a gated cell (gru, lstm)"
            )
        self.optimiser.step()
        self.forcing.advance()
        progress.step += 1
        progress.position += 1
        progress.nats += nats.item()
        progress.symbols += count
        return loss

    def _products(self) -> AbstractContextManager[None]:
        """Where products are of the precision of training; probabilities are float32 at least."""
        if self.config.precision != "bfloat16":
            return nullcontext()
        return torch.autocast(self.device.type, torch.bfloat16)

    def _objectives(self, batch: Examples) -> tuple[Tensor, Tensor]:
        """The log-likelihood of each row, and what is maximised: the same but for class weights."""
        y, weights = batch.y, self.class_weights
        if weights is None:
            log_p = self._objective(batch)
            return log_p, log_p
        p = y_given(self.model, batch.x)
        if not isinstance(y, Sequence):
            return log_prob(p, y), weighted(p, y, weights)
        assert isinstance(p, SequenceDistribution)
        terms = self.forcing.terms(p, y)
        by_class = terms._replace(values=terms.values * weights[y.values])
        return terms.total(), by_class.total()

    def _objective(self, batch: Examples) -> Tensor:
        """The log-likelihood of each row; running text continues from the chunk before."""
        if not isinstance(batch.y, Sequence):
            return log_prob(y_given(self.model, batch.x), batch.y)
        p = self.carried or y_given(self.model, batch.x)
        assert isinstance(p, SequenceDistribution)
        if not self.running:
            return self.forcing.objective(p, batch.y)
        log_p, following = p.observe(batch.y)
        self.carried = following.detach()
        forced = isinstance(self.forcing, TeacherForcing)
        return log_p if forced else self.forcing.objective(p, batch.y)

    def _learning_rate(self) -> float:
        """r · rise · (1 + cos πs) / 2, where s is the share of training that is over: of the
        updates or, if more, of the seconds."""
        step, rate = self.progress.step, self.config.learning_rate
        limit = self.config.max_seconds
        of_time = 0.0 if limit is None else self.progress.seconds / limit
        rise = max((step + 1) / min(WARM_UP, max(self.planned // 10, 1)), 10 * of_time)
        share = max(step / self.planned, of_time)
        fall = (1 + math.cos(math.pi * min(share, 1.0))) / 2
        return rate * min(rise, 1.0) * fall

    def _validate(self) -> tuple[bool, str]:
        """Score the validation part; after the last batch of an epoch, begin the next one.

        Returns:
            Whether it is the best so far, and what is to be said of it.
        """
        progress = self.progress
        done = progress.position == self.updates
        steps = self.config.steps
        rows = self.rows if self.running else max(self.rows, 128)
        examples = self.data.splits["valid"].limited_to(MEASURED)
        valid = nats_per_symbol(self.model, examples, rows, steps, self.config.batch_symbols)
        # the first is the best so far whatever it is, so that there are weights to go on with
        better = valid < progress.best or not self.metrics
        if better:
            progress.best = min(progress.best, valid)  # which is not nan
        if done or better:
            progress.since_best = 0 if better else progress.since_best + 1
        train = progress.nats / progress.symbols
        if done:
            progress.epoch, progress.position, self.carried = progress.epoch + 1, 0, None
            progress.nats, progress.symbols = 0.0, 0
        self.metrics.append(
            {
                "epoch": progress.epoch,
                "step": progress.step,
                "seconds": round(progress.seconds, 2),
                "train nats": train,
                "valid nats": valid,
                "learning rate": self._learning_rate(),
                "epsilon": self._epsilon(),
            }
        )
        return better, (
            f"epoch {progress.epoch:3d}  step {progress.step:6,}  nats per symbol: "
            f"train {train:.4f}  valid {valid:.4f}{'  best so far' if better else ''}"
        )

    def _epsilon(self) -> float | None:
        """The probability of observed values on the output edge; None without a schedule."""
        forcing = self.forcing
        return forcing.probability if isinstance(forcing, ScheduledSampling) else None

    def _display(self) -> Display:
        schema = self.data.schema
        one = "symbols" if schema.output.discrete else "steps"
        return Display(
            self.progress,
            round(self.planned * self.typical),
            round(self.progress.step * self.typical),
            one if schema.y.sequence or schema.running else "rows",
            say=self.say,
            clock=self.clock,
        )
