"""The mutants of columns, parts and batches."""

from __future__ import annotations

from tools.mutation.mutants.mutant import Mutant

FILES = "tests/data/"

MUTANTS = [
    Mutant(
        "a prediction without training's mean",
        "data/columns/scale.py",
        "values.cpu().double() * self.unit + self.mean",
        "values.double() * self.unit",
        ("tests/data/columns/test_saved.py::test_what_is_decoded_is_what_the_file_had",),
    ),
    Mutant(
        "a deviation in training's unit",
        "data/columns/numbers.py",
        "deviation.cpu().double() * self.scale.unit",
        "deviation.double()",
        ("tests/inference/test_predict.py::test_numbers_are_in_the_unit_of_the_file",),
    ),
    Mutant(
        "a row in a file begins one value late",
        "data/storage/flat.py",
        "starts.write(ends - some)",
        "starts.write(ends - some + 1)",
        ("tests/data/storage/test_flat.py::test_it_is_the_sequence_in_memory",),
    ),
    Mutant(
        "the rows that are left over come in no batch",
        "data/batching.py",
        "len(rows) if done == len(examples) else len(rows) // size * size",
        "len(rows) // size * size",
        ("tests/data/test_batching.py::test_every_row_comes_exactly_once",),
    ),
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
        "of picked rows of a large table, others are read",
        "data/storage/stored.py",
        "yield picked(piece, some - begin)",
        "yield picked(piece, some - begin - 1)",
        ("tests/data/storage/test_stored.py::test_cells_are_read_like_a_list",),
    ),
    Mutant(
        "a key that comes late stands in the first rows",
        "data/storage/stored.py",
        "self._kept.append([None] * (len(self._kept[0]) if self._kept else 0))",
        "self._kept.append([])",
        (FILES + "table/test_nested.py::test_keys_that_some_rows_lack_are_said",),
    ),
    Mutant(
        "rare classes are left where they were drawn",
        "data/pairs/stratified.py",
        "train = np.where(every, -(-self.totals // 2), 1)",
        "train = np.where(every, 0, 0)",
        ("tests/data/test_splitting.py::test_a_rare_class_has_its_share_of_every_part",),
    ),
    Mutant(
        "a label of several that training lacks is likely",
        "data/vocabularies/absent.py",
        "return bits - 2 * number",
        "return bits",
        ("tests/evaluation/test_sets.py", "tests/inference/test_sets.py"),
    ),
]
