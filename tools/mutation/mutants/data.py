"""The mutants of what reads data."""

from __future__ import annotations

from tools.mutation.mutants.mutant import Mutant

FILES = "tests/data/formats/"
METRICS = "tests/evaluation/test_metrics.py::"

MUTANTS = [
    # ---- reading ----
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
        "the vocabulary knows what is held out",
        "data/formats/columns.py",
        'column.fit(values["train"][column.name], reading.rare)',
        "column.fit([v for part in values.values() for v in part[column.name]], reading.rare)",
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
        "data/formats/dialect.py",
        "yield before + 1, row",
        "yield before, row",
        (FILES + "test_table.py::test_a_row_over_several_lines_has_the_first_ones_number",),
    ),
    Mutant(
        "a comma in the texts is the delimiter",
        "data/formats/dialect.py",
        'DELIMITERS = "\\t;|,"',
        'DELIMITERS = ",|;\\t"',
        (FILES + "test_dialect.py::test_cells",),
    ),
    Mutant(
        "quotes join lines of a file with tabs",
        "data/formats/dialect.py",
        'if quoted is None or (joins and delimiter == "\\t"):',
        "if quoted is None:",
        (FILES + "test_dialect.py::test_cells",),
    ),
    Mutant(
        "a first row that is like the others names the columns",
        "data/formats/header.py",
        "if sum(cell == other for other in column) > 1:",
        "if False:",
        (FILES + "test_header.py::test_names",),
    ),
    Mutant(
        "numbers that may be thousands are not asked about",
        "data/notation.py",
        "if by_point == by_comma:",
        "if False:",
        ("tests/data/test_notation.py::test_what_may_be_two_numbers",),
    ),
    Mutant(
        "day and month are not told apart by the order of rows",
        "data/times.py",
        "if not goes_back(candidate):",
        "if True:",
        ("tests/data/test_times.py::test_day_and_month_are_told_apart_by_the_order_of_rows",),
    ),
    Mutant(
        "several series below each other are one",
        "data/formats/stacked.py",
        "within and set().union(",
        "False and set().union(",
        (FILES + "test_stacked.py::test_several_series",),
    ),
    Mutant(
        "rows of one sequence are cut at every row",
        "data/formats/grouped.py",
        "if firsts and value == last:",
        "if False:",
        (FILES + "test_grouped.py::test_steps_and_sentences",),
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
        'read() if part == "train")',
        "read())",
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
        "data/times.py",
        "when if when.tzinfo is None else when.astimezone(UTC).replace(tzinfo=None)",
        "when.replace(tzinfo=None)",
        (FILES + "test_series.py::test_dates_are_compared_as_dates",),
    ),
    Mutant(
        "a column of a series that is not cut at may go back in time",
        "data/formats/clocks.py",
        "[name for name in table.columns if name not in modelled]",
        "[name for name in table.columns if name in modelled]",
        (FILES + "test_series.py::test_rows_do_not_go_back_in_time",),
    ),
    Mutant(
        "a mistyped number takes its column out of the series",
        "data/notation.py",
        "2 * sum(number(value) is None for value in filled) < len(filled)",
        "0 == sum(number(value) is None for value in filled) < len(filled)",
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
    Mutant(
        "the next line is given a text that has not moved on",
        "inference/running.py",
        "found = [next(steps) for _ in range(count)]",
        "found = [next(_steps(run, examples, top)) for _ in range(count)]",
        ("tests/inference/test_running.py::test_the_lines_are_scored_given_those_before_them",),
    ),
    Mutant(
        "seconds that do not count for the decay",
        "training/trainer.py",
        "share = max(step / self.planned, of_time)",
        "share = step / self.planned",
        ("tests/training/test_trainer.py::test_the_decay_ends_where_the_seconds_end",),
    ),
    Mutant(
        "the seconds of validation slow training down",
        "training/display.py",
        "now - self.since - self.pause",
        "now - self.since",
        (
            "tests/training/test_display.py"
            "::test_a_line_every_half_minute_with_the_speed_of_training_alone",
        ),
    ),
    Mutant(
        "a line end that is no symbol of a running text",
        "data/formats/texts.py",
        "column.learn(train, reading.rare, running=running)",
        "column.learn(train, reading.rare)",
        ("tests/data/test_text.py::test_a_running_text_of_words_keeps_its_line_ends",),
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
    Mutant(
        "in colour only where all of training is",
        "data/columns/image.py",
        'any(picture.mode == "RGB" for',
        'all(picture.mode == "RGB" for',
        ("tests/data/columns/test_image.py::test_one_picture_in_colour_makes_three_channels",),
    ),
    Mutant(
        "channels side by side in a pixel",
        "data/columns/image.py",
        "view(rows, columns, channels).permute(2, 0, 1).flatten()",
        "flatten()",
        ("tests/data/columns/test_image.py::test_one_picture_in_colour_makes_three_channels",),
    ),
    Mutant(
        "a picture lies as the camera did",
        "data/picture.py",
        "ImageOps.exif_transpose(picture, in_place=True)",
        "ImageOps.exif_transpose(picture)",
        ("tests/data/test_picture.py::test_a_picture_stands_upright",),
    ),
    Mutant(
        "what is transparent is what lies under it",
        "data/picture.py",
        '"RGBA" if clear else',
        '"RGBA" if not picture.mode else',
        ("tests/data/test_picture.py::test_what_is_transparent_is_white",),
    ),
    Mutant(
        "the first of two pictures of one name",
        "data/picture_files.py",
        "if len(found) == 1:",
        "if found:",
        ("tests/data/test_picture_files.py::test_two_of_one_name_are_both_named",),
    ),
    Mutant(
        "the number of a caption belongs to its picture",
        "data/formats/flickr.py",
        'r"([^\\t]+)#\\d+\\t(.*)"',
        'r"([^\\t]+#\\d+)\\t(.*)"',
        (FILES + "test_flickr.py::test_pictures_and_captions",),
    ),
]
