"""The mutants of what reads data, measures and predicts."""

from __future__ import annotations

from tools.mutation.mutants.mutant import Mutant

FILES = "tests/data/formats/"
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
        "evaluation/metrics/reals.py",
        "(weights * marginal_cdf(p.component_distribution, y[..., None, :])).sum(-2)",
        "marginal_cdf(p.component_distribution, y[..., None, :]).mean(-2)",
        (METRICS + "test_values_below_are_as_many_as_the_distribution_function_says",),
    ),
    Mutant(
        "each reference is a text of its own",
        "evaluation/metrics/texts.py",
        "references.setdefault(x, []).append(text)",
        "references.setdefault(x, [text])",
        (METRICS + "test_bleu_is_sacrebleus_of_all_rows_with_their_references",),
    ),
    # ---- predictions ----
    Mutant(
        "a prediction without training's mean",
        "data/columns/scale.py",
        "values.double() * self.unit + self.mean",
        "values.double() * self.unit",
        ("tests/data/columns/test_saved.py::test_what_is_decoded_is_what_the_file_had",),
    ),
    Mutant(
        "a deviation in training's unit",
        "data/columns/numbers.py",
        "deviation.double() * self.scale.unit",
        "deviation.double()",
        ("tests/inference/test_predict.py::test_numbers_are_in_the_unit_of_the_file",),
    ),
    Mutant(
        "the end's term is that of the beginning",
        "inference/score.py",
        "float(terms.decisions[i, count])",
        "float(terms.decisions[i, 0])",
        ("tests/inference/test_score.py::test_scores_are_those_of_the_model[translation]",),
    ),
    Mutant(
        "the vocabulary knows what is held out",
        "data/formats/columns.py",
        'column.fit(values["train"][column.name], rare)',
        "column.fit([v for part in values.values() for v in part[column.name]], rare)",
        (
            FILES + "test_columns.py::"
            "test_the_vocabulary_is_trainings_alone_and_rare_symbols_are_unknown",
        ),
    ),
    Mutant(
        "equal inputs are trained on and tested on",
        "data/formats/parts.py",
        "return _divided(table, [where[k] for k in keys]), moved",
        "return _divided(table, [PARTS[i % 3] for i, k in enumerate(keys)]), moved",
        (FILES + "test_columns.py::test_copies_of_a_row_share_a_part",),
    ),
    Mutant(
        "a series is in units of what comes later",
        "data/formats/series.py",
        'column.measure(Scale.of(values["train"]))',
        "column.measure(Scale.of(torch.cat(list(values.values()))))",
        (FILES + "test_series.py::test_the_future_is_held_out",),
    ),
    Mutant(
        "a row is said to be a line earlier",
        "data/formats/table.py",
        "rows.append((before + 1, row))",
        "rows.append((before, row))",
        (FILES + "test_table.py::test_a_row_over_several_lines_has_the_first_ones_number",),
    ),
    # ---- files larger than memory ----
    Mutant(
        "a row in a file begins one value late",
        "data/flat.py",
        "starts.write(ends - some)",
        "starts.write(ends - some + 1)",
        ("tests/data/test_flat.py::test_it_is_the_sequence_in_memory",),
    ),
    Mutant(
        "the rows that are left over come in no batch",
        "data/batching.py",
        "len(rows) if done == len(examples) else len(rows) // size * size",
        "len(rows) // size * size",
        ("tests/data/test_batching.py::test_every_row_comes_exactly_once",),
    ),
    Mutant(
        "held-out lines teach the vocabulary",
        "data/formats/texts.py",
        'if part == "train"), reading',
        "), reading",
        ("tests/data/test_text.py::test_the_vocabulary_knows_training_only",),
    ),
    Mutant(
        "copies of a line are parted",
        "data/formats/lines.py",
        'np.searchsorted(cuts, hashes[row : row + len(texts)], side="right")',
        "np.arange(row, row + len(texts)) % 3",
        ("tests/data/test_text.py::test_copies_of_a_line_stay_together",),
    ),
    Mutant(
        "lines of training that are held out beside it are said to be in training",
        "data/formats/lines.py",
        "ours[ours >= first]",
        "ours",
        ("tests/data/test_text.py::test_lines_have_parts_of_their_own_files",),
    ),
    Mutant(
        "a series is trained on three values",
        "data/formats/time_parts.py",
        '"train": ("train", 24)',
        '"train": ("train", 3)',
        (FILES + "test_series.py::test_every_part_of_a_series_has_some_values",),
    ),
    Mutant(
        "dates are compared without their zone",
        "data/formats/time_parts.py",
        "when if when.tzinfo is not None else when.replace(tzinfo=UTC)",
        "when.replace(tzinfo=UTC)",
        (FILES + "test_series.py::test_dates_are_compared_as_dates",),
    ),
    Mutant(
        "a column of a series that is not cut at may go back in time",
        "data/formats/time_parts.py",
        "for name in table.columns if name not in modelled}",
        "for name in table.columns if name in modelled}",
        (FILES + "test_series.py::test_rows_do_not_go_back_in_time",),
    ),
    Mutant(
        "a mistyped number takes its column out of the series",
        "data/formats/series.py",
        "2 * said.count(None) < len(said)",
        "0 == said.count(None) < len(said)",
        (FILES + "test_series.py::test_a_bad_cell_is_named_and_its_column_stays",),
    ),
    Mutant(
        "what is forecast does not know the last step",
        "inference/series.py",
        "p = before.observe(y)[1]",
        "p = before.observe(y.take(torch.tensor(len(y) * [y.steps - 1])))[1]",
        (
            "tests/inference/test_forecast.py::test_a_forecast_follows_from_what_was_forecast_before",
        ),
    ),
    # ---- what came before, and how large what enters is ----
    Mutant(
        "a part is measured as if nothing came before it",
        "data/batching.py",
        "torch.cat([past, values])[-BEFORE:]",
        "values[-BEFORE:]",
        ("tests/evaluation/test_likelihood.py::test_a_part_is_measured_given_the_parts_before_it",),
    ),
    Mutant(
        "streams forget what comes before them",
        "data/batching.py",
        "(whole.starts - whole.starts[0]).clamp(max=BEFORE)",
        "(whole.starts - whole.starts[0]).clamp(max=0)",
        ("tests/evaluation/test_likelihood.py::test_streams_do_not_change_what_a_part_is_worth",),
    ),
    Mutant(
        "what comes before the test part is training's end, without validation",
        "data/batching.py",
        "last if before is None else torch.cat([before, last], 1)",
        "last if before is None else before",
        ("tests/evaluation/test_likelihood.py::test_files_of_their_own_have_nothing_before_them",),
    ),
    Mutant(
        "a file of its own goes on where the first one ends",
        "data/batching.py",
        "if part in separate:",
        "if part in ():",
        ("tests/evaluation/test_likelihood.py::test_files_of_their_own_have_nothing_before_them",),
    ),
    Mutant(
        "bits start as large as if one alone were set",
        "training/initialise.py",
        "flatten(1).double().sum(1).mean()",
        "flatten(1).double().amax(1).mean()",
        (
            "tests/training/test_initialise.py"
            "::test_of_bits_the_drive_varies_by_about_one_however_many_are_set",
        ),
    ),
    Mutant(
        "padding counts as bits that are not set",
        "training/initialise.py",
        "values.values[values.mask] if",
        "values.values.flatten(0, 1) if",
        ("tests/training/test_initialise.py::test_padding_is_no_part_of_the_size",),
    ),
    Mutant(
        "the next symbol is guessed as if it might be padding's",
        "evaluation/metrics/labels.py",
        "equal(guess, y.values, 2) & y.mask",
        "equal(guess, y.values, 2)",
        (METRICS + "test_the_next_symbol_is_the_one_with_the_most_probable_beginning",),
    ),
    Mutant(
        "symbols on disk are read to learn that they are symbols",
        "training/initialise.py",
        "    if not values.dtype.is_floating_point:",
        "    if values.values is None or not values.dtype.is_floating_point:",
        (
            "tests/training/test_initialise.py"
            "::test_symbols_on_disk_are_not_read_to_learn_that_they_are_symbols",
        ),
    ),
    Mutant(
        "the whole past at once",
        "evaluation/likelihood.py",
        "range(0, past.steps, steps)",
        "range(0, past.steps, past.steps)",
        (
            "tests/evaluation/test_likelihood.py"
            "::test_the_past_is_looked_at_no_more_steps_at_a_time_than_the_part",
        ),
    ),
    Mutant(
        "one row of another length makes a tagger a translator",
        "data/formats/alignment.py",
        "if first and differing < FEW * rows:",
        "if first and differing < 0 * rows:",
        (FILES + "test_columns.py::test_rows_whose_lengths_disagree_are_refused",),
    ),
    Mutant(
        "the captions of a picture are its first alone",
        "data/formats/folder.py",
        "captions += [text for _, text in texts]",
        "captions += [texts[0][1] for _ in texts]",
        (
            "tests/data/columns/test_image.py::test_a_folder_of_pictures_with_their_captions_beside_them",
        ),
    ),
    # ---- the one description of the data ----
    Mutant(
        "a digest does not know x",
        "data/dataset.py",
        "for values in (examples.x, examples.y):",
        "for values in (examples.y,):",
        ("tests/data/test_dataset.py::test_a_digest_knows_every_y_and_every_symbol_of_x",),
    ),
    Mutant(
        "a series and a text with an end are alike",
        "data/schema.py",
        "self.running == other.running\n            and len",
        "len",
        ("tests/data/test_schema.py::test_schemas_that_differ_are_not_alike",),
    ),
    Mutant(
        "a part of other lengths is aligned",
        "data/dataset.py",
        "and torch.equal(part.x.lengths, part.y.lengths)",
        "and len(part.x) == len(part.y)",
        ("tests/data/test_dataset.py::test_a_part_in_which_lengths_differ_is_not_aligned",),
    ),
    Mutant(
        "a folder of another format is read",
        "runs/config.py",
        "if version != FORMAT:",
        "if version is None:",
        ("tests/runs/test_config.py::test_another_format_is_refused_in_one_line",),
    ),
    Mutant(
        "ink is grey",
        "data/columns/image.py",
        "return 1 - super().encode(parsed)",
        "return super().encode(parsed)",
        ("tests/data/columns/test_saved.py::test_a_restored_picture_is_the_saved_one",),
    ),
    # ---- a run in use ----
    Mutant(
        "the quantile from above",
        "inference/quantiles.py",
        "marginal_cdf(p, middle) < level",
        "1 - marginal_cdf(p, middle) > level",
        ("tests/inference/test_quantiles.py::test_of_a_mixture_as_much_is_below_them_as_they_say",),
    ),
    Mutant(
        "quantiles in training's unit",
        "inference/predict.py",
        "{level: y.decode(q[i]) for",
        "{level: q[i].tolist() for",
        ("tests/inference/test_run.py::test_quantiles_are_in_the_unit_of_the_file",),
    ),
    Mutant(
        "tags are shown what is most probable a row later",
        "inference/predict.py",
        "None if symbols is None else symbols[i],",
        "None if symbols is None else symbols[i - 1],",
        ("tests/inference/test_run.py::test_the_most_probable_tags_of_each_word",),
    ),
    Mutant(
        "new rows are measured without those of the last table",
        "inference/evaluate.py",
        "whole = _joined(found)",
        "whole = _joined(found[:1])",
        (
            "tests/inference/test_run.py::test_lines_and_a_long_text_are_measured_as_their_parts_are",
        ),
    ),
    Mutant(
        "a seed that changes the caller's generator",
        "inference/run.py",
        "enabled=seed is not None",
        "enabled=False",
        ("tests/inference/test_run.py::test_samples_are_drawn_by_their_seed",),
    ),
]
