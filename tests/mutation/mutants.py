"""The mutants: each one place where the maths is made wrong, and where it should be noticed."""

from __future__ import annotations

from typing import NamedTuple


class Mutant(NamedTuple):
    """One change of one file of ``src/throughtime``, and the tests that should see it first."""

    what: str
    file: str
    old: str
    new: str
    tests: tuple[str, ...]


CELLS = "tests/test_cells.py::"
TORCH_NN = CELLS + "test_with_its_weights_a_model_is_that_of_torch_nn"
FULL = "tests/gradients/test_full.py::"
EVERY = FULL + "test_gradients_are_exact_for_every_cell_and_wiring"
TRUNCATED = "tests/gradients/test_truncated.py::"
CHECKPOINTED = "tests/gradients/test_checkpointed.py::"
TWICE = "tests/gradients/test_twice.py::"
PARAMETERS = "tests/gradients/test_parameters.py::"
JACOBIANS = "tests/test_jacobians.py::"
PROBABILITY = "tests/test_probability.py::"
UNFOLDED = PROBABILITY + "test_log_prob_is_that_of_the_unfolded_graph"
STEPWISE = PROBABILITY + "test_step_by_step_is_the_whole"
DECODING = "tests/test_decoding.py::"
FORCING = "tests/test_forcing.py::"
LENGTHS = "tests/test_lengths.py::"
OUTPUTS = "tests/test_outputs.py::"
SEQUENCE = "tests/test_sequence.py::"
WIRING = "tests/test_wiring.py::"
OPERATOR = "tests/kernels/test_operators.py::"
GRAPHS = OPERATOR + "test_graphs"
NN = "tests/nn/test_contract.py::"
AS_TORCH = NN + "test_results_and_gradients_are_those_of_torch"
FILES = "tests/data/files/"
TRACED = "tests/gradients/test_traced.py::"
METRICS = "tests/training/test_metrics.py::"

MUTANTS = [
    # ---- cells ----
    Mutant(
        "tanh's slope has the wrong sign",
        "cells/elman.py",
        "slope = 1 - h * h if",
        "slope = 1 + h * h if",
        (EVERY + "[python-tanh-hidden-to-hidden-1]",),
    ),
    Mutant(
        "a relu that is off lets the gradient through",
        "cells/elman.py",
        "(h > 0).to(h.dtype)",
        "(h >= 0).to(h.dtype)",
        (EVERY + "[python-relu-hidden-to-hidden-1]",),
    ),
    Mutant(
        "W instead of its transpose, backward",
        "cells/elman.py",
        "return grad_a, (grad_a @ self.W,)",
        "return grad_a, (grad_a @ self.W.T,)",
        (EVERY + "[python-tanh-hidden-to-hidden-1]",),
    ),
    Mutant(
        "the transpose of W, forward",
        "cells/elman.py",
        "torch.addmm(drive + self.b, h, self.W.T)",
        "torch.addmm(drive + self.b, h, self.W)",
        (TORCH_NN,),
    ),
    Mutant(
        "reset and update gate in the wrong order",
        "cells/gru.py",
        "u_r, u_z, u_n = (drive + self.b)",
        "u_z, u_r, u_n = (drive + self.b)",
        (TORCH_NN,),
    ),
    Mutant(
        "the update gate keeps what it should replace",
        "cells/gru.py",
        "return (n + z * (h - n),)",
        "return (h + z * (n - h),)",
        (TORCH_NN,),
    ),
    Mutant(
        "the reset gate is forgotten on the way back",
        "cells/gru.py",
        "grad_r, grad_v_n = grad_u_n * v_n, grad_u_n * r",
        "grad_r, grad_v_n = grad_u_n * v_n, grad_u_n",
        (EVERY + "[python-GRU-hidden-to-hidden-1]",),
    ),
    Mutant(
        "the reset gate is forgotten in the gradient of W and m",
        "cells/gru.py",
        "        grad_v_n = grad_u_n * r\n",
        "        grad_v_n = grad_u_n\n",
        (EVERY + "[python-GRU-hidden-to-hidden-1]",),
    ),
    Mutant(
        "the direct path of the update gate is dropped",
        "cells/gru.py",
        "(grad_h * z + grad_v @ self.W,)",
        "(grad_v @ self.W,)",
        (EVERY + "[python-GRU-hidden-to-hidden-1]",),
    ),
    Mutant(
        "input and forget gate in the wrong order",
        "cells/lstm.py",
        "a_i, a_f, a_g, a_o = torch.addmm",
        "a_f, a_i, a_g, a_o = torch.addmm",
        (TORCH_NN,),
    ),
    Mutant(
        "the gradient carried by c is dropped",
        "cells/lstm.py",
        "grad_c + grad_h * o * (1 - tanh_c * tanh_c)",
        "grad_h * o * (1 - tanh_c * tanh_c)",
        (EVERY + "[python-LSTM-hidden-to-hidden-1]",),
    ),
    Mutant(
        "c's gradient goes back through the wrong gate",
        "cells/lstm.py",
        "(grad_a @ self.W, grad_c * f)",
        "(grad_a @ self.W, grad_c * i)",
        (EVERY + "[python-LSTM-hidden-to-hidden-1]",),
    ),
    Mutant(
        "the generic part 2 takes the gradient of another step",
        "cells/cell.py",
        "        return _vjp(output, parameters, grad)\n",
        "        return _vjp(output, parameters, tuple(g.roll(1, 0) for g in grad))\n",
        (CELLS + "test_the_generic_gradients_are_those_of_autograd",),
    ),
    Mutant(
        "a child of a cell inherits equations that are not its own",
        "cells/cell.py",
        "            if name not in vars(owner):\n",
        "            if False:\n",
        (CELLS + "test_a_child_with_another_step_does_not_inherit_the_equations",),
    ),
    # ---- the plain loop ----
    Mutant(
        "the drive of the step before",
        "unroll.py",
        "cell.step(u, state)",
        "cell.step(drive[t - 1], state)",
        (TORCH_NN,),
    ),
    Mutant(
        "rows that have ended go on, and the others stand still",
        "unroll.py",
        "torch.where(alive[t, :, None], n, s)",
        "torch.where(alive[t, :, None], s, n)",
        (TORCH_NN,),
    ),
    # ---- back-propagation through time ----
    Mutant(
        "h(t) in the place of h(t-1)",
        "gradients/bptt.py",
        "torch.cat([s[None], all_])[:-1]",
        "torch.cat([s[None], all_])[1:]",
        (FULL + "test_section_three_of_the_notes",),
    ),
    Mutant(
        "∇h(t) forgets ∇h(t+1)",
        "gradients/bptt.py",
        "carried = tuple(c + g[t] for c, g",
        "carried = tuple(0 * c + g[t] for c, g",
        (FULL + "test_section_three_of_the_notes",),
    ),
    Mutant(
        "steps after a row's end count",
        "gradients/bptt.py",
        "tuple(c * alive[t, :, None] for c in carried)",
        "carried",
        (EVERY + "[python-GRU-hidden-to-hidden-1]", EVERY + "[python-GRU-sequence-to-vector-1]"),
    ),
    Mutant(
        "the gradient of a row that has ended is not copied back",
        "gradients/bptt.py",
        "torch.where(alive[t, :, None], b, c) for b, c",
        "b * alive[t, :, None] for b, c",
        (EVERY + "[python-GRU-hidden-to-hidden-1]", EVERY + "[python-GRU-sequence-to-vector-1]"),
    ),
    Mutant(
        "random numbers in a step are not noticed",
        "gradients/bptt.py",
        "if not torch.equal(before, torch.random.get_rng_state()):",
        "if False:",
        (PARAMETERS + "test_a_cell_that_draws_is_refused_where_its_step_would_run_again",),
    ),
    Mutant(
        "the second derivative is taken as zero",
        "gradients/bptt.py",
        "by_loop = torch.is_grad_enabled() or several(grad_states)",
        "by_loop = several(grad_states)",
        (TWICE + "test_the_gradients_gradient_is_that_of_the_plain_loop",),
    ),
    Mutant(
        "the gradient is taken at other parameters than the forward pass used",
        "gradients/parameters.py",
        "    if all(p is t for",
        "    if True or all(p is t for",
        (PARAMETERS + "test_parameters_given_for_one_call_get_the_gradient_of_that_call",),
    ),
    Mutant(
        "a truncated stretch lets its gradient through",
        "gradients/truncated.py",
        "carry = tuple(c.detach() for c in carry)",
        "carry = tuple(c for c in carry)",
        (TRUNCATED + "test_it_is_the_loop_that_is_cut_by_hand_at_every_kth_step",),
    ),
    Mutant(
        "a truncated stretch is one step too long",
        "gradients/truncated.py",
        "s.split(self.k) for s in steps",
        "s.split(self.k + 1) for s in steps",
        (TRUNCATED + "test_it_is_the_loop_that_is_cut_by_hand_at_every_kth_step",),
    ),
    Mutant(
        "a step that runs again draws anew",
        "gradients/checkpointed.py",
        "            torch.set_rng_state(ctx.draws)\n",
        "            pass\n",
        (CHECKPOINTED + "test_a_step_that_runs_again_drops_the_same_units",),
    ),
    Mutant(
        "a step that runs again drops in the mode of the day",
        "gradients/checkpointed.py",
        "            _set_modes(ctx.modes)\n",
        "",
        (CHECKPOINTED + "test_a_step_that_runs_again_drops_as_when_it_ran_first",),
    ),
    Mutant(
        "a stretch's parameters are not those of its forward pass",
        "gradients/checkpointed.py",
        "with_parameters(ctx.module, parameters, lambda: run(*arguments))",
        "run(*arguments)",
        (CHECKPOINTED + "test_it_is_full_bptt_in_every_wiring",),
    ),
    Mutant(
        "checkpoints that save nothing",
        "gradients/checkpointed.py",
        "size = last * stretches ** (levels - 1)",
        "size = last * stretches**levels",
        (CHECKPOINTED + "test_a_smaller_budget_holds_less",),
    ),
    Mutant(
        "a plan forgets that each level holds its own stretches",
        "gradients/checkpointed.py",
        "if levels * (stretches if levels else 0) + steps <= self.budget:",
        "if (stretches if levels else 0) + steps <= self.budget:",
        (CHECKPOINTED + "test_a_plan_covers_all_steps_within_its_budget",),
    ),
    # ---- layers and the graph ----
    Mutant(
        "a row is read backward from the padding's end",
        "direction.py",
        "alive.sum(0) - 1",
        "len(values) - 1",
        (TORCH_NN,),
    ),
    Mutant(
        "with both directions nothing is truncated",
        "layer.py",
        "state, (h,) = gradient.fold(stretch, state, steps, (), self.cell)",
        "state, (h,) = stretch(state, steps, ())",
        (TRUNCATED + "test_with_both_directions_each_is_cut_in_its_own_time",),
    ),
    Mutant(
        "a step without recurrence remembers all the same",
        "layer.py",
        "zeros, None, recurrent=False)",
        "zeros, None)",
        (JACOBIANS + "test_in_2_2_an_output_sees_one_value_back_and_no_further",),
    ),
    Mutant(
        "y(t) enters h(t), a step too early",
        "layer.py",
        "values = torch.cat([nothing, values[:-1]])",
        "values = values.clone()",
        (JACOBIANS + "test_no_output_sees_its_own_value_or_a_later_one",),
    ),
    Mutant(
        "the value before a row's last is carried on",
        "graph.py",
        "last = y[(taken - 1).clamp(0)",
        "last = y[(taken - 2).clamp(0)",
        (TRUNCATED + "test_values_are_exact_however_often_it_cuts",),
    ),
    Mutant(
        "o = V h without c",
        "graph.py",
        "F.linear(h, self.V, self.c)",
        "F.linear(h, self.V)",
        (FULL + "test_section_three_of_the_notes",),
    ),
    Mutant(
        "the vector's bias with the wrong sign",
        "graph.py",
        "u = u + state.bias[direction]",
        "u = u - state.bias[direction]",
        (UNFOLDED,),
    ),
    Mutant(
        "o where its expectation should be fed back, and the reverse",
        "graph.py",
        "return self.output.expected(own) if self.wiring.feedback is Edge.EXPECTED else own",
        "return own if self.wiring.feedback is Edge.EXPECTED else self.output.expected(own)",
        (UNFOLDED,),
    ),
    Mutant(
        "a closed loop feeds back the output of the step before",
        "closed_loop.py",
        "fed=self.graph.feed(o)",
        "fed=self.graph.feed(state[-1])",
        (UNFOLDED,),
    ),
    # ---- what wirings say of themselves ----
    Mutant(
        "a closed loop passes for decoupled",
        "wiring.py",
        "not self.edges & (RECURRENCE | {Edge.EXPECTED, Edge.OUTPUT})",
        "not self.edges & (RECURRENCE | {Edge.OUTPUT})",
        (WIRING + "test_steps_are_decoupled_where_the_graph_has_no_path_between_them",),
    ),
    Mutant(
        "a backward edge may meet the output's",
        "wiring.py",
        "if feedback and Edge.BACKWARD in edges:",
        "if False:",
        (WIRING + "test_every_set_of_edges_is_accepted_or_refused_with_one_line_of_reason",),
    ),
    # ---- outputs ----
    Mutant(
        "mean and scale change places",
        "outputs/normal.py",
        "mean, s = o.chunk(2, -1)",
        "s, mean = o.chunk(2, -1)",
        (OUTPUTS + "test_log_prob_is_the_textbook_formula",),
    ),
    Mutant(
        "the temperature multiplies",
        "outputs/categorical.py",
        "logits=o / temperature",
        "logits=o * temperature",
        (OUTPUTS + "test_a_temperature_raises_probabilities_to_its_inverse_power",),
    ),
    Mutant(
        "the likelier bit is the other one",
        "outputs/bernoulli.py",
        "(flips ^ (o > 0)",
        "(flips ^ (o < 0)",
        (OUTPUTS + "test_the_best_values_are_those_of_brute_force",),
    ),
    Mutant(
        "the components' shares are not warmed",
        "outputs/mixture.py",
        "logits=logits / temperature",
        "logits=logits",
        (OUTPUTS + "test_a_temperature_flattens_a_mixtures_shares_and_widens_its_components",),
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
        "distribution.py",
        'torch.where(steps["has_value"], log_p, 0.0)',
        'torch.where(steps["alive"], log_p, 0.0)',
        (PROBABILITY + "test_the_probabilities_of_all_sequences_sum_to_one",),
    ),
    Mutant(
        "to go on and to stop change places",
        "distribution.py",
        'torch.where(steps["has_value"], -stop, stop)',
        'torch.where(steps["has_value"], stop, -stop)',
        (UNFOLDED,),
    ),
    Mutant(
        "the remaining count is one short",
        "distribution.py",
        "(y.lengths - t).clamp(min=1)",
        "(y.lengths - t - 1).clamp(min=1)",
        (UNFOLDED,),
    ),
    Mutant(
        "a beginning takes a step that belongs to what follows",
        "distribution.py",
        "p._run(rows, rows.lengths, self._terms)",
        "p._run(rows, rows.lengths + 1, self._terms)",
        (STEPWISE,),
    ),
    Mutant(
        "what follows reads x from its beginning again",
        "distribution.py",
        "else p.x.drop(rows.lengths)",
        "else p.x",
        (STEPWISE,),
    ),
    # ---- generation ----
    Mutant(
        "sampling stops where it should go on",
        "decoding.py",
        ">= stop.float().sigmoid())",
        "< stop.float().sigmoid())",
        (DECODING + "test_draws_have_the_probabilities_of_the_model",),
    ),
    Mutant(
        "sampling reads x one step early",
        "decoding.py",
        "x = p.x.values[self.row, self.t]",
        "x = p.x.values[self.row, self.t - 1]",
        (DECODING + "test_draws_have_the_probabilities_of_the_model",),
    ),
    Mutant(
        "top-p leaves out the symbol that crosses p",
        "decoding.py",
        "before = ordered.softmax(-1).cumsum(-1) - ordered.softmax(-1)",
        "before = ordered.softmax(-1).cumsum(-1)",
        (DECODING + "test_bent_draws_have_the_probabilities_of_the_bent_steps",),
    ),
    Mutant(
        "a hypothesis that has ended pays for its end at every step",
        "decoding.py",
        "ending = torch.where(ended, score, score + stop.view(rows, k))",
        "ending = score + stop.view(rows, k)",
        (DECODING + "test_a_beam_as_wide_as_the_space_finds_the_most_probable_sequence",),
    ),
    Mutant(
        "hypotheses keep the state of another",
        "decoding.py",
        "        stepper.select(parent)\n",
        "        stepper.select(torch.arange(len(parent)) % len(stepper.row))\n",
        (DECODING + "test_a_beam_as_wide_as_the_space_finds_the_most_probable_sequence",),
    ),
    # ---- forcing ----
    Mutant(
        "free running is fed the observed values",
        "forcing.py",
        "keep = torch.zeros_like(y.flatten().mask)",
        "keep = torch.ones_like(y.flatten().mask)",
        (FORCING + "test_free_running_feeds_the_models_own_values_and_not_the_observed",),
    ),
    Mutant(
        "the coin falls on the wrong side",
        "forcing.py",
        "device=mask.device) < self.probability",
        "device=mask.device) >= self.probability",
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
    # ---- drop-in modules ----
    Mutant(
        "the GRU resets a bias that it should not",
        "nn/equations.py",
        "F.pad(bias_hh[: 2 * H], (0, H))",
        "bias_hh",
        (AS_TORCH,),
    ),
    Mutant(
        "the GRU forgets the second bias of r and z",
        "nn/equations.py",
        "bias_ih + F.pad(bias_hh[: 2 * H], (0, H))",
        "bias_ih",
        (AS_TORCH,),
    ),
    Mutant(
        "one of two biases is forgotten",
        "nn/equations.py",
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
        "return reverse(h, alive), last",
        "return h, last",
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
        "part[i] for part in start",
        "part[0] for part in start",
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
        "_permuted(start, order), alive)",
        "start, alive)",
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
        "start, x.mask.movedim(batch, 0))",
        "start)",
        (NN + "test_each_row_of_a_sequence_is_as_if_alone",),
    ),
    Mutant(
        "no steps, and yet h_n is not h_0",
        "nn/recurrent.py",
        "if len(x) else first",
        "if len(x) else tuple(torch.zeros_like(s) for s in first)",
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
        "nn/recurrent.py",
        "if found.shape != shape:",
        "if False:",
        (NN + "test_a_packed_call_is_refused_like_a_padded_one",),
    ),
    Mutant(
        "a cell keeps what one call gave it",
        "nn/equations.py",
        "made = type(cell).__new__(type(cell))",
        "made = cell",
        (NN + "test_copies_compute_the_same_and_share_nothing",),
    ),
    # ---- graphs ----------------------------------------------------------------------------------
    Mutant(
        "a graph believes in one step too many",
        "kernels/operators.py",
        "sweep.blank(of.kernel, of.steps, tuple",
        "sweep.blank(of.kernel, of.steps + 1, tuple",
        (OPERATOR + "test_torchs_own_checks_of_an_operator",),
    ),
    Mutant(
        "a graph believes that all gradients come back, wanted or not",
        "kernels/operators.py",
        "strict=True) if want]",
        "strict=True)]",
        (OPERATOR + "test_torchs_own_checks_of_an_operator",),
    ),
    Mutant(
        "in a graph parameters do not learn",
        "kernels/operators.py",
        "learning = any(want.parameters)",
        "learning = False",
        (GRAPHS,),
    ),
    Mutant(
        "in a graph ended rows go on",
        "kernels/operators.py",
        "return Ragged(self.lengths, self.order)",
        "return None",
        (GRAPHS,),
    ),
    Mutant(
        "who records a graph is not asked",
        "transforms.py",
        "torch._C._len_torch_dispatch_stack() > 0",
        "False",
        (OPERATOR + "test_other_recorders_see_the_operator_too",),
    ),
    Mutant(
        "a user's gradients of one stretch alone",
        "gradients/traced.py",
        "s if v is None else v + s for",
        "s for",
        (TRACED + "test_gradients_are_exact_by_the_trace[own-True]",),
    ),
    Mutant(
        "a trace is believed without a trial",
        "gradients/traces.py",
        "if traced is None or traced.still_right(cell):",
        "if True:",
        (TRACED + "test_a_change_that_cannot_be_seen_is_noticed_by_the_trial",),
    ),
    Mutant(
        "rows may know how many they are",
        "gradients/trace.py",
        'saying = n.meta["rows"] and n.target in SAYING_ROWS',
        "saying = True",
        (TRACED + "test_rows_that_know_how_many_they_are_are_not_traced",),
    ),
    Mutant(
        "a gradient is written over before it is read",
        "gradients/division.py",
        "if v.place in places",
        "if False",
        (TRACED + "test_gradients_are_exact_by_the_trace[exchanged-True]",),
    ),
    Mutant(
        "what a step overwrites is read again",
        "gradients/operations.py",
        "if not alone or any(node < user or user.target in ALIASES for user in over.users):",
        "if False:",
        (TRACED + "test_what_is_read_again_must_not_be_overwritten",),
    ),
    Mutant(
        "room is used again while it is read",
        "kernels/program.py",
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
        "kernels/memory.py",
        "    numbers.block = block\n",
        "    _waiting.append(block)\n",
        ("tests/kernels/test_memory.py::test_what_is_let_go_is_used_again",),
    ),
    # ---- metrics ----
    Mutant(
        "the mean of ratios instead of the ratio of sums",
        "training/metrics/number.py",
        "self.of_sums(self.rows.sum(0))",
        "self.of_sums(self.rows).mean()",
        (METRICS + "test_an_interval_has_the_ratio_of_sums_inside",),
    ),
    Mutant(
        "of rows with the same x, the last one only",
        "training/metrics/bootstrap.py",
        "index_add_(0, units, columns)",
        "index_copy_(0, units, columns)",
        (METRICS + "test_rows_that_belong_together_are_drawn_together",),
    ),
    Mutant(
        "an interval of half the level",
        "training/metrics/bootstrap.py",
        "(1 + LEVEL) / 2",
        "(1 - LEVEL) / 2 + LEVEL / 2",
        (METRICS + "test_an_interval_is_as_wide_as_theory_says_and_shrinks_with_more_rows",),
    ),
    Mutant(
        "precision instead of F1",
        "training/metrics/chunks.py",
        "2 * shared / (true + guess)",
        "shared / guess",
        (METRICS + "test_f1_is_the_harmonic_mean_of_precision_and_recall",),
    ),
    Mutant(
        "one side of the central interval",
        "training/metrics/reals.py",
        "(below - 0.5).abs()",
        "(below - 0.5)",
        (METRICS + "test_coverage_of_a_model_that_is_right_and_of_one_that_is_too_sure",),
    ),
    Mutant(
        "a mixture's components count the same",
        "training/metrics/reals.py",
        "(weights * marginal_cdf(p.component_distribution, y[..., None, :])).sum(-2)",
        "marginal_cdf(p.component_distribution, y[..., None, :]).mean(-2)",
        (METRICS + "test_values_below_are_as_many_as_the_distribution_function_says",),
    ),
    Mutant(
        "each reference is a text of its own",
        "training/metrics/texts.py",
        "references.setdefault(x, []).append(true[row])",
        "references.setdefault(x, [true[row]])",
        (METRICS + "test_texts_for_the_same_x_are_references_of_one",),
    ),
    # ---- predictions ----
    Mutant(
        "a prediction without training's mean",
        "data/files/fields/scale.py",
        "values.double() * self.unit + self.mean",
        "values.double() * self.unit",
        ("tests/data/test_saved_fields.py::test_what_is_decoded_is_what_the_file_had",),
    ),
    Mutant(
        "a deviation in training's unit",
        "cli/predict.py",
        "return p.variance.sqrt().double() * of_y.scale.unit",
        "return p.variance.sqrt().double()",
        ("tests/runs/test_predict.py::test_numbers_are_in_the_unit_of_the_file",),
    ),
    Mutant(
        "the end's term is that of the beginning",
        "cli/score.py",
        "float(terms.decisions[i, count])",
        "float(terms.decisions[i, 0])",
        ("tests/runs/test_score.py::test_scores_are_those_of_the_model[translation]",),
    ),
    Mutant(
        "the vocabulary knows what is held out",
        "data/files/columns.py",
        'field.fit(parsed["train"][name], rare)',
        "field.fit([v for part in parsed.values() for v in part[name]], rare)",
        (
            FILES + "test_columns.py::"
            "test_the_vocabulary_is_trainings_alone_and_rare_symbols_are_unknown",
        ),
    ),
    Mutant(
        "equal inputs are trained on and tested on",
        "data/files/parts.py",
        "return _divided(table, [where[k] for k in keys])",
        "return _divided(table, [PARTS[i % 3] for i, k in enumerate(keys)])",
        (FILES + "test_columns.py::test_copies_of_a_row_share_a_part",),
    ),
    Mutant(
        "a series is in units of what comes later",
        "data/files/series.py",
        'scale = Scale.of(values["train"])',
        "scale = Scale.of(torch.cat(list(values.values())))",
        (FILES + "test_series.py::test_the_future_is_held_out",),
    ),
    Mutant(
        "a row is said to be a line earlier",
        "data/files/table.py",
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
        "data/files/texts.py",
        'if part == "train"), reading',
        "), reading",
        ("tests/data/test_text.py::test_the_vocabulary_knows_training_only",),
    ),
    Mutant(
        "copies of a line are parted",
        "data/files/lines.py",
        'np.searchsorted(cuts, hashes[row : row + len(texts)], side="right")',
        "np.arange(row, row + len(texts)) % 3",
        ("tests/data/test_text.py::test_copies_of_a_line_stay_together",),
    ),
]
