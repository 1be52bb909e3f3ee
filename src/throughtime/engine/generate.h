/* The contract of generation in closed loop: y(1), y(2) ... drawn one after the other, each fed back
 * into the step after it. Symbols only; ../distribution/by_loop.py says the same in Python, for all outputs.
 *
 *     int64_t throughtime_generate_<f32|f64>(Generation *)
 *
 * returns how many rows had not ended after T symbols and have been cut, or -1 where an o(t) is not a
 * number; throughtime_generate_scratch_<f32|f64> how many bytes `scratch` must have room for. What is drawn for a row at a step depends on the seed, the row's
 * number and the step's, and on nothing else: not on the other rows, nor on the threads. */

#ifndef THROUGHTIME_GENERATE_H
#define THROUGHTIME_GENERATE_H

#include "engine.h"

enum { ELMAN_TANH, ELMAN_RELU, GRU, LSTM, CELLS };

/* A layer, the lowest first; its sweep has one step. `first` and `state` take turns, and both are
 * written. In the lowest, `given` has all T steps, and edge 0, if there is one, is the output's:
 * its symbols (B) are written. In the others edge 0 is h of the layer below, of which `weight` and
 * `size` are given. */
typedef struct {
    int64_t cell;
    Sweep sweep;
} Layer;

/* Who decides that a sequence ends: nobody, for `lengths` says when; the unit behind those of the
 * symbols, in one softmax with them; or that unit by itself. */
enum { DECIDED, END_SYMBOL, HALT };

typedef struct {
    int64_t steps, rows, layers; /* T: the most symbols of a row */
    Layer *layer;                /* (layers) */
    int64_t units, symbols;      /* of o; and how many of them stand for symbols */
    const real *V, *c;           /* (units, H of the highest layer), (units) */
    int64_t ends;                /* one of the above */
    const int64_t *lengths;      /* (B), with DECIDED; otherwise null */
    const int64_t *observed;     /* (T, B): what is fed back instead of a draw, where it is not
                                    negative. Null: nothing */
    double temperature, top_p;   /* top_p 1: all symbols */
    int64_t top_k, greedy;       /* top_k 0: all symbols; greedy: the most probable symbol */
    int64_t seed, first, every; /* row i has the number first + i every */
    int64_t *values; /* (B, T): what was fed back; written as far as a row goes */
    int64_t *taken;  /* (B): how many symbols each row has; written */
    char *scratch;
    int64_t threads;
    Parallel *parallel;
    Team *team;
} Generation;

#endif
