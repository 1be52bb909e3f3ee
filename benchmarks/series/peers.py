"""The recurrent nets of other libraries, as ways to forecast."""

from __future__ import annotations

import logging
import time
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from importlib.metadata import PackageNotFoundError, version
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from throughtime.data.columns.panel import Panel, Series
from throughtime.inference.naive import Paths

PACKAGES = ("statsforecast", "gluonts", "neuralforecast", "statsmodels", "sktime")
"""What is measured beside ours, and where the ten series come from, if it is there."""

FREQ = {"month": "M", "quarter": "Q", "year": "Y", "day": "D"}
"""The steps as GluonTS calls them."""


def there() -> dict[str, str]:
    """The versions of the packages that are there."""
    found = {}
    for name in PACKAGES:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue
    return found


class Speed(NamedTuple):
    """How fast a library trains.

    Args:
        windows: a second.
        updates: those that were timed, after the first ones.
    """

    windows: float
    updates: int


class Clock:
    """Notes the seconds of the processor after each update, of all libraries alike: those do not
    depend on what else the machine does."""

    FIRST = 20
    """So many updates are not timed: what is set up once is."""

    def __init__(self) -> None:
        self.times: list[float] = []

    def __deepcopy__(self, memo: object) -> Clock:
        return self  # a copy of a model is timed by the same one

    def note(self, *_: object) -> None:
        """An update is over."""
        self.times.append(time.process_time())

    def speed(self, windows: int) -> Speed:
        """Windows a second, if an update has so many: of the median, which no validation is in."""
        seconds = np.diff(self.times[self.FIRST :])
        return Speed(windows / float(np.median(seconds)), len(seconds))

    def callback(self, lightning: str) -> Any:
        """It as Lightning calls it, which has two names."""
        found = import_module(f"{lightning}.callbacks").Callback()
        found.on_train_batch_end = self.note
        return found


def deep_ar(
    training: Panel,
    whole: Panel,
    by: str,
    horizon: int,
    *,
    paths: int,
    seed: int = 0,
    epochs: int = 100,
    clock: Clock | None = None,
    **options: Any,
) -> Paths:
    """GluonTS's DeepAR at its defaults, trained on a panel.

    Args:
        training: the series until the test.
        whole: the series with their known inputs until the end.
        by: month, quarter, year or day.
        horizon: steps of a forecast.
        paths: how many are drawn.
        seed: of training.
        epochs: of fifty batches each.
        clock: notes the updates.
        **options: other than its defaults, as the size.
    """
    torch = import_module("torch")
    estimator_of = import_module("gluonts.torch.model.deepar").DeepAREstimator
    of = _Entries(whole, FREQ[by])
    torch.manual_seed(seed)
    np.random.seed(seed)  # noqa: NPY002  # GluonTS draws its windows from the global generator
    trainer: dict[str, Any] = {
        "max_epochs": epochs,
        "accelerator": "cpu",
        "enable_progress_bar": False,
        "enable_model_summary": False,
        "logger": False,
        "callbacks": [clock.callback("lightning.pytorch")] if clock else [],
    }
    with quiet(), TemporaryDirectory() as folder:
        trainer["default_root_dir"] = folder  # the best weights are kept there until the end
        estimator = estimator_of(
            freq=FREQ[by], prediction_length=horizon, trainer_kwargs=trainer, **of.sizes, **options
        )
        predictor = estimator.train([of(series) for series in training.series])

    def forecast(history: Panel, steps: int) -> list[NDArray[np.float64]]:
        torch.manual_seed(0)
        with quiet():
            entries = [of(series, steps) for series in history.series]
            found = list(predictor.predict(entries, num_samples=paths))
        return [np.asarray(f.samples, np.float64)[..., None] for f in found]

    return forecast


class _Entries:
    """Series as GluonTS has them."""

    def __init__(self, whole: Panel, freq: str) -> None:
        self.whole, self.freq, self.known = {s.name: s for s in whole.series}, freq, whole.known
        self.names = list(self.whole)

    @property
    def sizes(self) -> dict[str, Any]:
        """What the estimator is told of them."""
        found: dict[str, Any] = {"num_feat_dynamic_real": len(self.known)}
        if len(self.names) > 1:
            found |= {"num_feat_static_cat": 1, "cardinality": [len(self.names)]}
        return found

    def __call__(self, series: Series, ahead: int = 0) -> dict[str, Any]:
        """A series, with its known inputs so many steps further."""
        pandas = import_module("pandas")
        found: dict[str, Any] = {
            "start": pandas.Period(str(series.times[0].astype("datetime64[D]")), self.freq),
            "target": series.y[:, 0].astype(np.float32),
            "item_id": series.name,
        }
        if self.known:
            steps = len(series) + ahead
            x = np.stack([self.whole[series.name].x[name][:steps] for name in self.known])
            x = np.pad(np.nan_to_num(x.astype(float)), ((0, 0), (0, steps - x.shape[1])))
            found["feat_dynamic_real"] = x.astype(np.float32)
        if len(self.names) > 1:
            found["feat_static_cat"] = np.array([self.names.index(series.name)])
        return found


def neural_lstm(
    rows: Any, horizon: int, *, context: int, size: int, layers: int, windows: int, updates: int
) -> Speed:
    """How fast NeuralForecast's LSTM trains on a long table with unique_id, ds and y."""
    clock = Clock()
    forecast = import_module("neuralforecast")
    models = import_module("neuralforecast.models")
    with quiet():
        model = models.LSTM(
            h=horizon, input_size=context, encoder_n_layers=layers, encoder_hidden_size=size,
            decoder_hidden_size=size, max_steps=updates, batch_size=windows,
            windows_batch_size=windows, enable_progress_bar=False, enable_model_summary=False,
            logger=False, accelerator="cpu", callbacks=[clock.callback("pytorch_lightning")],
        )  # fmt: skip
        forecast.NeuralForecast(models=[model], freq="D").fit(df=rows)
    return clock.speed(windows)


@contextmanager
def quiet() -> Iterator[None]:
    """Without what they log and warn of."""
    for name in ("lightning", "lightning.pytorch", "pytorch_lightning", "gluonts",
                 "lightning.pytorch.utilities.rank_zero"):  # fmt: skip
        logging.getLogger(name).setLevel(logging.ERROR)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield
