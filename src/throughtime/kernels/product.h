/* Products of rows with packed matrices, and sums of outer products: the work of every sweep. */

#ifndef THROUGHTIME_PRODUCT_H
#define THROUGHTIME_PRODUCT_H

#include "vector.h"

/* A tile is up to MOST_ROWS rows by up to MOST_VECTORS vectors of columns, all in registers. */
#ifdef __AVX512F__
enum { MOST_ROWS = 6 };
#else
enum { MOST_ROWS = 2 };
#endif
enum { MOST_VECTORS = 4 };

/* tile[m][v] += sum over k of rows[m][k * by] panel[k][v], where panel[k] has `vectors` vectors. */
INLINE void multiply(vec *restrict tile, const real *const *rows, const int64_t by,
                     const real *restrict panel, int64_t depth, const int count,
                     const int vectors) {
    /* Few sums at a time would each wait for the last: then odd and even k have their own. */
    const int chains = count * vectors < 8 ? 2 : 1;
    vec sum[2][MOST_ROWS][MOST_VECTORS];
#pragma GCC unroll 8
    for (int m = 0; m < count; m++)
#pragma GCC unroll 8
        for (int v = 0; v < vectors; v++) {
            sum[0][m][v] = tile[m * vectors + v];
            if (chains == 2) sum[1][m][v] = (vec){0};
        }
    int64_t k = 0;
    for (; k + chains <= depth; k += chains, panel += chains * vectors * LANES)
#pragma GCC unroll 2
        for (int c = 0; c < chains; c++) {
            vec column[MOST_VECTORS];
#pragma GCC unroll 8
            for (int v = 0; v < vectors; v++) column[v] = load(panel + (c * vectors + v) * LANES);
#pragma GCC unroll 8
            for (int m = 0; m < count; m++) {
                const real x = rows[m][(k + c) * by];
#pragma GCC unroll 8
                for (int v = 0; v < vectors; v++) sum[c][m][v] += x * column[v];
            }
        }
    if (chains == 2 && k < depth)
#pragma GCC unroll 8
        for (int m = 0; m < count; m++)
#pragma GCC unroll 8
            for (int v = 0; v < vectors; v++)
                sum[0][m][v] += rows[m][k * by] * load(panel + v * LANES);
#pragma GCC unroll 8
    for (int m = 0; m < count; m++)
#pragma GCC unroll 8
        for (int v = 0; v < vectors; v++)
            tile[m * vectors + v] = chains == 2 ? sum[0][m][v] + sum[1][m][v] : sum[0][m][v];
}

typedef void Multiply(vec *restrict tile, const real *const *rows, const real *restrict panel,
                      int64_t depth);

/* One function for each shape of a tile, with rows[m] contiguous (BY 1) or interleaved (BY M). */
#define MULTIPLY(NAME, M, V, BY)                                                                  \
    static void NAME##_##M##x##V(vec *restrict tile, const real *const *rows,                     \
                                 const real *restrict panel, int64_t depth) {                     \
        multiply(tile, rows, BY, panel, depth, M, V);                                             \
    }
#define MULTIPLY_ROWS(NAME, M, BY)                                                                \
    MULTIPLY(NAME, M, 1, BY) MULTIPLY(NAME, M, 2, BY) MULTIPLY(NAME, M, 3, BY)                    \
    MULTIPLY(NAME, M, 4, BY)
#define ENTRY(NAME, M) {NAME##_##M##x1, NAME##_##M##x2, NAME##_##M##x3, NAME##_##M##x4}
#ifdef __AVX512F__
#define EACH(NAME, BY)                                                                            \
    MULTIPLY_ROWS(NAME, 1, BY(1)) MULTIPLY_ROWS(NAME, 2, BY(2)) MULTIPLY_ROWS(NAME, 3, BY(3))     \
    MULTIPLY_ROWS(NAME, 4, BY(4)) MULTIPLY_ROWS(NAME, 5, BY(5)) MULTIPLY_ROWS(NAME, 6, BY(6))     \
    static Multiply *const NAME[MOST_ROWS][MOST_VECTORS] = {                                      \
        ENTRY(NAME, 1), ENTRY(NAME, 2), ENTRY(NAME, 3),                                           \
        ENTRY(NAME, 4), ENTRY(NAME, 5), ENTRY(NAME, 6)};
#else
#define EACH(NAME, BY)                                                                            \
    MULTIPLY_ROWS(NAME, 1, BY(1)) MULTIPLY_ROWS(NAME, 2, BY(2))                                   \
    static Multiply *const NAME[MOST_ROWS][MOST_VECTORS] = {ENTRY(NAME, 1), ENTRY(NAME, 2)};
#endif
#define ONE(M) 1
#define SAME(M) M
EACH(multiply_rows, ONE)
EACH(multiply_interleaved, SAME)

/* How many of `left` rows the next tile takes: all tiles nearly equal, none thin if avoidable. */
INLINE int64_t next_rows(int64_t left) {
    const int64_t tiles = (left + MOST_ROWS - 1) / MOST_ROWS;
    return (left + tiles - 1) / tiles;
}

INLINE int64_t smaller(int64_t a, int64_t b) { return a < b ? a : b; }

/* A matrix of `depth` by `gates` x `units` columns in panels, each read from end to end.
 *
 * Of one gate a panel holds MOST_VECTORS vectors of units (the last panel fewer); of several, one
 * vector of each gate, for the same units, so that the cell's equations find all they need. */
typedef struct {
    int64_t depth, gates, units;
} Panels;

INLINE int64_t panel_units(const Panels *p) { return p->gates == 1 ? MOST_VECTORS * LANES : LANES; }

INLINE int64_t panel_vectors(const Panels *p, int64_t first) {
    if (p->gates > 1) return p->gates;
    return smaller(MOST_VECTORS, (p->units - first + LANES - 1) / LANES);
}

INLINE int64_t packed_size(const Panels *p) {
    return (p->units + LANES - 1) / LANES * LANES * p->gates * p->depth;
}

/* Pack the matrix whose entry for k, gate g and unit u is
 * matrix[k * by_depth + (g * units + u) * by_column]. */
static void pack(real *packed, const Panels *p, const real *matrix, int64_t by_depth,
                 int64_t by_column) {
    for (int64_t first = 0; first < p->units; first += panel_units(p)) {
        const int64_t vectors = panel_vectors(p, first);
        for (int64_t v = 0; v < vectors; v++) {
            const int64_t unit = first + (p->gates == 1 ? v * LANES : 0);
            const int64_t gate = p->gates == 1 ? 0 : v;
            const int64_t lanes = smaller(LANES, p->units - unit);
            const real *from = matrix + (gate * p->units + unit) * by_column;
            for (int64_t k = 0; k < p->depth; k++) {
                real *to = packed + (k * vectors + v) * LANES;
                for (int64_t l = 0; l < lanes; l++) to[l] = from[k * by_depth + l * by_column];
                for (int64_t l = lanes; l < LANES; l++) to[l] = 0;
            }
        }
        packed += vectors * LANES * p->depth;
    }
}

/* ---- sums of outer products ---- */

enum { CHUNK = 128 }; /* pairs of rows that are packed at a time: a panel of them stays in L1 */

/* Where the pairs of rows come from: the i-th one's left row and right row. */
typedef struct {
    const real *left, *right;
} Pair;

INLINE int64_t outer_scratch(int64_t columns) {
    const Panels p = {CHUNK, 1, columns};
    return packed_size(&p) + CHUNK * MOST_ROWS;
}

/* sum[m][n] (+)= sum over pairs of left[m] right[n], for m from `first` to before `last`.
 *
 * sum: (.., columns), of which only these rows are touched; scratch: outer_scratch(columns). */
static void outer(real *sum, int64_t first, int64_t last, int64_t columns, const Pair *pairs,
                  int64_t count, int add, real *scratch) {
    if (first >= last) return;
    const Panels p = {count, 1, columns};
    real *packed = scratch, *left = scratch + packed_size(&(Panels){CHUNK, 1, columns});
    int64_t at = 0;
    for (int64_t n = 0; n < columns; n += panel_units(&p)) {
        const int64_t width = panel_vectors(&p, n) * LANES, lanes = smaller(width, columns - n);
        for (int64_t k = 0; k < count; k++, at += width) {
            memcpy(packed + at, pairs[k].right + n, (size_t)lanes * sizeof(real));
            memset(packed + at + lanes, 0, (size_t)(width - lanes) * sizeof(real));
        }
    }
    for (int64_t m = first, rows; m < last; m += rows) {
        rows = next_rows(last - m);
        const real *each[MOST_ROWS];
        for (int64_t i = 0; i < rows; i++) each[i] = left + i;
        for (int64_t k = 0; k < count; k++)
            for (int64_t i = 0; i < rows; i++) left[k * rows + i] = pairs[k].left[m + i];
        const real *panel = packed;
        for (int64_t n = 0; n < columns; n += panel_units(&p)) {
            const int64_t vectors = panel_vectors(&p, n);
            vec tile[MOST_ROWS * MOST_VECTORS];
            for (int64_t i = 0; i < rows; i++)
                for (int64_t v = 0; v < vectors; v++)
                    tile[i * vectors + v] =
                        add ? load_some(sum + (m + i) * columns + n + v * LANES,
                                        columns - n - v * LANES)
                            : (vec){0};
            multiply_interleaved[rows - 1][vectors - 1](tile, each, panel, count);
            for (int64_t i = 0; i < rows; i++)
                for (int64_t v = 0; v < vectors; v++)
                    store_some(sum + (m + i) * columns + n + v * LANES, tile[i * vectors + v],
                               columns - n - v * LANES);
            panel += vectors * LANES * count;
        }
    }
}

#endif
