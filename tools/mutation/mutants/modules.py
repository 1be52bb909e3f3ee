"""The mutants of the drop-in modules."""

from __future__ import annotations

from tools.mutation.mutants.mutant import Mutant

NN = "tests/nn/test_contract.py::"
AS_TORCH = NN + "test_results_and_gradients_are_those_of_torch"

MUTANTS = [
    # ---- drop-in modules ----
    Mutant(
        "the GRU resets a bias that it should not",
        "nn/cells.py",
        "F.pad(bias_hh[: 2 * H], (0, H))",
        "bias_hh",
        (AS_TORCH,),
    ),
    Mutant(
        "the GRU forgets the second bias of r and z",
        "nn/cells.py",
        "bias_ih + F.pad(bias_hh[: 2 * H], (0, H))",
        "bias_ih",
        (AS_TORCH,),
    ),
    Mutant(
        "one of two biases is forgotten",
        "nn/cells.py",
        "(weight_hh, bias_ih + bias_hh)",
        "(weight_hh, bias_ih)",
        (AS_TORCH,),
    ),
    Mutant(
        "the two directions change places",
        "nn/recurrent.py",
        "_backward if i % directions else _forward",
        "_forward if i % directions else _backward",
        (AS_TORCH,),
    ),
    Mutant(
        "both directions read forward",
        "nn/recurrent.py",
        "_backward if i % directions else _forward",
        "_forward",
        (AS_TORCH,),
    ),
    Mutant(
        "what was read backward stays so",
        "nn/recurrent.py",
        "return reverse(h, alive), end",
        "return h, end",
        (AS_TORCH,),
    ),
    Mutant(
        "a row is read backward from where the longest ends",
        "nn/recurrent.py",
        "reverse(x, alive), first",
        "reverse(x), first",
        (AS_TORCH,),
    ),
    Mutant(
        "every layer starts from the state of the lowest",
        "nn/recurrent.py",
        "part[i] for part in state",
        "part[0] for part in state",
        (AS_TORCH,),
    ),
    Mutant(
        "a layer does not see the one below",
        "nn/recurrent.py",
        "h = torch.cat(outputs, -1) if self.bidirectional else output",
        "h = torch.cat(outputs[::-1], -1)",
        (AS_TORCH,),
    ),
    Mutant(
        "nothing is dropped",
        "nn/recurrent.py",
        "if layer and self.dropout and self.training:",
        "if False:",
        (AS_TORCH,),
    ),
    Mutant(
        "it drops in use too",
        "nn/recurrent.py",
        "if layer and self.dropout and self.training:",
        "if layer and self.dropout:",
        (NN + "test_dropout_acts_in_training_and_between_layers_alone",),
    ),
    Mutant(
        "the input is dropped too",
        "nn/recurrent.py",
        "if layer and self.dropout and self.training:",
        "if self.dropout and self.training:",
        (AS_TORCH,),
    ),
    Mutant(
        "padding is dropped with the values",
        "nn/recurrent.py",
        "    if alive is None:\n        return F.dropout",
        "    if True:\n        return F.dropout",
        (AS_TORCH,),
    ),
    Mutant(
        "h_0 is not brought into the packed order",
        "nn/recurrent.py",
        "_permuted(state, order), alive)",
        "state, alive)",
        (AS_TORCH,),
    ),
    Mutant(
        "h_n is not brought back from the packed order",
        "nn/recurrent.py",
        "self._hidden(_permuted(state, back))",
        "self._hidden(state)",
        (AS_TORCH,),
    ),
    Mutant(
        "padding takes steps",
        "nn/recurrent.py",
        "state, x.mask.movedim(batch, 0))",
        "state)",
        (NN + "test_each_row_of_a_sequence_is_as_if_alone",),
    ),
    Mutant(
        "no steps, and yet h_n is not h_0",
        "gradients/recursion.py",
        "s[-1] if len(s) else b",
        "s[-1] if len(s) else torch.zeros_like(b)",
        (NN + "test_no_steps_and_no_rows_are_legal",),
    ),
    Mutant(
        "batch_first is not asked",
        "nn/recurrent.py",
        "turned = self.batch_first and x.dim() == 3",
        "turned = False",
        (AS_TORCH,),
    ),
    Mutant(
        "the shape of h_0 is not looked at",
        "nn/checks.py",
        "if found.shape != shape:",
        "if False:",
        (NN + "test_a_packed_call_is_refused_like_a_padded_one",),
    ),
    Mutant(
        "a cell keeps what one call gave it",
        "nn/cells.py",
        "made = type(cell).__new__(type(cell))",
        "made = cell",
        (NN + "test_copies_compute_the_same_and_share_nothing",),
    ),
    Mutant(
        "a value is broadcast over the batch",
        "outputs/strict.py",
        "if depth < 0 or value.shape[depth:] != shape:",
        "if depth < 0:",
        ("tests/outputs/test_strict.py::test_a_value_fits_whole_or_is_refused",),
    ),
    Mutant(
        "a number has no bound",
        "whole.py",
        "if number > most:",
        "if number > most**9:",
        ("tests/test_whole.py::test_numbers_beyond_a_tensors_are_refused_in_one_line",),
    ),
    Mutant(
        "memory is read, whatever a tensor is",
        "context/layout.py",
        "return _keys_of(tensor).raw_repr() in _OF_MEMORY",
        "return True",
        ("tests/nn/test_views.py::test_a_dense_negative_view_is_read_as_its_numbers",),
    ),
    Mutant(
        "memory is read beyond what was given back",
        "engine/dense.py",
        "and tensor.nbytes <= tensor.untyped_storage().nbytes()",
        "",
        ("tests/engine/test_dense.py::test_memory_that_was_given_back_in_part_is_refused",),
    ),
    Mutant(
        "batch sizes that do not make up the values are believed",
        "context/packed.py",
        "or sum(left) != len(data)",
        "",
        (
            "tests/test_sequence.py"
            "::test_batch_sizes_that_are_not_those_of_the_values_are_refused[[2, 1]]",
        ),
    ),
]
