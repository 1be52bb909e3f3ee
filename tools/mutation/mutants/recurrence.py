"""The mutants of cells, of the plain loop, and of back-propagation through time."""

from __future__ import annotations

from tools.mutation.mutants.mutant import Mutant

CELLS = "tests/cells/test_cells.py::"
FULL = "tests/gradients/test_full.py::"
ENGINE = "tests/engine/test_sweep.py::test_the_engine_is_the_loop[portable-"
EVERY = FULL + "test_gradients_are_exact_for_every_cell_and_wiring"
TRUNCATED = "tests/gradients/test_truncated.py::"
CHECKPOINTED = "tests/gradients/test_checkpointed.py::"
TWICE = "tests/gradients/test_twice.py::"
PARAMETERS = "tests/gradients/test_parameters.py::"
OPERATOR = "tests/engine/test_operators.py::"
AS_STEPS = "tests/cells/test_as_steps.py::"

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
        (ENGINE + "tanh-torch.float64-7-ragged-all-1]",),
    ),
    Mutant(
        "reset and update gate in the wrong order",
        "cells/gru.py",
        "u_r, u_z, u_n = (drive + self.b)",
        "u_z, u_r, u_n = (drive + self.b)",
        (ENGINE + "GRU-torch.float64-7-ragged-all-1]",),
    ),
    Mutant(
        "the update gate keeps what it should replace",
        "cells/gru.py",
        "return (n + z * (h - n),)",
        "return (h + z * (n - h),)",
        (ENGINE + "GRU-torch.float64-7-ragged-all-1]",),
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
        (ENGINE + "LSTM-torch.float64-7-ragged-all-1]",),
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
        "gradients/unroll.py",
        "cell.step(u, state)",
        "cell.step(drive[t - 1], state)",
        (ENGINE + "tanh-torch.float64-7-ragged-all-1]",),
    ),
    Mutant(
        "rows that have ended go on, and the others stand still",
        "gradients/unroll.py",
        "torch.where(alive[t, :, None], n, s)",
        "torch.where(alive[t, :, None], s, n)",
        (ENGINE + "tanh-torch.float64-7-ragged-all-1]",),
    ),
    # ---- back-propagation through time ----
    Mutant(
        "h(t) in the place of h(t-1)",
        "gradients/backends/stepwise.py",
        "torch.cat([s[None], all_])[:-1]",
        "torch.cat([s[None], all_])[1:]",
        (FULL + "test_section_three_of_the_notes",),
    ),
    Mutant(
        "∇h(t) forgets ∇h(t+1)",
        "gradients/backends/stepwise.py",
        "carried = tuple(c + g[t] for c, g",
        "carried = tuple(0 * c + g[t] for c, g",
        (FULL + "test_section_three_of_the_notes",),
    ),
    Mutant(
        "steps after a row's end count",
        "gradients/backends/stepwise.py",
        "tuple(c * alive[t, :, None] for c in carried)",
        "carried",
        (EVERY + "[python-GRU-hidden-to-hidden-1]", EVERY + "[python-GRU-sequence-to-vector-1]"),
    ),
    Mutant(
        "the gradient of a row that has ended is not copied back",
        "gradients/backends/stepwise.py",
        "torch.where(alive[t, :, None], b, c) for b, c",
        "b * alive[t, :, None] for b, c",
        (EVERY + "[python-GRU-hidden-to-hidden-1]", EVERY + "[python-GRU-sequence-to-vector-1]"),
    ),
    Mutant(
        "random numbers in a step are not noticed",
        "gradients/backends/stepwise.py",
        "if before and not all(map(torch.equal, before, _draws(u))):",
        "if False:",
        (PARAMETERS + "test_a_cell_that_draws_is_refused_where_its_step_would_run_again",),
    ),
    Mutant(
        "a recording is launched with the numbers that it was made of",
        "context/launches.py",
        "                to.copy_(value)\n",
        "                pass\n",
        ("tests/context/test_launches.py",),
    ),
    Mutant(
        "a recording outlives a change of its module",
        "context/launches.py",
        "(function, *appearance(module), *(v.data_ptr() for v in tensors))",
        "(function,)",
        ("tests/context/test_launches.py",),
    ),
    Mutant(
        "a recording is launched for other plain arguments",
        "context/launches.py",
        "if isinstance(v, Tensor) else v for v in leaves]",
        "if isinstance(v, Tensor) else None for v in leaves]",
        ("tests/context/test_launches.py",),
    ),
    Mutant(
        "the second derivative is taken as zero",
        "gradients/backends/by_hand.py",
        "if torch.is_grad_enabled() or batched(grad_states):",
        "if batched(grad_states):",
        (TWICE + "test_the_gradients_gradient_is_that_of_the_plain_loop",),
    ),
    Mutant(
        "the gradient is taken at other parameters than the forward pass used",
        "context/parameters.py",
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
]
