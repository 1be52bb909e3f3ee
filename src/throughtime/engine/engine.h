/* The contract of the engine: whole sequences forward, and back-propagation through them.
 *
 * Plain C: no allocation, no globals, no Python and no torch. For each of the cells `elman_tanh`,
 * `elman_relu`, `gru` and `lstm`, and for each `real` of f32 and f64, there are
 *
 *     int64_t throughtime_<cell>_<forward|reverse>_<f32|f64>(Sweep *)
 *
 * which return 0; or forward e + 1 where edge e has a symbol that is not below its size, and then
 * nothing has been written. The same names with `_scratch` after forward and reverse return how
 * many bytes `scratch` must have room for.
 *
 * A sweep with one step can be taken again and again: throughtime_<cell>_prepare_<f32|f64> packs the
 * matrices into scratch (of forward's size), and each throughtime_<cell>_step_<f32|f64> goes from
 * `first` to `state`, and returns what forward does, for as long as the matrices, scratch and
 * `threads` stay as they are. `lengths` and `order` must be null there.
 *
 * T steps, B rows, H units; G gates, so that the drive of a row is (G, H). The state has S parts of
 * H numbers (LSTM: h, c; others: h). All arrays are dense, in the order shown, aligned to their
 * numbers, and owned by the caller; none may overlap another. What says "null:" may be null. */

#ifndef THROUGHTIME_ENGINE_H
#define THROUGHTIME_ENGINE_H

#include "vector.h"

/* torch's own GOMP_parallel: runs work(argument) on so many threads, and waits for them; and
 * omp_get_num_threads: how many they have become. */
typedef void Parallel(void (*work)(void *), void *argument, unsigned threads, unsigned flags);
typedef int Team(void);

/* What enters the drive by an edge: a matrix times vectors, or those of its columns that symbols
 * name. One of `vectors` and `symbols` is null; where both are, there is no such edge. */
typedef struct {
    int64_t size;           /* of a vector; or how many symbols there are */
    const real *vectors;    /* (T, B, size) */
    const int64_t *symbols; /* (T, B), below `size`; where negative, nothing enters */
    const real *weight;     /* (G, H, size) */
    real *grad_vectors;     /* (T, B, size); zero after a row's last step. Null: not wanted */
    real *grad_weight;      /* (G, H, size). Null: not wanted */
} Edge;

enum { EDGES = 3 };

/* Every field has eight bytes, so that a caller can write it as an array of whole numbers. */
typedef struct {
    int64_t steps, rows, units; /* T, B, H */

    /* Ragged batches: the steps of each row (B), and the rows from the longest to the shortest
     * (B). Both null: every row has T steps. After its last step a row's state stays as it is. */
    const int64_t *lengths, *order;

    const real *W; /* (G, H, H): gate, unit, unit of h'. Null: no edge from step to step, so that
                      every step starts from a state of zeros, and W's gradient is zero */
    const real *b; /* (G, H) */
    const real *m; /* (H): GRU's bias inside of the reset; null for other cells */

    /* The drive: all of these added up. */
    Edge edges[EDGES];
    const real *given;    /* (T, B, G, H). Null: zero */
    const real *constant; /* (B, G, H): at every step. Null: zero */
    int64_t constant_rows; /* step only: `constant` has so many rows, and row i takes that of the
                              number i modulo them. Zero: B */
    const real *start;    /* (B, G, H): at the first step alone. Null: zero */

    const real *first[2]; /* (B, H): the state's parts before the first step */
    real *state[2];       /* (T, B, H): the state's parts at 1 ... T; written forward */
    real *saved;          /* (T, B, .., H): what reverse needs: LSTM i, f, g, o; GRU r, z, n, W_n h'
                             + m; Elman nothing. Null: no gradient will be wanted */

    /* reverse only */
    const real *grad_state[2]; /* (T, B, H): the gradient that arrives at the state. Null: zero */
    real *grad_first[2];       /* (B, H) */
    real *grad_given;          /* (T, B, G, H); zero after a row's last step. Null: not wanted */
    real *grad_constant;       /* (B, G, H). Null: not wanted */
    real *grad_start;          /* (B, G, H). Null: not wanted */
    real *grad_W;              /* (G, H, H). Null: no parameter's gradient is wanted */
    real *grad_b;              /* (G, H); null together with grad_W */
    real *grad_m;              /* (H); GRU's; null together with grad_W */

    char *scratch;      /* bytes without a meaning before or after, aligned to 64 */
    int64_t threads;    /* how many to use; at least 1 */
    Parallel *parallel; /* null where threads is 1 */
    Team *team;         /* null where threads is 1 */
} Sweep;

#endif
