"""The mutants of what torch's graphs and our traces make of a recurrence."""

from __future__ import annotations

from tools.mutation.mutants.mutant import Mutant

FULL = "tests/gradients/test_full.py::"
OPERATOR = "tests/engine/test_operators.py::"
GRAPHS = OPERATOR + "test_graphs"
TRACED = "tests/tracing/test_traced.py::"
AS_STEPS = "tests/cells/test_as_steps.py::"
EQUATIONS = AS_STEPS + "test_the_step_is_the_equations"
FUSION = "tests/tracing/test_fusion.py::"

MUTANTS = [
    # ---- graphs ----
    Mutant(
        "a graph believes in one step too many",
        "engine/operators.py",
        "sweep.blank(of.kernel, of.steps, tuple",
        "sweep.blank(of.kernel, of.steps + 1, tuple",
        (OPERATOR + "test_torchs_own_checks_of_an_operator",),
    ),
    Mutant(
        "a graph believes that all gradients come back, wanted or not",
        "engine/operators.py",
        "strict=True) if want]",
        "strict=True)]",
        (OPERATOR + "test_torchs_own_checks_of_an_operator",),
    ),
    Mutant(
        "in a graph parameters do not learn",
        "engine/operators.py",
        "learning = any(want.parameters)",
        "learning = False",
        (GRAPHS,),
    ),
    Mutant(
        "in a graph ended rows go on",
        "engine/operators.py",
        "rows = Ragged(self.lengths, self.order)",
        "rows = None",
        (GRAPHS,),
    ),
    Mutant(
        "who records a graph is not asked",
        "context/transforms.py",
        "torch._C._len_torch_dispatch_stack() > 0",
        "False",
        (OPERATOR + "test_other_recorders_see_the_operator_too",),
    ),
    Mutant(
        "a user's gradients of one stretch alone",
        "tracing/programs.py",
        "s if v is None else v + s for",
        "s for",
        (TRACED + "test_gradients_are_exact_by_the_trace[own-True]",),
    ),
    Mutant(
        "a trace is believed without a trial",
        "tracing/cache.py",
        "if found is None or cell.pure or found.still_right(cell):",
        "if True:",
        (TRACED + "test_a_change_that_cannot_be_seen_is_noticed_by_the_trial",),
    ),
    Mutant(
        "rows may know how many they are",
        "tracing/capture.py",
        'saying = n.meta["rows"] and n.target in SAYING_ROWS',
        "saying = True",
        (TRACED + "test_rows_that_know_how_many_they_are_are_not_traced",),
    ),
    Mutant(
        "what is said of a cell's step is said of its child's",
        "cells/cell.py",
        '"kernel", "pure"):',
        '"kernel"):',
        (AS_STEPS + "test_another_step_is_not_taken_for_granted",),
    ),
    Mutant(
        "the output gate sees the old memory cell",
        "cells/peephole_lstm.py",
        "        c = f * c + i * torch.tanh(a_g)\n        return torch.sigmoid(a_o + p_o * c)",
        "        o = torch.sigmoid(a_o + p_o * c)\n        c = f * c + i * torch.tanh(a_g)\n"
        "        return o",
        (EQUATIONS + "[peephole LSTM]",),
    ),
    Mutant(
        "the memory cell is read as it is",
        "cells/layer_norm_lstm.py",
        "layer_norm(c, self.beta_c.shape, self.alpha_c, self.beta_c)",
        "self.alpha_c * c + self.beta_c",
        (EQUATIONS + "[layer-norm LSTM]",),
    ),
    Mutant(
        "the reset leaves the second bias out",
        "cells/layer_norm_gru.py",
        "v_n = layer_norm(v_n, (n,), alpha_vn, self.m)",
        "b_n, v_n = b_n + self.m, layer_norm(v_n, (n,), alpha_vn)",
        (EQUATIONS + "[layer-norm GRU]",),
    ),
    Mutant(
        "the gate's share is the old value's",
        "cells/min_gru.py",
        "h + torch.sigmoid(a_z) * (n - h)",
        "n + torch.sigmoid(a_z) * (h - n)",
        (EQUATIONS + "[minGRU]",),
    ),
    Mutant(
        "the two gates have no common share",
        "cells/min_lstm.py",
        "torch.sigmoid(logsigmoid(a_i) - logsigmoid(a_f))",
        "torch.sigmoid(a_i)",
        (EQUATIONS + "[minLSTM]",),
    ),
    Mutant(
        "a recurrent weight has no bound",
        "cells/ind_rnn.py",
        "self.w.clamp(-1, 1)",
        "self.w",
        (AS_STEPS + "test_however_long_the_sequence_is_no_unit_explodes",),
    ),
    Mutant(
        "totals are counted again and again",
        "engine/program.py",
        "        self._totals.zero_()\n",
        "",
        (TRACED + "test_gradients_are_exact_by_the_trace[peephole LSTM-True]",),
    ),
    Mutant(
        "a result that is read twice is left out",
        "tracing/fusion.py",
        "(reads[place], writes[place]) != (1, 1)",
        "writes[place] != 1",
        (FUSION + "test_any_program_does_what_it_did",),
    ),
    Mutant(
        "what has been overwritten is read later",
        "tracing/fusion.py",
        "i.operation is Operation.PRODUCT or i.to.place in read",
        "i.operation is Operation.PRODUCT",
        (FUSION + "test_any_program_does_what_it_did",),
    ),
    Mutant(
        "a difference the other way round",
        "tracing/fusion.py",
        "(Operation.MULTIPLY, Operation.SUBTRACT, 1): Operation.SUBTRACT_PRODUCT",
        "(Operation.MULTIPLY, Operation.SUBTRACT, 1): Operation.MULTIPLY_SUBTRACT",
        (FUSION + "test_any_program_does_what_it_did",),
    ),
    Mutant(
        "a gradient is written over before it is read",
        "tracing/division.py",
        "if v.place in places",
        "if False",
        (TRACED + "test_gradients_are_exact_by_the_trace[exchanged-True]",),
    ),
    Mutant(
        "what a step overwrites is read again",
        "tracing/in_place.py",
        "if not alone or any(node < user or user.target in ALIASES for user in over.users):",
        "if False:",
        (TRACED + "test_what_is_read_again_must_not_be_overwritten",),
    ),
    Mutant(
        "room is used again while it is read",
        "engine/program.py",
        "            if uses[place][-1] == n:\n",
        "            if uses[place][0] == n:\n",
        (TRACED + "test_gradients_are_exact_by_the_trace[own-True]",),
    ),
    Mutant(
        "weights that have changed are not noticed",
        "nn/streaming.py",
        "if not same:",
        "if not self._seen:",
        ("tests/nn/test_streaming.py::test_weights_that_have_changed_are_noticed",),
    ),
    Mutant(
        "memory that somebody looks at is used again",
        "engine/memory.py",
        "    numbers.block = block\n",
        "    _waiting.append(block)\n",
        ("tests/engine/test_memory.py::test_what_is_let_go_is_used_again",),
    ),
]
