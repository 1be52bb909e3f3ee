"""The mutants of the engine in C, judged by its tests on an engine built for any processor."""

from __future__ import annotations

from tools.mutation.mutants.mutant import Mutant

SWEEP = "tests/engine/test_sweep.py::"
LOOP = SWEEP + "test_the_engine_is_the_loop[portable-"
RAGGED, EVEN = "-torch.float64-7-ragged-all-1]", "-torch.float64-33-None-all-2]"
ACCURATE = SWEEP + "test_tanh_and_sigmoid_are_right_to_a_few_units_in_the_last_place[portable-"
DRAWN = "tests/engine/test_generation.py::"
ONE_BY_ONE = DRAWN + "test_the_most_probable_symbols_one_by_one[portable-GRU-"

PROGRAM = "tests/engine/test_program.py::"
FOLLOWING = PROGRAM + "test_products_are_torchs_and_steps_follow_each_other"

MUTANTS = [
    Mutant(
        "a program goes on with rows that have ended",
        "engine/program.c",
        "const int64_t rows = alive(share, t, share->rows);",
        "const int64_t rows = share->rows;",
        (FOLLOWING + "[portable-torch.float64-7-5-lengths1-1]",),
    ),
    Mutant(
        "a program takes its steps forward alone",
        "engine/program.c",
        "p->backwards ? p->last - 1 - n : p->first + n",
        "p->first + n",
        (PROGRAM + "test_a_users_cell_is_its_loop[portable-own-torch.float64-3-True-1]",),
    ),
    Mutant(
        "what is left after whole vectors is forgotten",
        "engine/program.c",
        "if (j < size) {",
        "if (0) {",
        (PROGRAM + "test_every_operation_is_torchs[portable-ADD-torch.float64-151]",),
    ),
    Mutant(
        "of four sums one is forgotten",
        "engine/program.c",
        "(sums[2] + sums[3])",
        "sums[2]",
        (PROGRAM + "test_every_operation_is_torchs[portable-SUM-torch.float64-151]",),
    ),
    Mutant(
        "the logarithm of a number that is no normal one",
        "engine/functions.h",
        "exponent - (small & by_up)",
        "exponent",
        (PROGRAM + "test_nothing_special_is_lost[portable-LOG-torch.float32]",),
    ),
    Mutant(
        "what ln(1 + x) loses of x stays lost",
        "engine/functions.h",
        "exact = log + lost / u;",
        "exact = log + 0 * (lost / u);",
        (PROGRAM + "test_nothing_special_is_lost[portable-LOG1P-torch.float64]",),
    ),
    Mutant(
        "the larger of a number and NaN is the number",
        "engine/program.c",
        "choose((a > b) | (a != a), a, b)",
        "choose(a > b, a, b)",
        (PROGRAM + "test_nothing_special_is_lost[portable-MAXIMUM-torch.float64]",),
    ),
    Mutant(
        "-0 becomes 0",
        "engine/vector.h",
        "return x - (vec){0};",
        "return x + (vec){0};",
        (PROGRAM + "test_nothing_special_is_lost[portable-RECIPROCAL-torch.float64]",),
    ),
    Mutant(
        "what stands for a thread's own sums is not added up",
        "engine/sums.h",
        "id = 1; all.apart && id < share->of",
        "id = 2; all.apart && id < share->of",
        (LOOP + "tanh" + EVEN,),
    ),
    Mutant(
        "without an edge from h' it is there all the same",
        "engine/team.h",
        "return s->W ? load_some(old_state(s, part, at) + unit, s->units - unit) : (vec){0};",
        "return load_some(old_state(s, part, at) + unit, s->units - unit);",
        (SWEEP + "test_without_an_edge_from_h_every_step_starts_from_zeros[portable-GRU-all-1]",),
    ),
    Mutant(
        "tanh's slope has the wrong sign",
        "engine/elman_tanh.c",
        "return 1 - h * h;",
        "return 1 + h * h;",
        (LOOP + "tanh" + RAGGED,),
    ),
    Mutant(
        "a relu that is off lets the gradient through",
        "engine/elman_relu.c",
        "choose(h > 0,",
        "choose(h >= 0,",
        (LOOP + "relu" + RAGGED,),
    ),
    Mutant(
        "GRU's reset is forgotten, backward",
        "engine/gru.c",
        "grad_a[2] = grad_u[2] * r;",
        "grad_a[2] = grad_u[2];",
        (LOOP + "GRU" + RAGGED,),
    ),
    Mutant(
        "GRU's update gate has the wrong sign, backward",
        "engine/gru.c",
        "grad[0] * (old[0] - n)",
        "grad[0] * (n - old[0])",
        (LOOP + "GRU" + RAGGED,),
    ),
    Mutant(
        "LSTM's forget gate sees c a step too late, backward",
        "engine/lstm.c",
        "grad_f = grad_c * old[1]",
        "grad_f = grad_c * new[1]",
        (LOOP + "LSTM" + RAGGED,),
    ),
    Mutant(
        "what reaches c from above is dropped",
        "engine/lstm.c",
        "grad[1] + grad[0] * o *",
        "grad[0] * o *",
        (LOOP + "LSTM" + RAGGED,),
    ),
    Mutant(
        "rows go on for a step after their end",
        "engine/team.h",
        "row_of(share, at_most - 1)) <= t)",
        "row_of(share, at_most - 1)) < t)",
        (LOOP + "tanh" + RAGGED,),
    ),
    Mutant(
        "what arrives at the state from above is dropped",
        "engine/sweep.h",
        "if (s->grad_state[part])\n                    carry[part] +=",
        "if (0)\n                    carry[part] +=",
        (LOOP + "tanh" + RAGGED,),
    ),
    Mutant(
        "after a row's end no gradient is carried",
        "engine/sweep.h",
        "if (s->grad_state[part] && s->W)",
        "if (0)",
        (LOOP + "tanh" + RAGGED,),
    ),
    Mutant(
        "m is forgotten",
        "engine/sweep.h",
        "if (OWN) product[GATES - 1] += load_some(s->m + first, lanes);",
        "",
        (LOOP + "GRU" + EVEN,),
    ),
    Mutant(
        "W's gradient meets h(t) instead of h(t-1)",
        "engine/sums.h",
        "h[k] = old_state(s, 0, a);",
        "h[k] = old_state(s, 0, a + B);",
        (LOOP + "tanh" + RAGGED,),
    ),
    Mutant(
        "b's gradient is that of some rows",
        "engine/sums.h",
        "if (sums->b) add_to(sums->b, grad[k], from, last);",
        "if (sums->b && k) add_to(sums->b, grad[k], from, last);",
        (LOOP + "tanh" + RAGGED,),
    ),
    Mutant(
        "no symbol enters as the first symbol does",
        "engine/drive.h",
        "s->edges[e].symbols && s->edges[e].symbols[a] >= 0)",
        "s->edges[e].symbols)",
        (LOOP + "tanh" + RAGGED,),
    ),
    Mutant(
        "what enters at the start enters a step later too",
        "engine/drive.h",
        "a < B) u += load_some(s->start + a * D + c",
        "a < 2 * B) u += load_some(s->start + a % B * D + c",
        (LOOP + "tanh" + RAGGED,),
    ),
    Mutant(
        "a symbol's gradient goes to its neighbour",
        "engine/sums.h",
        "add_to(sums->weights[e] + s->edges[e].symbols[a] * D,",
        "add_to(sums->weights[e] + s->edges[e].symbols[a] / 2 * D,",
        (LOOP + "tanh" + RAGGED,),
    ),
    Mutant(
        "x's gradient is left as it was after a row's end",
        "engine/sums.h",
        "if (steps_of(s, row) <= t)\n                    clear(",
        "if (0)\n                    clear(",
        (LOOP + "tanh" + RAGGED,),
    ),
    Mutant(
        "only the last chunk counts",
        "engine/outer.h",
        "tile[i * vectors + v] = load_some(sum +",
        "tile[i * vectors + v] = 0 * load_some(sum +",
        (SWEEP + "test_more_steps_than_are_summed_at_a_time[portable-tanh]",),
    ),
    Mutant(
        "the last of an odd number of products is dropped",
        "engine/product.h",
        "if (chains == 2 && k < depth)",
        "if (0)",
        (LOOP + "tanh" + RAGGED,),
    ),
    Mutant(
        "sigmoid of minus x",
        "engine/vector.h",
        "choose(x < 0, power, all(1))",
        "choose(x > 0, power, all(1))",
        (ACCURATE + "torch.float64]",),
    ),
    Mutant(
        "e^x loses its last term",
        "engine/vector.h",
        "q = q * r + taylor[i];\n    return",
        "q = q * r + taylor[i] * (i > 1);\n    return",
        (ACCURATE + "torch.float64]",),
    ),
    Mutant(
        "random numbers are the same at every step",
        "engine/generate.c",
        "row * g->every), (uint64_t)t);",
        "row * g->every), 0);",
        (DRAWN + "test_random_numbers_are_philox_by_row_and_step[portable-torch.float64]",),
    ),
    Mutant(
        "a row has a symbol too many",
        "engine/generate.c",
        "g->lengths[row] <= t)",
        "g->lengths[row] < t)",
        (ONE_BY_ONE + "2.5-1-1]",),
    ),
    Mutant(
        "what stands for y(0) enters at every step",
        "engine/generate.c",
        "        sweeps[0].start = 0;\n",
        "",
        (ONE_BY_ONE + "2.5-1-1]",),
    ),
    Mutant(
        "x(1) enters at every step",
        "engine/generate.c",
        "sweeps[0].given += g->rows *",
        "sweeps[0].given += 0 * g->rows *",
        (ONE_BY_ONE + "2.5-1-1]",),
    ),
    Mutant(
        "h stays as it was",
        "engine/generate.c",
        "if (!s->W) return;",
        "if (s->W) return;",
        (ONE_BY_ONE + "2.4-2-1]",),
    ),
    Mutant(
        "one symbol more than top_k",
        "engine/generate.c",
        "left > units - most &&",
        "left >= units - most &&",
        (DRAWN + "test_all_that_top_k_and_top_p_leave_is_drawn_and_nothing_else[portable]",),
    ),
    Mutant(
        "threads that share out units do not wait for each other",
        "engine/team.h",
        "if (of == 1) return;",
        "if (of < 1000) return;",
        (SWEEP + "test_threads_that_share_out_units_wait_for_each_other[portable-LSTM-2-None]",),
    ),
]
