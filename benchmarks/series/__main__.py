"""Measure our forecasts of series beside the libraries people use; write docs/results-series.md.

    python -m benchmarks.series [sunspots shops speed ten ...] [--seeds 3] [--runs runs/series]

The peers are statsforecast, gluonts[torch] and neuralforecast, and the ten series come with
statsmodels and sktime (`pip install throughtime[series]`, in an environment of its own: they want
an older pandas); what is not there is left out, and said. All are given the same histories
and measured by the same code. What is there of an earlier run is not measured again, so a stopped
one goes on where it was.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from benchmarks.series import speed as speeds
from benchmarks.series import sunspots
from benchmarks.series.ours import PATHS, Plan, planned, table, trained, way_of
from benchmarks.series.page import page
from benchmarks.series.peers import PACKAGES, Speed, deep_ar, there
from benchmarks.series.shops import FIRST, HELD, Shops
from benchmarks.series.ten import END, HORIZON, STEP, TEN, moved
from benchmarks.series.ten import HELD as HELD_OF
from throughtime.inference.classical import classical
from throughtime.inference.naive import Paths, seasonal_naive
from throughtime.inference.run import Run

Found = dict[str, Any]
PARTS = ("sunspots", "shops", "speed", "ten")
ORIGINS_OF_TEN, ORIGINS_OF_SHOPS, HORIZON_OF_SHOPS = 5, 4, 28


class Measuring:
    """What is measured, and kept."""

    def __init__(self, folder: Path, seeds: int, short: bool, epochs: int) -> None:
        self.folder, self.seeds, self.short, self.epochs = folder, range(seeds), short, epochs
        self.there = there()
        self.options: dict[str, Any] = {"max_steps": 2, "hidden_size": 8} if short else {}
        self.paths = 20 if short else PATHS

    def kept(self, name: str, measure: Callable[[], Any]) -> Any:
        """A number by its name: that of before, or measured now."""
        file = self.folder / f"{name}.json"
        if not file.exists():
            found = measure()
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(json.dumps(found, indent=1), encoding="utf-8")
            print(name, json.dumps(found.get("all", found) if isinstance(found, dict) else found),
                  flush=True)  # fmt: skip
        return json.loads(file.read_text(encoding="utf-8"))

    # ---- sunspots ------------------------------------------------------------------------------

    def sunspots(self) -> Found:
        year, y = sunspots.years()
        at = self.folder / "sunspots"
        first = sunspots.FIRST
        cut = first - (first - int(year[0])) // 9  # where validation begins, by default
        found: Found = {
            f"AR(9) of the years before {until}": [
                self.kept(f"sunspots/ar-{until}", partial(sunspots.autoregression, year, y, until))
            ]
            for until in (first, cut)
        }
        found["ours"] = [
            self.kept(
                f"sunspots/ours-{seed}",
                partial(sunspots.ours, year, y, at, seed, **self.options),
            )
            for seed in range(1 if self.short else max(len(self.seeds), sunspots.SEEDS))
        ]
        return found

    # ---- shops ---------------------------------------------------------------------------------

    def _shops(self) -> tuple[Shops, Path, Found]:
        shops = Shops.drawn(3, 260) if self.short else Shops.drawn()
        days = shops.y.shape[1]
        file = table(self.folder / "shops" / "shops.csv", shops.rows())
        split = f"date:{FIRST + days - HELD}"
        reading = {"time": "date", "series": "shop", "target": "sales", "split": split,
                   "input": "promo:known,holiday:known,region"}  # fmt: skip
        return shops, file, reading

    def shops(self) -> Found:
        shops, file, reading = self._shops()

        def run(seed: int) -> Run:
            out = self.folder / f"shops/run-{seed}"
            return trained(file, out, seed=seed, **reading, **self.options)

        def plan() -> Plan:
            return planned(run(0), HORIZON_OF_SHOPS, 1 if self.short else ORIGINS_OF_SHOPS)

        def ours(seed: int) -> Found:
            of = plan()
            return of.measured(way_of(run(seed), of.panel, self.paths))

        def other(way: Paths) -> Found:
            return plan().measured(way)

        naive = seasonal_naive(self.paths)
        return {
            "the generator itself": [self.kept("shops/own", partial(other, shops.own(self.paths)))],
            "seasonal naive": [self.kept("shops/naive", partial(other, naive))],
            "ours": [self.kept(f"shops/ours-{s}", partial(ours, s)) for s in self.seeds],
        }

    # ---- speed ---------------------------------------------------------------------------------

    def speed(self) -> Found:
        _, file, reading = self._shops()
        updates = 30 if self.short else 120

        def plan() -> Plan:
            run = trained(file, self.folder / "speed/run", max_steps=1, hidden_size=8, **reading)
            return planned(run, HORIZON_OF_SHOPS, 1)

        ways: dict[str, Callable[[], Speed]] = {
            "ours": lambda: speeds.of_ours(file, updates, **reading)
        }
        if "gluonts" in self.there:
            ways["DeepAR of GluonTS"] = lambda: speeds.of_deep_ar(plan(), updates)
        if "neuralforecast" in self.there:
            ways["LSTM of NeuralForecast"] = lambda: speeds.of_neural_lstm(plan(), updates)

        def timed(way: Callable[[], Speed]) -> Found:
            return way()._asdict()

        return {name: self.kept(f"speed/{name}", partial(timed, way)) for name, way in ways.items()}

    # ---- ten series ----------------------------------------------------------------------------

    def ten(self) -> Found:
        found: Found = {}
        several: dict[str, list[str]] = {}
        for name, kept in TEN.items():
            if kept.package in self.there:
                several.setdefault(kept.by, []).append(name)
                found[name] = self._of(name, [name])
        for by, names in several.items():
            if len(names) > 1:
                for name, ways in self._of(f"all by {by}", names).items():
                    for one in names:
                        found[one][f"{name}, one of all"] = [{"all": w[one]} for w in ways]
        return found

    def _of(self, title: str, names: list[str]) -> Found:
        """The ways to forecast some series, each of which gives the metrics of each, by seed."""
        by = TEN[names[0]].by
        columns: dict[str, list[Any]] = {"series": [], "time": [], "value": []}
        for name in names:
            times, values = moved(name)
            columns["series"] += [name] * len(times)
            columns["time"] += times
            columns["value"] += ["" if v != v else repr(float(v)) for v in values]
        file = table(self.folder / "ten" / f"{title}.csv", columns)
        cut = f"{END - STEP[by] * HELD_OF[by]}-01"
        reading = {"time": "time", "series": "series", "target": "value:number",
                   "split": f"time:{cut}"}  # fmt: skip

        def run(seed: int) -> Run:
            out = self.folder / "ten" / f"{title}-{seed}"
            return trained(file, out, seed=seed, **reading, **self.options)

        def plan() -> Plan:
            return planned(run(0), HORIZON[by], ORIGINS_OF_TEN)

        def ours(seed: int) -> Found:
            return plan().measured(way_of(run(seed), plan().panel, self.paths))

        def other(way: str) -> Found:
            return plan().measured(classical(self.paths)[0][way])

        def deep() -> Found:
            of, epochs = plan(), self.epochs
            return of.measured(
                deep_ar(of.training, of.panel, by, of.horizon, paths=self.paths, epochs=epochs)
            )

        def kept(who: str, measure: Callable[[], Any]) -> Any:
            return self.kept(f"ten/{title}/{who}", measure)

        found = {"ours": [kept(f"ours-{s}", partial(ours, s)) for s in self.seeds]}
        if len(names) == 1:
            naive = seasonal_naive(self.paths)
            found["seasonal naive"] = [kept("naive", lambda: plan().measured(naive))]
            if "statsforecast" in self.there:
                found |= {w: [kept(w, partial(other, w))] for w in ("ETS", "Theta")}
        if "gluonts" in self.there and self.epochs:
            found["DeepAR"] = [kept(f"DeepAR-{self.epochs}", deep)]
        return found


def main() -> None:
    """Measure what is asked for and not there yet, and write the page of all."""
    parser = argparse.ArgumentParser(description=__doc__, allow_abbrev=False)
    parser.add_argument("parts", nargs="*", metavar="PART", help=f"of {', '.join(PARTS)}")
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--runs", type=Path, default=Path("runs/series"))
    parser.add_argument("--out", type=Path, default=Path("docs/results-series.md"))
    parser.add_argument("--epochs", type=int, default=100, help="of DeepAR; its default is 100")
    parser.add_argument("--short", action="store_true", help="in seconds, to see that it runs")
    options = parser.parse_args()
    for unknown in sorted(set(options.parts) - set(PARTS)):
        parser.error(f"no part {unknown!r}; the parts are {', '.join(PARTS)}")
    measuring = Measuring(options.runs, options.seeds, options.short, options.epochs)
    print("there are", ", ".join(f"{k} {v}" for k, v in measuring.there.items()) or "no peers")
    missing = [name for name in PACKAGES if name not in measuring.there]
    if missing:
        print(f"left out, as they are not installed: {', '.join(missing)}")
    found = {part: getattr(measuring, part)() for part in options.parts or PARTS}
    options.out.write_text("\n".join(page(found, measuring.there)) + "\n", encoding="utf-8")
    print(options.out)


if __name__ == "__main__":
    main()
