"""The mutants of the graph, and of the distribution that it makes."""

from __future__ import annotations

from tools.mutation.mutants.mutant import Mutant

CELLS = "tests/cells/test_cells.py::"
TORCH_NN = CELLS + "test_with_its_weights_a_model_is_that_of_torch_nn"
FULL = "tests/gradients/test_full.py::"
TRUNCATED = "tests/gradients/test_truncated.py::"
FUSED = "tests/gradients/test_fused.py::"
READOUT = "tests/graph/test_readout.py::"
AGAINST = "tests/outputs/test_against_the_rest.py::"
JACOBIANS = "tests/graph/test_jacobians.py::"
PROBABILITY = "tests/distribution/test_probability.py::"
UNFOLDED = PROBABILITY + "test_log_prob_is_that_of_the_unfolded_graph"
STEPWISE = PROBABILITY + "test_step_by_step_is_the_whole"
DROPPED = "tests/model/test_model.py::test_"
PREPARED = "tests/graph/test_prepared.py::test_draws_"
DRAWS = "tests/distribution/test_ancestral.py::test_draws_have_the_probabilities_of_the_model"
WARPED = (
    "tests/distribution/test_warp.py::test_warped_draws_have_the_probabilities_of_the_warped_steps"
)
BEAM = (
    "tests/distribution/test_beam_search.py::"
    "test_a_beam_as_wide_as_the_space_finds_the_most_probable_sequence"
)
FORCING = "tests/forcing/test_forcing.py::"
LENGTHS = "tests/lengths/test_lengths.py::"
SEQUENCE = "tests/test_sequence.py::"
WIRING = "tests/wiring/test_wiring.py::"

MUTANTS = [
    # ---- layers and the graph ----
    Mutant(
        "a row is read backward from the padding's end",
        "graph/direction.py",
        "alive.sum(0) - 1",
        "len(values) - 1",
        (TORCH_NN,),
    ),
    Mutant(
        "with both directions nothing is truncated",
        "graph/recurrence.py",
        "state, (h,) = gradient.fold(stretch, state, steps, (), self.cell)",
        "state, (h,) = stretch(state, steps, ())",
        (TRUNCATED + "test_with_both_directions_each_is_cut_in_its_own_time",),
    ),
    Mutant(
        "a step without recurrence remembers all the same",
        "graph/recurrence.py",
        "zeros, recurrent=False)",
        "zeros)",
        (JACOBIANS + "test_in_2_2_an_output_sees_one_value_back_and_no_further",),
    ),
    Mutant(
        "y(t) enters h(t), a step too early",
        "graph/projection.py",
        "values = torch.cat([nothing, values])[: values.shape[0]]",
        "values = values.clone()",
        (JACOBIANS + "test_no_output_sees_its_own_value_or_a_later_one",),
    ),
    Mutant(
        "the value before a row's last is carried on",
        "graph/graph.py",
        "fed = y[(taken - 1).clamp(0)",
        "fed = y[(taken - 2).clamp(0)",
        (TRUNCATED + "test_values_are_exact_however_often_it_cuts",),
    ),
    Mutant(
        "o = V h without c",
        "graph/readout.py",
        "F.linear(self.h, self.V, self.c)",
        "F.linear(self.h, self.V)",
        (FULL + "test_section_three_of_the_notes",),
    ),
    Mutant(
        "c has the mean of the gradients of a part",
        "graph/readout.py",
        "grad_c += rows.sum(0)",
        "grad_c += rows.mean(0)",
        (READOUT + "test_probabilities_and_gradients_are_the_same",),
    ),
    Mutant(
        "no part of o(1) … o(T) is computed by itself",
        "graph/readout.py",
        "if rows * units <= _most(self.h):",
        "if rows * units > 0:",
        (READOUT + "test_what_is_kept_does_not_grow_with_the_alphabet",),
    ),
    Mutant(
        "the rest has the symbol in it",
        "outputs/against_the_rest.py",
        "exp_().scatter_(-1, y, 0.0)",
        "exp_()",
        (AGAINST + "test_probability_and_end_are_those_of_all_symbols",),
    ),
    Mutant(
        "a certain symbol divides by nothing",
        "outputs/against_the_rest.py",
        "total.clamp(min=torch.finfo(total.dtype).tiny)",
        "total",
        (AGAINST + "test_a_symbol_that_is_certain_has_no_gradient_and_no_nan",),
    ),
    Mutant(
        "the drive enters torch's kernels doubled",
        "gradients/backends/fused.py",
        "torch.eye(len(b), dtype=u.dtype, device=u.device)",
        "2 * torch.eye(len(b), dtype=u.dtype, device=u.device)",
        (FUSED + "test_probabilities_and_gradients_are_the_same",),
    ),
    Mutant(
        "torch's kernels give the ends of other rows",
        "gradients/backends/fused.py",
        "tuple(s.index_copy(0, order, end) for s, end in ends)",
        "tuple(end for s, end in ends)",
        (FUSED + "test_carried_states_are_the_same",),
    ),
    Mutant(
        "the vector's bias with the wrong sign",
        "graph/folded.py",
        "u = u + state.bias[0]",
        "u = u - state.bias[0]",
        (DRAWS,),
    ),
    Mutant(
        "o where its expectation should be fed back, and the reverse",
        "graph/folded.py",
        "return self.output.expected(units) if self.wiring.feedback is Edge.EXPECTED else units",
        "return units if self.wiring.feedback is Edge.EXPECTED else self.output.expected(units)",
        (UNFOLDED,),
    ),
    Mutant(
        "a closed loop feeds back the output of the step before",
        "graph/closed_loop.py",
        "fed=self.graph.feed(o)",
        "fed=self.graph.feed(state[-1])",
        (UNFOLDED,),
    ),
    Mutant(
        "dropout in use, too",
        "graph/folded.py",
        "return F.dropout(h, self.dropout, self.training)",
        "return F.dropout(h, self.dropout)",
        (DROPPED + "dropout_is_in_training_only",),
    ),
    Mutant(
        "a dropped symbol is another one",
        "graph/folded.py",
        "values.long().masked_fill(dropped, -1)",
        "values.long().masked_fill(dropped, 0)",
        (DROPPED + "a_symbol_is_dropped_whole",),
    ),
    Mutant(
        "nothing of h(t) is dropped",
        "graph/graph.py",
        "h = self.drop_units(h) if dropout else h",
        "h = h",
        (DROPPED + "where_all_is_dropped_nothing_is_known",),
    ),
    # ---- what wirings say of themselves ----
    Mutant(
        "a closed loop passes for decoupled",
        "wiring/wiring.py",
        "not self.edges & (RECURRENCE | {Edge.EXPECTED, Edge.OUTPUT})",
        "not self.edges & (RECURRENCE | {Edge.OUTPUT})",
        (WIRING + "test_steps_are_decoupled_where_the_graph_has_no_path_between_them",),
    ),
    Mutant(
        "a backward edge may meet the output's",
        "wiring/wiring.py",
        "if feedback and Edge.BACKWARD in edges:",
        "if False:",
        (WIRING + "test_every_set_of_edges_is_accepted_or_refused_with_one_line_of_reason",),
    ),
    # ---- lengths ----
    Mutant(
        "the end's log-odds with the wrong sign",
        "lengths/end_of_sequence.py",
        "return end - symbols.logsumexp(-1), symbols",
        "return symbols.logsumexp(-1) - end, symbols",
        (LENGTHS + "test_an_end_symbol_is_a_halt_whose_log_odds_come_out_of_the_softmax",),
    ),
    Mutant(
        "the countdown is one step late",
        "lengths/predicted.py",
        "(remaining[..., None].to(scale.dtype) - 1)",
        "remaining[..., None].to(scale.dtype)",
        (UNFOLDED,),
    ),
    # ---- the distribution ----
    Mutant(
        "the step of the decision to stop has a value too",
        "distribution/terms.py",
        "torch.where(steps.has_value, log_p, 0.0)",
        "torch.where(steps.alive, log_p, 0.0)",
        (PROBABILITY + "test_the_probabilities_of_all_sequences_sum_to_one",),
    ),
    Mutant(
        "to go on and to stop change places",
        "distribution/terms.py",
        "torch.where(steps.has_value, -stop, stop)",
        "torch.where(steps.has_value, stop, -stop)",
        (UNFOLDED,),
    ),
    Mutant(
        "the remaining count is one short",
        "distribution/process.py",
        "(y.lengths - t).clamp(min=1)",
        "(y.lengths - t - 1).clamp(min=1)",
        (UNFOLDED,),
    ),
    Mutant(
        "a beginning takes a step that belongs to what follows",
        "distribution/distribution.py",
        "process.run(rows, rows.lengths, emit)",
        "process.run(rows, rows.lengths + 1, emit)",
        (STEPWISE,),
    ),
    Mutant(
        "what follows reads x from its beginning again",
        "distribution/distribution.py",
        "else process.x.drop(rows.lengths)",
        "else process.x",
        (STEPWISE,),
    ),
    # ---- generation ----
    Mutant(
        "sampling stops where it should go on",
        "distribution/by_loop.py",
        ">= stop.float().sigmoid())",
        "< stop.float().sigmoid())",
        (DRAWS,),
    ),
    Mutant(
        "a row's draws that have come apart are given the same x",
        "distribution/distribution.py",
        "observed=None, distinct=None)",
        "observed=None)",
        (PREPARED + "of_a_row_that_go_on_from_steps_of_their_own",),
    ),
    Mutant(
        "a prepared step forgets the scale of the counts",
        "graph/prepared.py",
        "+= self._logarithm(state.scale)",
        "+= 0 * self._logarithm(state.scale)",
        (PREPARED + "of_a_seed_are_those_of_the_steps_in_torch",),
    ),
    Mutant(
        "sampling reads x one step early",
        "distribution/by_loop.py",
        "process.x.values[:, start:end].transpose(0, 1)",
        "process.x.values.roll(1, 1)[:, start:end].transpose(0, 1)",
        (DRAWS,),
    ),
    Mutant(
        "top-p leaves out the symbol that crosses p",
        "distribution/warp.py",
        "before = ordered.softmax(-1).cumsum(-1) - ordered.softmax(-1)",
        "before = ordered.softmax(-1).cumsum(-1)",
        (WARPED,),
    ),
    Mutant(
        "a hypothesis that has ended pays for its end at every step",
        "distribution/beam_search.py",
        "ending = torch.where(ended, score, score + stop.view(rows, k))",
        "ending = score + stop.view(rows, k)",
        (BEAM,),
    ),
    Mutant(
        "hypotheses keep the state of another",
        "distribution/beam_search.py",
        "        stepper.select(parent)\n",
        "        stepper.select(torch.arange(len(parent)) % len(stepper.row))\n",
        (BEAM,),
    ),
    # ---- forcing ----
    Mutant(
        "free running is fed the observed values",
        "forcing/free_running.py",
        "keep = torch.zeros_like(y.flatten().mask)",
        "keep = torch.ones_like(y.flatten().mask)",
        (FORCING + "test_free_running_feeds_the_models_own_values_and_not_the_observed",),
    ),
    Mutant(
        "the coin falls on the wrong side",
        "forcing/scheduled_sampling.py",
        "(drawn < self.probability)",
        "(drawn >= self.probability)",
        (FORCING + "test_scheduled_sampling_goes_from_teacher_forcing_to_free_running",),
    ),
    # ---- sequences ----
    Mutant(
        "the step after a row's end is kept",
        "sequence.py",
        "keep = torch.arange(steps, device=lengths.device) < lengths[..., None]",
        "keep = torch.arange(steps, device=lengths.device) <= lengths[..., None]",
        (SEQUENCE + "test_what_stood_in_the_padding_never_survives",),
    ),
    Mutant(
        "a row is reversed one step off",
        "sequence.py",
        "at = self.lengths[..., None] - 1 - torch.arange",
        "at = self.lengths[..., None] - torch.arange",
        (SEQUENCE + "test_a_row_is_reversed_from_its_own_end",),
    ),
    Mutant(
        "one step too many is dropped",
        "sequence.py",
        "device=self.device) + counts[..., None]",
        "device=self.device) + counts[..., None] + 1",
        (SEQUENCE + "test_a_beginning_and_the_rest_are_the_whole",),
    ),
]
