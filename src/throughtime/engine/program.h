/* The contract of programs: one step of any cell, as operations on rows, taken for many steps.
 *
 * For each `real` of f32 and f64 there are
 *
 *     int64_t throughtime_program_pack_<real>(Program *)  the matrices, into their `packed`
 *     int64_t throughtime_program_run_<real>(Program *)   the steps from `first` to before `last`
 *
 * which return 0. A program knows nothing of time: what it keeps from step to step is in arrays that
 * have the same place for every step, and forward and reverse are two programs. Rows do not know of
 * each other, so they are shared out over threads. Between two products every instruction is taken
 * for a few rows at a time, whose numbers then stay in the first cache. */

#ifndef THROUGHTIME_PROGRAM_H
#define THROUGHTIME_PROGRAM_H

#include "engine.h"

/* to = operation(a, b, c), number by number; COPY a; WHERE a is not 0, b, and else c; MULTIPLY_ADD is
 * a b + c, MULTIPLY_SUBTRACT a b - c, SUBTRACT_PRODUCT c - a b, ADD_MULTIPLY (a + b) c and
 * SUBTRACT_MULTIPLY (a - b) c; SUM and LARGEST of a's numbers and SUM_OF_PRODUCTS a b are one number;
 * PRODUCT: a times the matrix of index b. Comparisons give 1 or 0. */
#define OPERATIONS(_)                                                                             \
    _(COPY) _(NEGATIVE) _(MAGNITUDE) _(RELU) _(SIGMOID) _(TANH) _(EXP) _(EXPM1) _(LOG) _(LOG1P)   \
    _(SQRT) _(RSQRT) _(RECIPROCAL) _(SIN) _(COS) _(ERF) _(SIGNUM)                                 \
    _(ADD) _(SUBTRACT) _(MULTIPLY) _(DIVIDE) _(POWER) _(MAXIMUM) _(MINIMUM)                       \
    _(GREATER) _(GREATER_EQUAL) _(LESS) _(LESS_EQUAL) _(EQUAL) _(UNEQUAL) _(WHERE)                \
    _(MULTIPLY_ADD) _(MULTIPLY_SUBTRACT) _(SUBTRACT_PRODUCT) _(ADD_MULTIPLY) _(SUBTRACT_MULTIPLY) \
    _(SUM) _(SUM_OF_PRODUCTS) _(LARGEST) _(PRODUCT)

/* What has no b or c has a there once more. */
typedef struct {
    int64_t operation, to, a, b, c; /* the operands' indices */
    int64_t size;                   /* how many numbers of a row */
} Instruction;

/* Some of the numbers that a row has in an array. */
typedef struct {
    int64_t array, offset;
    int64_t single; /* one number, which stands for as many as are asked for */
} Operand;

/* Row r's numbers at step t start at numbers + t by_step + r by_row + p by_place, where p is the
 * row's place among those that are taken together: no two threads have the same. */
typedef struct {
    real *numbers;
    int64_t by_step, by_row, by_place;
} Array;

/* The entry for k and column j is numbers[k by_depth + j by_column]. */
typedef struct {
    const real *numbers;
    int64_t depth, columns, by_depth, by_column;
    real *packed; /* (columns up to a whole vector) x depth */
} Matrix;

/* Every field has eight bytes, so that a caller can write it as an array of whole numbers. */
typedef struct {
    int64_t first, last, backwards;     /* of the steps: from the last to the first, if backwards */
    int64_t rows;
    const int64_t *lengths, *order;     /* as in a Sweep */
    const Instruction *alive, *ended;   /* for rows that have the step; for those that have not */
    int64_t alive_count, ended_count;
    const Operand *operands;
    const Array *arrays;
    const Matrix *matrices;
    int64_t matrix_count;
    int64_t places; /* how many rows are taken together, of each thread */
    int64_t threads;
    Parallel *parallel;
    Team *team;
} Program;

#endif
