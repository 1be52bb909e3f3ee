"""The training loop."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator
from itertools import islice

import torch
from tqdm import tqdm

from throughtime.data import Dataset, Examples, batches, streams
from throughtime.data.columns.inputs import Inputs, Static
from throughtime.data.panel.dataset import OWN
from throughtime.data.panel.windows import windows
from throughtime.data.vocabularies.absent import absent_labels, in_words
from throughtime.evaluation.likelihood import MEASURED, scored, symbols
from throughtime.forcing import ScheduledSampling
from throughtime.runs import choices
from throughtime.runs.config import Config
from throughtime.runs.device import placed
from throughtime.runs.errors import RunError
from throughtime.runs.folder import RunFolder
from throughtime.runs.metrics import Metrics, chosen, standing
from throughtime.runs.names import STATE
from throughtime.sequence import Sequence
from throughtime.training.class_weights import balanced
from throughtime.training.display import Clock, Display
from throughtime.training.freezing import freeze
from throughtime.training.interrupt import Interrupt
from throughtime.training.objective import Objective
from throughtime.training.optimiser import Optimiser
from throughtime.training.processes import ALONE, Processes
from throughtime.training.progress import Progress
from throughtime.training.resolve import updates_per_epoch
from throughtime.training.schedule import check, factor_of, schedule_of
from throughtime.training.state import restore, state_of
from throughtime.training.watching import OnEpoch, OnUpdate, asks_to_stop

INTERRUPTED = "interrupted"
"""The reason why training stopped, if a signal asked it to."""


ASKED = "asked for by what watches it"
"""The reason why training stopped, if ``on_epoch`` or ``on_update`` asked it to."""


class Diverged(RuntimeError):
    """The loss or the gradient is not finite (NaN or infinite)."""


def order_of(config: Config, epoch: int) -> torch.Generator:
    """The generator of the order of an epoch's batches, from the seed and the epoch."""
    return torch.Generator().manual_seed(config.seed * 1_000_003 + epoch)


class Trainer:
    """Minimises -log p per symbol by AdamW, or another optimiser, with a learning rate that decays.

    After each epoch the last weights are saved, and also as the best ones if the validation loss
    is the lowest so far; of labels, if the accuracy is the highest. Ctrl-C saves after the current
    update and stops, validated or not; a resumed run continues as if it had not been interrupted,
    random draws included.

    Training sets torch's global seed and its number of threads.

    Args:
        run: the model, its configuration and its folder; to resume, loaded with the last weights.
        data: the data to train on.
        resume: continue from the run's state of training.
        say: receives each line of the log.
        on_epoch: is called after each validation; what it raises, ``fit`` raises.
        on_update: is called after each update; see :mod:`throughtime.training.watching` for both.
        until: the moment, by the clock, at which training is interrupted as by Ctrl-C.
        clock: the time in seconds.
        processes: those that train together. The first one begins, and has saved, before the others
            resume; it alone writes, says anything, and calls what watches.

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
        on_update: OnUpdate | None = None,
        until: float = math.inf,
        clock: Clock = time.monotonic,
        processes: Processes = ALONE,
    ) -> None:
        run.check(data)
        self.run, self.data, self.config = run, data, run.config
        self.on_epoch, self.on_update = on_epoch or _nothing, on_update or _nothing
        self.say, self.until, self.clock, self.processes = say, until, clock, processes
        torch.set_num_threads(self.config.threads)
        torch.manual_seed(self.config.seed)
        self.device = processes.device_of(self.config.device)
        self.model, self.rows = run.model.to(self.device).train(), self.config.batch_size
        freeze(self.model, self.config.freeze)
        self.running = data.schema.running
        self.optimiser = Optimiser(self.config, list(self.model.parameters()))
        self.forcing = choices.forcing_of(self.config.forcing)
        self.updates = updates_per_epoch(
            data, self.rows, self.config.batch_symbols, self.config.steps
        )
        # Rows of a batch have similar lengths. If the loss of each batch were divided by its own
        # number of symbols, short rows would weigh more, and the model would learn to be short.
        self.typical = symbols(self.model, data.splits["train"]) / self.updates
        self.symbols_of_valid = symbols(self.model, data.splits["valid"].limited_to(MEASURED))
        self.planned = self.config.epochs * self.updates
        if self.config.max_steps is not None:
            self.planned = min(self.planned, self.config.max_steps)
        self.schedule = schedule_of(self.config.schedule)
        check(self.schedule, self.config.schedule, self.planned)
        weights = None
        if self.config.class_weights is not None:
            weights = placed(self.model, balanced(data.splits["train"].y, data.schema.y.size))
        self.objective = Objective(
            self.model,
            self.forcing,
            running=self.running,
            class_weights=weights,
            half=self.config.precision == "bfloat16",
        )
        self.progress = Progress()
        self.metrics: Metrics = []
        if resume:
            self._restore()
        else:
            self._save()
        processes.draw_alike(self.config.seed)

    def fit(self) -> str:
        """Train, and return the reason why training stopped.

        Raises:
            Diverged: if the loss is not finite; the weights saved before are kept.
        """
        with Interrupt() as interrupt, self._display() as display:
            reason = self._fit(interrupt, display)
        self.say(display.summary())
        return reason

    def _fit(self, interrupt: Interrupt, display: Display) -> str:
        progress = self.progress
        if labels := absent_labels(self.data.splits["valid"].y):
            self.say(f"valid nats are without these: {in_words(labels)}")
        started = self.clock() - progress.seconds
        unread: OSError | None = None
        stop = self._agreed(interrupt, progress.seconds)
        while self._not_validated() or not progress.reason_to_stop(self.config):
            for batch in islice(self._epoch(), progress.position, None):
                if stop or progress.reason_to_stop(self.config):
                    break
                done = self._update(batch)
                try:
                    display.update(int(done["symbols"]), done["nats"])
                except OSError as error:  # nobody reads, or the log's disk is full
                    unread = error
                asked = unread is not None or asks_to_stop(self.on_update(done))
                stop = self._agreed(interrupt, self.clock() - started, asked)
                self._expect_validation()
                if not stop and progress.seconds - self.saved > 60 * self.config.save_every:
                    self._save()
            if stop:
                self._save()
                if unread is not None:
                    raise unread
                return stop
            with display.paused():
                self._shorten_validation()
                before = progress.seconds
                better, said = self._validate()
                stop = self._agreed(interrupt, self.clock() - started)
                progress.validation = progress.seconds - before
                self._save(best=better)
                self.say(said)  # last: there may be nobody any more
                answer = asks_to_stop(self.on_epoch(dict(self.metrics[-1])))
                if any(self.processes.most(answer)):
                    break
        return progress.reason_to_stop(self.config) or ASKED

    def _agreed(self, interrupt: Interrupt, seconds: float, asked: bool = False) -> str | None:
        """The reason to stop now, if any of the processes has one; all go by the slowest clock."""
        interrupted = interrupt.requested or self.clock() >= self.until
        seconds, *reasons = self.processes.most(seconds, asked, interrupted)
        self.progress.seconds = seconds
        return ASKED if reasons[0] else INTERRUPTED if reasons[1] else None

    def _expect_validation(self) -> None:
        """Before the first validation, guess from the updates how long it will take: a symbol is a
        forward pass, and in an update a reverse one too, which is no shorter."""
        progress = self.progress
        if not self.metrics:
            a_symbol = progress.seconds / progress.symbols / 2
            progress.validation = self.symbols_of_valid * a_symbol

    def _shorten_validation(self) -> None:
        """Before the first validation, leave out what would take longer than half of the time that
        is given; all validations are of the same rows, also after this is resumed."""
        progress, limit = self.progress, self.config.max_seconds
        if not self.metrics and limit is not None and progress.validation > limit / 2:
            share = limit / 2 / progress.validation
            progress.measured = max(1, int(self.symbols_of_valid * share))
            self.say(
                f"valid is measured on {progress.measured:,} of {self.symbols_of_valid:,} symbols: "
                f"all would take longer than half of {limit:g} seconds"
            )

    @property
    def valid(self) -> Examples:
        """The part of the validation data that is measured."""
        return self.data.splits["valid"].limited_to(self.progress.measured or MEASURED)

    def _not_validated(self) -> bool:
        """Whether updates were made since the last validation, also before this was resumed."""
        return self.progress.step > (self.metrics[-1]["step"] or 0 if self.metrics else 0)

    # ---- saving --------------------------------------------------------------------------------

    def _save(self, *, best: bool = False) -> None:
        carried = () if self.objective.carried is None else self.objective.carried.state.tensors()
        carried = tuple(self.processes.whole(part, self.rows) for part in carried)
        draws, self.saved = self.processes.draws(), self.progress.seconds
        if self.processes.lead:
            parts = (self.progress, self.optimiser, self.forcing, carried, draws, self.device)
            self.run.save_state(state_of(*parts), self.metrics, best=best)

    def _restore(self) -> None:
        state = self.run.load_state()
        try:
            self.progress, self.objective.carried = restore(
                state, self.model, self.optimiser, self.forcing,
                rows=self.rows, share=self.processes.share.rows, updates=self.updates,
            )  # fmt: skip
        except ValueError as error:
            raise RunError(
                f"{self.run.path / STATE}: not the state of this run ({error}); train again"
            ) from None
        self.metrics, self.saved = self.run.metrics(), self.progress.seconds
        if self.processes.lead:
            self.run.complete()

    # ---- one epoch -----------------------------------------------------------------------------

    def _epoch(self) -> Iterator[Examples]:
        """The batches of the current epoch, in an order from the seed and the epoch."""
        train = self.data.splits["train"]
        if self.data.schema.of_series:
            assert self.config.steps is not None
            order = order_of(self.config, self.progress.epoch)
            static = self.data.schema.static
            own = static.places(OWN) if isinstance(static, Static) else None
            unknown = next((i.unknown for i in self.data.schema.x if isinstance(i, Inputs)), None)
            return windows(train, self.rows, self.config.steps, order, own, unknown)
        if self.config.steps is not None and isinstance(train.y, Sequence):
            chunks = streams(train.y, self.rows, self.config.steps)
            return (Examples(None, chunk) for chunk in chunks)
        order = order_of(self.config, self.progress.epoch)
        most = self.config.batch_symbols
        return batches(train, self.rows, generator=order, symbols=most)

    def _update(self, batch: Examples) -> dict[str, float]:
        """One step of the optimiser; return its numbers."""
        progress, config, factor = self.progress, self.config, self._factor()
        count = symbols(self.model, batch)
        with self.processes.shared(batch, progress.step) as share:
            log_p, objective = self.objective.of(share)
        self.model.zero_grad()
        (-objective.sum() / self.typical).backward()
        nats = self.processes.sum_gradients(self.model, -log_p.sum())
        norm = torch.nn.utils.clip_grad_norm_(self.model.parameters(), config.clip)
        loss = nats.item() / count
        if not (math.isfinite(loss) and math.isfinite(norm.item())):
            raise Diverged(
                f"step {progress.step + 1}: the loss is {loss:g} and the gradient's norm "
                f"{norm.item():g}; training stops. {self.run.path} keeps the weights from before. "
                f"Try a lower learning rate than {config.learning_rate:g}, a lower clip than "
                f"{config.clip:g}, or a gated cell (gru, lstm)"
            )
        self.optimiser.step(factor)
        self.forcing.advance()
        progress.step += 1
        progress.position += 1
        progress.nats += nats.item()
        progress.symbols += count
        progress.norms += norm.item()
        progress.clipped += norm.item() > config.clip
        return {
            "epoch": progress.epoch + 1,
            "step": progress.step,
            "nats": loss,
            "gradient norm": norm.item(),
            "learning rate": self.optimiser.rate,
            "symbols": count,
        }

    def _factor(self) -> float:
        """The learning rate, as a factor of its peak."""
        step, end = self.progress.step, self.progress.end_of_updates(self.config)
        of_time = 0.0 if end is None else self.progress.seconds / end
        share = min(max(step / self.planned, of_time), 1.0)
        return factor_of(self.schedule, self.config.schedule, step, self.planned, share)

    def _validate(self) -> tuple[bool, str]:
        """Score the validation part; after the last batch of an epoch, begin the next one.

        Returns:
            Whether it is the best so far, and what is to be said of it.
        """
        progress = self.progress
        done = progress.position == self.updates
        steps = self.config.steps if self.running else None
        rows = self.rows if self.running else max(self.rows, 128)
        most, share = self.config.batch_symbols, self.processes.share.rows
        nats, count, right, measured = self.processes.sum(
            *scored(self.model, self.valid, rows, steps, most, share)
        )
        valid = nats / count if count else math.nan
        accuracy = right / measured if self.data.schema.y_is_label and measured else None
        found = {"valid nats": valid, "valid accuracy": accuracy}
        # the first is the best so far whatever it is, so that there are weights to go on with
        best = chosen(self.metrics)
        better = best is None or standing(found) < standing(best)
        if done or better:
            progress.since_best = 0 if better else progress.since_best + 1
        train = progress.nats / progress.symbols
        norm, clipped = (n / progress.position for n in (progress.norms, progress.clipped))
        if done:
            progress.epoch, progress.position = progress.epoch + 1, 0
            self.objective.carried = None
            progress.nats, progress.symbols = 0.0, 0
            progress.norms, progress.clipped = 0.0, 0
        self.metrics.append(
            {
                "epoch": progress.epoch,
                "step": progress.step,
                "seconds": round(progress.seconds, 2),
                "train nats": train,
                **found,
                "learning rate": self.optimiser.rate,
                "epsilon": self._epsilon(),
                "gradient norm": norm,
                "share clipped": clipped,
            }
        )
        return better, (
            f"epoch {progress.epoch:3d}  step {progress.step:6,}  nats per symbol: "
            f"train {train:.4f}  valid {valid:.4f}"
            f"{'' if accuracy is None else f'  accuracy {accuracy:.4f}'}"
            f"{'  best so far' if better else ''}"
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
            shown=self.processes.lead,
        )


def _nothing(numbers: object) -> None:
    pass
