"""The mutants of what makes tables of files, and of tables x and y."""

from __future__ import annotations

from tools.mutation.mutants.mutant import Mutant

FILES = "tests/data/"

MUTANTS = [
    Mutant(
        "the vocabulary knows what is held out",
        "data/pairs/columns.py",
        'column.fit(values["train"][column.name], reading.rare)',
        "column.fit([v for part in values.values() for v in part[column.name]], reading.rare)",
        (
            FILES + "pairs/test_columns.py::"
            "test_the_vocabulary_is_trainings_alone_and_rare_symbols_are_unknown",
        ),
    ),
    Mutant(
        "equal inputs are trained on and tested on",
        "data/pairs/parts.py",
        "{**_divided(table, where[group]), **separate}",
        "{**_divided(table, np.arange(len(group), dtype=np.int8) % 3), **separate}",
        (FILES + "pairs/test_columns.py::test_copies_of_a_row_share_a_part",),
    ),
    Mutant(
        "a series is in units of what comes later",
        "data/series/series.py",
        'Scale.of(_values_of(parts["train"], name))',
        "Scale.of(torch.cat([_values_of(rows, name) for rows in parts.values()]))",
        (FILES + "series/test_series.py::test_the_future_is_held_out",),
    ),
    Mutant(
        "a row is said to be a line earlier",
        "data/formats/sheets/dialect.py",
        "lines[i], line = line, line + _lines(row)",
        "lines[i], line = line - 1, line + _lines(row)",
        (FILES + "table/test_table.py::test_a_row_over_several_lines_has_the_first_ones_number",),
    ),
    Mutant(
        "a comma in the texts is the delimiter",
        "data/formats/sheets/delimited.py",
        "meant = [cut for mark, cut in found.items() if not may_be_of_text(text, mark)]",
        "meant = list(found.values())[-1:]",
        (FILES + "formats/sheets/test_dialect.py::test_cells",),
    ),
    Mutant(
        "quotes join lines of a file with tabs",
        "data/formats/sheets/delimited.py",
        "if cut is None or cut.joined:",
        "if cut is None:",
        (FILES + "formats/sheets/test_dialect.py::test_cells",),
    ),
    Mutant(
        "a first row that is like the others names the columns",
        "data/formats/sheets/header.py",
        "if sum(cell == other for other in column) > 1:",
        "if False:",
        (FILES + "formats/sheets/test_header.py::test_names",),
    ),
    Mutant(
        "numbers that may be thousands are not asked about",
        "data/numbers/notation.py",
        "if by_point == by_comma:",
        "if False:",
        ("tests/data/numbers/test_notation.py::test_what_may_be_two_numbers",),
    ),
    Mutant(
        "day and month are not told apart by the order of rows",
        "data/times/times.py",
        "[found for found in fitting if not goes_back(found.values)]",
        "list(fitting)",
        ("tests/data/times/test_times.py::test_day_and_month_are_told_apart_by_the_order_of_rows",),
    ),
    Mutant(
        "several series below each other are one",
        "data/series/stacked.py",
        "if within and bool(",
        "if False and bool(",
        (
            FILES + "series/test_stacked.py::"
            "test_several_series_that_have_a_row_twice_are_no_single_one",
        ),
    ),
    Mutant(
        "rows of one sequence are cut at every row",
        "data/table/grouped.py",
        "if firsts and value == last:",
        "if False:",
        (FILES + "table/test_grouped.py::test_steps_and_sentences",),
    ),
    Mutant(
        "held-out lines teach the vocabulary",
        "data/texts/encoding.py",
        'read() if part == "train")',
        "read())",
        ("tests/data/texts/test_texts.py::test_the_vocabulary_knows_training_only",),
    ),
    Mutant(
        "copies of a line are parted",
        "data/texts/lines.py",
        'np.searchsorted(cuts, hashes[row : row + len(texts)], side="right")',
        "np.arange(row, row + len(texts)) % 3",
        ("tests/data/texts/test_texts.py::test_copies_of_a_line_stay_together",),
    ),
    Mutant(
        "lines of training that are held out beside it are said to be in training",
        "data/texts/lines.py",
        "ours[ours >= first]",
        "ours",
        ("tests/data/texts/test_texts.py::test_lines_have_parts_of_their_own_files",),
    ),
    Mutant(
        "a series is trained on three values",
        "data/series/time_parts.py",
        '"train": ("train", 24)',
        '"train": ("train", 3)',
        (FILES + "series/test_series.py::test_every_part_of_a_series_has_some_values",),
    ),
    Mutant(
        "dates are compared without their zone",
        "data/times/times.py",
        "when if when.tzinfo is None else when.astimezone(UTC).replace(tzinfo=None)",
        "when.replace(tzinfo=None)",
        (FILES + "series/test_series.py::test_dates_are_compared_as_dates",),
    ),
    Mutant(
        "a column of a series that is not cut at may go back in time",
        "data/series/clocks.py",
        "[name for name in table.columns if name not in modelled]",
        "[name for name in table.columns if name in modelled]",
        (FILES + "series/test_series.py::test_rows_do_not_go_back_in_time",),
    ),
    Mutant(
        "a mistyped number takes its column out of the series",
        "data/numbers/survey.py",
        "return 2 * self.others < self.filled",
        "return 0 == self.others < self.filled",
        (FILES + "series/test_series.py::test_a_bad_cell_is_named_and_its_column_stays",),
    ),
    Mutant(
        "a line end that is no symbol of a running text",
        "data/texts/encoding.py",
        "column.learn(train, reading.rare, running=running)",
        "column.learn(train, reading.rare)",
        ("tests/data/texts/test_texts.py::test_a_running_text_of_words_keeps_its_line_ends",),
    ),
    Mutant(
        "one row of another length makes a tagger a translator",
        "data/pairs/alignment.py",
        "if first and differing < FEW * rows:",
        "if first and differing < 0 * rows:",
        (FILES + "pairs/test_columns.py::test_rows_whose_lengths_disagree_are_refused",),
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
    Mutant(
        "a picture lies as the camera did",
        "data/pictures/picture.py",
        "ImageOps.exif_transpose(picture, in_place=True)",
        "ImageOps.exif_transpose(picture)",
        ("tests/data/pictures/test_picture.py::test_a_picture_stands_upright",),
    ),
    Mutant(
        "what is transparent is what lies under it",
        "data/pictures/picture.py",
        '"RGBA" if clear else',
        '"RGBA" if not picture.mode else',
        ("tests/data/pictures/test_picture.py::test_what_is_transparent_is_white",),
    ),
    Mutant(
        "the first of two pictures of one name",
        "data/pictures/picture_files.py",
        "if len(found) == 1:",
        "if found:",
        ("tests/data/pictures/test_picture_files.py::test_two_of_one_name_are_both_named",),
    ),
    Mutant(
        "rows that are read piece by piece are named by the line of the first piece",
        "data/pairs/encoding.py",
        "row += len(found)",
        "row += 0",
        ("tests/data/storage/test_stored.py::test_a_fault_is_named_by_the_same_line",),
    ),
    Mutant(
        "empty rows in the midst of a table are left out",
        "data/formats/sheets/delimited.py",
        "empty = empty + below if below == len(rows) else below",
        "empty = empty + below",
        (
            FILES
            + "formats/sheets/test_tidy.py::test_empty_rows_at_the_end_are_left_out_with_a_word",
            "tests/data/storage/test_stored.py",
        ),
    ),
    Mutant(
        "equal rows are in different parts",
        "data/table/equal.py",
        "first[rows] = firsts[begins.cumsum() - 1]",
        "first[rows] = rows",
        (FILES + "pairs/test_columns.py::test_copies_of_a_row_share_a_part",),
    ),
    Mutant(
        "the names of the columns again are a row",
        "data/formats/sheets/tidy.py",
        "if cell == names[0] and [",
        "if False and [",
        (FILES + "formats/sheets/test_tidy.py::test_rows_that_are_none_are_refused",),
    ),
    Mutant(
        "the number of a caption belongs to its picture",
        "data/formats/captions/flickr.py",
        'r"([^\\t]+)#\\d+\\t(.*)"',
        'r"([^\\t]+#\\d+)\\t(.*)"',
        (FILES + "formats/captions/test_flickr.py::test_pictures_and_captions",),
    ),
]
