"""The mutants of series: what is missing, scales, windows, inputs, forecasts."""

from __future__ import annotations

from tools.mutation.mutants.mutant import Mutant

MISSING = "tests/distribution/test_missing.py::"
SCALE = "tests/model/test_scale.py::"
PANEL = "tests/inference/test_panel.py::"
DATASET = "tests/data/panel/test_dataset.py::"
WINDOWS = "tests/data/panel/test_windows.py::"
COLUMNS = "tests/data/columns/"
INNOVATIONS = "tests/data/columns/test_innovations.py::"

MUTANTS = [
    Mutant(
        "draws of what is missing are not averaged but added",
        "distribution/distribution.py",
        "return found.logsumexp(0) - math.log(n)",
        "return found.logsumexp(0)",
        (f"{MISSING}test_log_p_of_the_observed_is_the_sum_over_the_missing",),
    ),
    Mutant(
        "a beginning that is given is counted",
        "distribution/distribution.py",
        "return (before + rest).logsumexp(0) - before.logsumexp(0)",
        "return (before + rest).logsumexp(0) - math.log(n)",
        (f"{MISSING}test_a_beginning_that_is_given_is_not_counted",),
    ),
    Mutant(
        "the terms of what is missing are counted",
        "outputs/output.py",
        "return torch.where(observed, p.log_prob(y), 0.0)",
        "return p.log_prob(y)",
        (f"{MISSING}test_log_p_of_the_observed_is_the_sum_over_the_missing",),
    ),
    Mutant(
        "missing values are drawn as if nothing were observed",
        "distribution/missing.py",
        "y.steps, observed=y, keep=keep",
        "y.steps, observed=y, keep=torch.zeros_like(keep)",
        (f"{MISSING}test_log_p_of_the_observed_is_the_sum_over_the_missing",),
    ),
    Mutant(
        "a missing value is drawn without those before it in its row",
        "distribution/missing.py",
        "there = Sequence(values[rows, : int(t.max()) + 1], t + 1)",
        "there = Sequence(y.values[rows, : int(t.max()) + 1], t + 1)",
        (f"{MISSING}test_log_p_of_the_observed_is_the_sum_over_the_missing",),
    ),
    Mutant(
        "a scale is not fed back",
        "distribution/process.py",
        "carried = carried / self.state.scale",
        "carried = carried",
        (f"{SCALE}test_log_p_is_that_of_scaled_means_with_scaled_values_fed_back",),
    ),
    Mutant(
        "a scale is not fed back step by step",
        "graph/folded.py",
        "return self.first.S.vector(y if scale is None else y / scale)",
        "return self.first.S.vector(y)",
        (
            f"{PANEL}test_a_series_that_training_has_not_seen_is_forecast",
            f"{SCALE}test_log_p_of_what_is_missing_is_measured_by_the_scale",
        ),
    ),
    Mutant(
        "the scale divides the mean",
        "graph/folded.py",
        "offset = scale.log().expand(*h.shape[:-1], -1)",
        "offset = -scale.log().expand(*h.shape[:-1], -1)",
        (f"{SCALE}test_log_p_is_that_of_scaled_means_with_scaled_values_fed_back",),
    ),
    Mutant(
        "what was observed is known at its own step",
        "data/columns/inputs.py",
        "np.concatenate([np.array([nothing], values.dtype), values[:-1]])",
        "values",
        (f"{COLUMNS}test_inputs.py::test_the_value_of_a_step_cannot_be_seen_at_that_step",),
    ),
    Mutant(
        "a missing input is not flagged",
        "data/columns/inputs.py",
        "found = [z, missing] if self.flagged else [z]",
        "found = [z, missing * 0] if self.flagged else [z]",
        (
            f"{COLUMNS}test_inputs.py::test_a_number_is_standardised_and_flagged_where_it_is_missing",
        ),
    ),
    Mutant(
        "weekdays begin on another day",
        "data/columns/calendar.py",
        'astype("datetime64[D]").astype(np.int64) + 3) % 7',
        'astype("datetime64[D]").astype(np.int64) + 4) % 7',
        (f"{COLUMNS}test_calendar.py::test_parts_are_those_of_the_calendar",),
    ),
    Mutant(
        "the clock of the calendar is that of UTC",
        "data/columns/calendar.py",
        "return PARTS[name][1](wall)",
        "return PARTS[name][1](times)",
        (f"{COLUMNS}test_calendar.py::test_the_clock_is_that_of_the_zone",),
    ),
    Mutant(
        "holidays go by the days of UTC",
        "data/columns/calendar.py",
        'holidays(name, wall.astype("datetime64[D]"))',
        'holidays(name, times.astype("datetime64[D]"))',
        (f"{COLUMNS}test_calendar.py::test_holidays_are_days_by_the_clock_of_the_zone",),
    ),
    Mutant(
        "the zone that a data frame names is not heard",
        "data/panel/clock.py",
        "told = table.zones.get(name)",
        "told = None",
        ("tests/data/panel/test_frames.py::test_local_midnights_are_days_whatever_the_clock_does",),
    ),
    Mutant(
        "a forecast's origin does not know what was observed at it",
        "data/panel/windows.py",
        "origins = 1 + (",
        "origins = (",
        (f"{WINDOWS}test_half_of_the_windows_end_as_a_forecast_does",),
    ),
    Mutant(
        "where a value lies among the paths has no width",
        "evaluation/metrics/paths.py",
        "((drawn <= y).sum(0) + 1)",
        "((drawn <= y).sum(0))",
        (
            "tests/report/test_backtests.py"
            "::test_where_a_draw_lies_among_draws_of_the_same_is_uniform",
        ),
    ),
    Mutant(
        "scales are learned from the test part too",
        "data/panel/dataset.py",
        "training = [s.y[: e[0]] for s, e in zip(panel.series, ends, strict=True)]",
        "training = [s.y for s, e in zip(panel.series, ends, strict=True)]",
        (f"{DATASET}test_what_is_learned_is_of_training_alone",),
    ),
    Mutant(
        "what came before a part is measured with it",
        "data/panel/dataset.py",
        "(s.upto(e[i]), e[i - 1] if i else 0)",
        "(s.upto(e[i]), 0)",
        (f"{DATASET}test_a_part_has_all_that_came_before_it_and_measures_its_own",),
    ),
    Mutant(
        "a window has the inputs of the beginning",
        "data/panel/windows.py",
        "x=cut(x) if isinstance(x, Sequence) else None,",
        "x=x.take(torch.tensor(steps)) if isinstance(x, Sequence) else None,",
        (f"{WINDOWS}test_a_window_is_consecutive_steps_of_one_series_with_its_inputs",),
    ),
    Mutant(
        "no window is without a name",
        "data/panel/windows.py",
        "< NAMELESS, own] = 0.0",
        "< NAMELESS, own] = 1.0",
        (f"{WINDOWS}test_one_of_ten_windows_does_not_say_which_series_it_is",),
    ),
    Mutant(
        "a forecast begins at the last step of the history",
        "inference/forecast.py",
        "past = Sequence(rows.y.values, rows.y.lengths - steps)",
        "past = Sequence(rows.y.values, rows.y.lengths - steps - 1)",
        (f"{PANEL}test_the_first_step_is_drawn_from_the_distribution_of_the_model",),
    ),
    Mutant(
        "a series that lags behind is forecast from its own end",
        "data/panel/level.py",
        "return series.followed_by(times) if len(times) else series",
        "return series",
        ("tests/data/panel/test_level.py",),
    ),
    Mutant(
        "the level follows twice as fast on the way back",
        "data/columns/innovations.py",
        "levels = levels + self.alpha * d",
        "levels = levels + 2 * self.alpha * d",
        (f"{INNOVATIONS}test_paths_of_innovations_are_paths_of_values",),
    ),
    Mutant(
        "the season is one step late on the way back",
        "data/columns/innovations.py",
        "at = (len(y) + h) % len(season)",
        "at = (len(y) + h + 1) % len(season)",
        (f"{INNOVATIONS}test_paths_of_innovations_are_paths_of_values",),
    ),
    Mutant(
        "a missing value is taken for the level itself",
        "data/columns/innovations.py",
        "d = usual\n",
        "d = 1.0 + usual\n",
        (f"{INNOVATIONS}test_missing_values_hardly_change_what_comes",),
    ),
    Mutant(
        "shapes are compared without the unit that they are measured in",
        "data/columns/linear.py",
        "found[shape] = lags.bic(_free(shape)) + 2 * log",
        "found[shape] = lags.bic(_free(shape))",
        (f"{INNOVATIONS}test_noise_of_one_size_is_not_bent",),
    ),
    Mutant(
        "a net starts anywhere, not as the linear model",
        "training/initialise.py",
        "graph.V.zero_()",
        "pass",
        (
            "tests/training/test_initialise.py::test_a_net_of_innovations_starts_as_the_linear_model",
        ),
    ),
]
