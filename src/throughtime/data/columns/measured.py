"""The y of many series: numbers, counts, positive numbers or shares, each series by its scale."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any, ClassVar, NamedTuple, Self

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from throughtime.data.columns.column import Column, keys, shown
from throughtime.data.columns.linear_parts import LinearParts
from throughtime.data.columns.panel import Panel, Series
from throughtime.data.columns.scale import Scale
from throughtime.data.errors import DataError
from throughtime.data.times.step import Step
from throughtime.outputs import Beta, Gamma, NegativeBinomial, Normal, Output


class Kind(NamedTuple):
    """A kind of measured values.

    Args:
        output: the usual output of such values.
        possible: whether values, none missing, can be of this kind.
        expected: what is expected, in words.
    """

    output: Callable[[int], Output]
    possible: Callable[[NDArray[np.float64]], bool]
    expected: str


KINDS: dict[str, Kind] = {
    "number": Kind(Normal, lambda y: True, "numbers"),
    "count": Kind(
        NegativeBinomial,
        lambda y: bool(((y >= 0) & (y % 1 == 0)).all()),
        "whole numbers 0, 1, 2, …",
    ),
    "positive": Kind(Gamma, lambda y: bool((y > 0).all()), "numbers above zero"),
    "share": Kind(Beta, lambda y: bool(((y > 0) & (y < 1)).all()), "numbers between 0 and 1"),
}
"""The kinds by name, as in ``--target sales:count``."""


LARGE = 50
"""The median of counts from which on they may be numbers: one more is two in a hundred."""

FEW = 8
"""With fewer values, a series' own deviation says little."""

ONE = 1.0
"""The unit of what is constant, see :class:`~throughtime.data.columns.scale.Scale`."""


def _shows_its_spread(values: NDArray[np.float64]) -> bool:
    seen = values[~np.isnan(values).any(1)]
    return len(seen) >= FEW and bool((np.ptp(seen, 0) > 0).all())


def kind_of(values: NDArray[np.float64], linear: bool = False) -> str:
    """The kind that values ``(T, D)`` show: counts, if all are whole and none is below zero; shares
    and positive numbers are never guessed, since numbers may be as well.

    Large counts, to which one more or less is nothing, are numbers where what is linear in the past
    can be taken out of these: trend and season are then found in a hundred values, which show too
    little of them to a net.

    Args:
        values: the values of training.
        linear: whether that can be.

    Example:
        >>> kind_of(np.array([[3.0], [0.0], [np.nan]])), kind_of(np.array([[0.5]]))
        ('count', 'number')
        >>> passengers = np.array([[112.0], [118.0], [132.0]])
        >>> kind_of(passengers), kind_of(passengers, linear=True)
        ('count', 'number')
    """
    seen = values[~np.isnan(values)]
    if not KINDS["count"].possible(seen) or seen.max(initial=0) <= 1:
        return "number"
    return "number" if linear and np.nanmedian(values, 0).min() > LARGE else "count"


def may_be_linear(panel: Panel) -> bool:
    """Whether what is linear in the past may be taken out of numbers: they are on a grid of time,
    and no input is there that it would take for news."""
    return panel.step.regular and not (panel.known or panel.past)


def check_kind(panel: Panel, what: str, at: Callable[[int], str]) -> None:
    """Refuse values that are not of a kind.

    Args:
        panel: the series.
        what: the kind, see :data:`KINDS`.
        at: the file and line of a row.

    Raises:
        DataError: with file, line and series.
    """
    kind = KINDS[what]
    for series in panel.series:
        seen = np.argwhere(~np.isnan(series.y))
        if kind.possible(series.y[tuple(seen.T)]):
            continue
        t, d = next((t, d) for t, d in seen if not kind.possible(series.y[t, d : d + 1]))
        of = f"{panel.targets[d]!r}" + (f" of {series.name!r}" if series.name else "")
        raise DataError(
            f"{at(int(series.rows[t]))}: {of} is {series.y[t, d]:g}; expected {kind.expected}"
        )


class Measured(Column):
    r"""The values of several series, ``(T, D)``, NaN where one is missing.

    One model is of all series, which may differ in size by orders of magnitude. So each has a scale
    of its own, learned from its part of training:

    - numbers are standardised, :math:`(y - m) / s`, by their mean and standard deviation; or, on a
      grid of time and without inputs, which would be taken for news, are what is left of them by
      :class:`~throughtime.data.columns.innovations.Innovations`;
    - positive numbers are divided by their mean;
    - counts and shares have no unit and are as they are; but the mean of the counts is the scale ν
      of the model, see :class:`~throughtime.RecurrentModel`.

    The deviation of few values, or of equal ones, is steadied by how large it is beside the mean in
    other series. A series that training has not seen is measured by what is given of it.

    Args:
        name: the targets, separated by commas.
        detail: the kind of the values, see :data:`KINDS`.
    """

    kind: ClassVar[str] = "series"
    sequence = stepwise = True

    def __init__(self, name: str = "", detail: str | None = None) -> None:
        super().__init__(name)
        self.what = "number" if detail is None else detail
        if self.what not in KINDS:
            raise DataError(f"no kind {detail!r} of series; expected {', '.join(KINDS)}")
        self.scales: dict[str, Scale] = {}
        self.linear: LinearParts | None = None
        self.panel: Panel | None = None

    def of(
        self,
        panel: Panel,
        training: Sequence[NDArray[np.float64]],
        before: Sequence[NDArray[np.float64]] | None = None,
    ) -> Self:
        """Learn the scale of each series from its values in training, which may be none.

        Args:
            panel: the series; what is known of their time and columns is kept for later files.
            training: of each series the values of training, ``(T, D)``.
            before: those before the test, from which the linear part is learned; of training alone,
                if None.
        """
        empty = panel.series[0].upto(0)
        some = {n: next((v for s in panel.series if (v := s.static[n]) is not None), None)
                for n in panel.static}  # fmt: skip
        self.panel = replace(panel, series=(replace(empty, static=some),), notes=())
        self.size = len(panel.targets)
        pairs = list(zip(panel.series, training, strict=True))
        pairs.sort(key=lambda pair: not _shows_its_spread(pair[1]))  # these say what is usual
        for series, values in pairs:
            if (scale := self._scale(values)) is not None:
                self.scales[series.name] = scale
        if self.what == "number" and may_be_linear(panel):
            self.linear = LinearParts(panel.step.season)
            known = training if before is None else before
            of_series = zip(panel.series, known, strict=True)
            self.linear.learn({s.name: values for s, values in of_series}, self.scales)
        return self

    def scale_of(self, series: Series) -> Scale:
        """The scale of a series: what was learned of it, or what its values show; without any, the
        median of the others."""
        return self.scales.get(series.name) or self._scale(series.y) or self._usual()

    def _usual(self) -> Scale:
        """The median of the scales of training."""
        known = list(self.scales.values())
        return Scale(
            torch.stack([s.mean for s in known]).median(0).values,
            torch.stack([s.unit for s in known]).median(0).values,
        )

    def _steadied(self, scale: Scale, count: int) -> Scale:
        """A scale of numbers with a deviation that few values, or equal ones, do not show: it is
        then as large beside the mean as that of most other series."""
        if not self.scales or (count >= FEW and not bool((scale.unit == ONE).any())):
            return scale
        usual = self._usual()
        share = (usual.unit / usual.mean.abs().clamp(min=1e-12)).clamp(max=1.0)
        unit = torch.where(scale.mean == 0, usual.unit, scale.mean.abs() * share)
        own = torch.where(scale.unit == ONE, unit, scale.unit)
        weight = min(count, FEW) / FEW
        return Scale(scale.mean, (weight * own.square() + (1 - weight) * unit.square()).sqrt())

    def _scale(self, values: NDArray[np.float64]) -> Scale | None:
        """The scale of values, ``(T, D)``; None if a target has none."""
        seen = [torch.from_numpy(v[~np.isnan(v)])[:, None] for v in values.T]
        if not all(map(len, seen)):
            return None
        scales = [Scale.of(v) for v in seen]
        mean, unit = (torch.cat([getattr(s, what) for s in scales]) for what in ("mean", "unit"))
        if self.what == "number":
            return self._steadied(Scale(mean, unit), min(map(len, seen)))
        nothing = torch.zeros_like(mean)
        if self.what == "share":
            return Scale(nothing, torch.ones_like(mean))
        # a series of zeros alone has had fewer than one in all its steps
        least = 1.0 / len(values) if self.what == "count" else 0.0
        return Scale(nothing, mean.clamp(min=least))

    # ---- to a tensor and back ------------------------------------------------------------------

    def encode_series(self, series: Series, start: int | None = None) -> tuple[Tensor, Tensor]:
        """The values as the model has them, ``(T, D)``, NaN where one is missing; and their unit,
        ``(D,)``: for counts the scale ν.

        Args:
            series: the series.
            start: how many of its first steps may say how it is measured, if training has not seen
                it; all, if None.

        Raises:
            DataError: if a value is not of the kind.
        """
        given = series if start is None else series.upto(start)
        scale = self.scale_of(given)
        values = series.y
        if not KINDS[self.what].possible(values[~np.isnan(values)]):
            raise DataError(
                f"{series.name or self.name}: has {self._impossible(values):g}; expected "
                f"{KINDS[self.what].expected}, as {self.name} has them in training"
            )
        y = torch.from_numpy(values)
        if self.linear is not None:
            pairs = zip(self.linear.of(given, scale), values.T, strict=True)
            y = torch.from_numpy(np.stack([of.into(v) for of, v in pairs], 1))
        elif self.what != "count":
            y = (y - scale.mean) / scale.unit
        return y.float(), scale.unit.float()

    def _impossible(self, values: NDArray[np.float64]) -> float:
        seen = values[~np.isnan(values)]
        return next(float(v) for v in seen if not KINDS[self.what].possible(np.array([v])))

    def back(self, series: Series, values: Tensor) -> NDArray[np.float64]:
        """Values of the model ``(*, D)`` in the units of the file."""
        found = values.detach().cpu().double()
        if self.linear is not None:
            pairs = zip(self.linear.of(series, self.scale_of(series)), series.y.T, strict=True)
            drawn = [of.back(y, found[..., d].numpy()) for d, (of, y) in enumerate(pairs)]
            return np.stack(drawn, -1)
        if self.what != "count":
            scale = self.scale_of(series)
            found = found * scale.unit + scale.mean
        return found.numpy()

    # ---- what every column has -----------------------------------------------------------------

    def parse(self, value: Any, folder: Path = Path()) -> Any:
        raise DataError("the values of series are read by --time and --series, not one by one")

    def fit(self, parsed: Sequence[Any], rare: int) -> None:
        raise TypeError("series are learned from by of()")

    def encode(self, parsed: Any) -> Tensor:
        raise TypeError("series are encoded by encode_series()")

    def decode(self, value: Tensor) -> Any:
        return value.tolist()

    def output(self) -> Output:
        return KINDS[self.what].output(self.size)

    def describe(self) -> str:
        return f"{self.what}s of {len(self.scales):,} series"

    def state(self) -> dict[str, Any]:
        assert self.panel is not None
        panel = {k: v for k, v in vars(self.panel).items() if k not in ("series", "notes", "step")}
        (empty,) = self.panel.series
        texts = [name for name, values in empty.x.items() if values.dtype == object]
        texts += [name for name, value in empty.static.items() if isinstance(value, str)]
        panel |= {"step": asdict(self.panel.step), "texts": texts, "times": empty.times.dtype.str}
        return {
            "what": self.what,
            "panel": panel,
            "scales": {
                name: {"mean": s.mean.tolist(), "unit": s.unit.tolist()}
                for name, s in self.scales.items()
            },
            "linear": self.linear and self.linear.state(),
        }

    def load_state(self, state: Mapping[str, Any]) -> None:
        what, panel, learned, linear = keys(state, "what", "panel", "scales", "linear")
        if what not in KINDS or not isinstance(panel, dict) or not isinstance(learned, dict):
            raise DataError("no kind of series, no panel or no scales")
        try:
            lists: dict[str, Any] = {
                k: tuple(v) if isinstance(v, list) else v for k, v in panel.items()
            }
            texts, times = lists.pop("texts"), np.dtype(lists.pop("times"))
            lists["step"] = Step(**lists["step"])
            of_files = Panel(**lists, series=(), notes=())
            self.panel = replace(of_files, series=(_empty(of_files, texts, times),))
            self.scales = {
                name: Scale(*(torch.tensor(s[k], dtype=torch.float64) for k in ("mean", "unit")))
                for name, s in learned.items()
            }
            self.linear = None if linear is None else LinearParts.restored(linear)
        except (TypeError, KeyError, ValueError, AttributeError):
            raise DataError(f"the panel {shown(panel)}, or its scales, damaged") from None
        self.what, self.size = what, len(self.panel.targets)
        scales = self.scales.values()
        if not all(len(s.mean) == len(s.unit) == self.size for s in scales):
            raise DataError(f"scales of another size than {self.size}")
        if not all(bool((s.unit > 0).all() & s.mean.isfinite().all()) for s in scales):
            raise DataError("a unit that is not above zero, or a mean that is not finite")

    def alike(self, other: Column) -> bool:
        if not isinstance(other, Measured) or self.scales.keys() != other.scales.keys():
            return False
        same = [self.scales[name].alike(other.scales[name]) for name in self.scales]
        mine, its = self.state(), other.state()
        same += [mine[k] == its[k] for k in ("what", "panel")]
        return all(same) and (self.linear is None or self.linear.alike(other.linear))


def _empty(panel: Panel, texts: tuple[str, ...], times: np.dtype[Any]) -> Series:
    """A series without steps that shows the kinds of times and inputs."""
    x = {
        name: np.array([], object if name in texts else np.float64)
        for name in (*panel.known, *panel.past)
    }
    static: dict[str, float | str | None] = {n: "" if n in texts else 0.0 for n in panel.static}
    nothing = np.empty((0, len(panel.targets)))
    return Series("", np.array([], times), nothing, x, static, np.array([], np.int64))
