"""The mutants of what measures a model."""

from __future__ import annotations

from tools.mutation.mutants.mutant import Mutant

METRICS = "tests/evaluation/test_metrics.py::"

MUTANTS = [
    # ---- metrics ----
    Mutant(
        "the mean of ratios instead of the ratio of sums",
        "evaluation/metrics/number.py",
        "self.of_sums(self.rows.sum(0))",
        "self.of_sums(self.rows).mean()",
        (METRICS + "test_an_interval_has_the_ratio_of_sums_inside",),
    ),
    Mutant(
        "of rows with the same x, the last one only",
        "evaluation/metrics/bootstrap.py",
        "index_add_(0, units, columns)",
        "index_copy_(0, units, columns)",
        (METRICS + "test_rows_that_belong_together_are_drawn_together",),
    ),
    Mutant(
        "an interval of half the level",
        "evaluation/metrics/bootstrap.py",
        "(1 + LEVEL) / 2",
        "(1 - LEVEL) / 2 + LEVEL / 2",
        (METRICS + "test_an_interval_is_as_wide_as_theory_says_and_shrinks_with_more_rows",),
    ),
    Mutant(
        "precision instead of F1",
        "evaluation/metrics/chunks.py",
        "2 * shared / (true + guess)",
        "shared / guess",
        (METRICS + "test_f1_is_the_harmonic_mean_of_precision_and_recall",),
    ),
    Mutant(
        "one side of the central interval",
        "evaluation/metrics/reals.py",
        "(below - 0.5).abs()",
        "(below - 0.5)",
        (METRICS + "test_coverage_of_a_model_that_is_right_and_of_one_that_is_too_sure",),
    ),
    Mutant(
        "what is forecast is given no true values before it",
        "evaluation/metrics/reals.py",
        "        p = p.observe(piece)[1]\n",
        "",
        (METRICS + "test_a_series_is_forecast_from_what_came_before",),
    ),
    Mutant(
        "an error in closed loop with the true values fed back",
        "evaluation/metrics/reals.py",
        "else p.mode(max_length=part.y.steps).values",
        "else p.predictive(part.y).mean",
        (METRICS + "test_errors_in_closed_loop_are_those_of_what_the_model_feeds_itself",),
    ),
    Mutant(
        "ends left out with their terms still there",
        "evaluation/metrics/evaluation.py",
        "going_on = torch.where(y.mask, terms.decisions[..., : y.steps], 0.0)",
        "going_on = terms.decisions",
        (METRICS + "test_ends_are_counted_and_left_out",),
    ),
    Mutant(
        "a batch with a broken line is refused as a whole",
        "inference/rows.py",
        "                yield from _answered_alone(table, i, answer)\n",
        "                _answered_alone(table, i, answer)\n",
        ("tests/inference/test_predict.py::test_lines_above_a_broken_one_are_answered",),
    ),
    Mutant(
        "BLEU of whatever is fed",
        "evaluation/metrics/texts.py",
        "if vocabulary.pieces and any(",
        "if any(",
        (METRICS + "test_which_numbers_of_a_y_of_its_own_length",),
    ),
    Mutant(
        "a mixture's components count the same",
        "outputs/mixture.py",
        "logits=logits[..., None, :].expand(mean.shape)",
        "logits=torch.zeros_like(mean)",
        (METRICS + "test_values_below_are_as_many_as_the_distribution_function_says",),
    ),
    Mutant(
        "each reference is a text of its own",
        "evaluation/metrics/texts.py",
        "references.setdefault(x, []).append(text)",
        "references.setdefault(x, [text])",
        (METRICS + "test_bleu_is_sacrebleus_of_all_rows_with_their_references",),
    ),
]
