/* Products of rows with packed matrices: the work of every sweep. */

#ifndef THROUGHTIME_PRODUCT_H
#define THROUGHTIME_PRODUCT_H

#include "vector.h"

/* A tile is some rows by some vectors of columns, all in registers. */
enum { MOST_VECTORS = 4 };
#ifdef __AVX512F__
enum { MOST_ROWS = 8 }; /* 8 x 3, or 6 x 4 */
INLINE int64_t most_rows(int64_t vectors) { return vectors > 3 ? 6 : 8; }
#else
enum { MOST_ROWS = 2 };
INLINE int64_t most_rows(int64_t vectors) { return (void)vectors, 2; }
#endif

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
#define THREE(NAME, M, BY) MULTIPLY(NAME, M, 1, BY) MULTIPLY(NAME, M, 2, BY) MULTIPLY(NAME, M, 3, BY)
#define FOUR(NAME, M, BY) THREE(NAME, M, BY) MULTIPLY(NAME, M, 4, BY)
#define THREE_OF(NAME, M) {NAME##_##M##x1, NAME##_##M##x2, NAME##_##M##x3, 0}
#define FOUR_OF(NAME, M) {NAME##_##M##x1, NAME##_##M##x2, NAME##_##M##x3, NAME##_##M##x4}
#ifdef __AVX512F__
#define EACH(NAME, BY)                                                                            \
    FOUR(NAME, 1, BY(1)) FOUR(NAME, 2, BY(2)) FOUR(NAME, 3, BY(3)) FOUR(NAME, 4, BY(4))           \
    FOUR(NAME, 5, BY(5)) FOUR(NAME, 6, BY(6)) THREE(NAME, 7, BY(7)) THREE(NAME, 8, BY(8))         \
    static Multiply *const NAME[MOST_ROWS][MOST_VECTORS] = {                                      \
        FOUR_OF(NAME, 1), FOUR_OF(NAME, 2), FOUR_OF(NAME, 3),  FOUR_OF(NAME, 4),                  \
        FOUR_OF(NAME, 5), FOUR_OF(NAME, 6), THREE_OF(NAME, 7), THREE_OF(NAME, 8)};
#else
#define EACH(NAME, BY)                                                                            \
    FOUR(NAME, 1, BY(1)) FOUR(NAME, 2, BY(2))                                                     \
    static Multiply *const NAME[MOST_ROWS][MOST_VECTORS] = {FOUR_OF(NAME, 1), FOUR_OF(NAME, 2)};
#endif
#define ONE(M) 1
#define SAME(M) M
EACH(multiply_rows, ONE)
EACH(multiply_interleaved, SAME)

INLINE int64_t smaller(int64_t a, int64_t b) { return a < b ? a : b; }

/* How many of `left` rows the next tile takes: all tiles nearly equal, none thin if avoidable. */
INLINE int64_t next_rows(int64_t left, int64_t vectors) {
    const int64_t most = most_rows(vectors), tiles = (left + most - 1) / most;
    return (left + tiles - 1) / tiles;
}

/* A matrix of `depth` by `gates` x `units` columns in panels, each read from end to end.
 *
 * Of one gate a panel holds MOST_VECTORS vectors of units (the last panel of a range fewer); of
 * several, one vector of each gate, for the same units, so that the cell's equations find all that
 * they need. A range of units starts at a whole vector. */
typedef struct {
    int64_t depth, gates, units;
} Panels;

INLINE int64_t vectors_of(int64_t units) { return (units + LANES - 1) / LANES; }

INLINE int64_t panel_units(const Panels *p) { return p->gates == 1 ? MOST_VECTORS * LANES : LANES; }

INLINE int64_t panel_vectors(const Panels *p, int64_t unit, int64_t last) {
    return p->gates > 1 ? p->gates : smaller(MOST_VECTORS, vectors_of(last - unit));
}

INLINE int64_t panel_at(const Panels *p, int64_t unit) { return unit * p->gates * p->depth; }

INLINE int64_t packed_size(const Panels *p) {
    return vectors_of(p->units) * LANES * p->gates * p->depth;
}

#ifdef __AVX512F__
/* Rows become columns: for each bit of their numbers, what has it in the row and not in the lane
 * changes places with what has it in the lane and not in the row. */
INLINE void turn(vec *tile) {
#pragma GCC unroll 4
    for (int bit = 1; bit < LANES; bit *= 2) {
        veci low, high; /* lanes of the first vector, and then of the second */
        for (int l = 0; l < LANES; l++) {
            low[l] = l & bit ? LANES + l - bit : l;
            high[l] = l & bit ? LANES + l : l + bit;
        }
#pragma GCC unroll 16
        for (int i = 0; i < LANES; i++)
            if (!(i & bit)) {
                const vec a = tile[i], b = tile[i + bit];
#ifdef REAL_IS_DOUBLE
#define PICK(lanes) (vec) _mm512_permutex2var_pd((__m512d)a, (__m512i)(lanes), (__m512d)b)
#else
#define PICK(lanes) (vec) _mm512_permutex2var_ps((__m512)a, (__m512i)(lanes), (__m512)b)
#endif
                tile[i] = PICK(low), tile[i + bit] = PICK(high);
#undef PICK
            }
    }
}
#endif

/* For every k of `depth`, a vector of `lanes` units: to[k by] becomes from[k by_depth + unit
 * by_column]. Zeros follow, until `room` are written. */
INLINE void pack_vector(real *to, int64_t by, int64_t room, const real *from, int64_t depth,
                        int64_t by_depth, int64_t lanes, int64_t by_column) {
    int64_t k = 0;
    if (by_column == 1)
        for (; k < depth; k++) store_some(to + k * by, load_some(from + k * by_depth, lanes), room);
#ifdef __AVX512F__
    if (by_depth == 1)
        for (; k + LANES <= depth; k += LANES) {
            vec tile[LANES];
#pragma GCC unroll 16
            for (int l = 0; l < LANES; l++)
                tile[l] = l < lanes ? load(from + l * by_column + k) : (vec){0};
            turn(tile);
#pragma GCC unroll 16
            for (int l = 0; l < LANES; l++) store_some(to + (k + l) * by, tile[l], room);
        }
#endif
    for (; k < depth; k++) {
        for (int64_t l = 0; l < lanes; l++) to[k * by + l] = from[k * by_depth + l * by_column];
        for (int64_t l = lanes; l < room; l++) to[k * by + l] = 0;
    }
}

/* Pack the panels of units from `first` to before `last`, of each `of` the `id`-th, of the matrix
 * whose entry for k, gate g and unit u is matrix[k * by_depth + (g * units + u) * by_column]. */
static void pack(real *packed, const Panels *p, int64_t first, int64_t last, const real *matrix,
                 int64_t by_depth, int64_t by_column, int64_t id, int64_t of) {
    const int64_t step = panel_units(p);
    for (int64_t start = first + id * step; start < last; start += of * step) {
        const int64_t vectors = panel_vectors(p, start, last);
        for (int64_t v = 0; v < vectors; v++) {
            const int64_t unit = start + (p->gates == 1 ? v * LANES : 0);
            const int64_t gate = p->gates == 1 ? 0 : v;
            pack_vector(packed + panel_at(p, start) + v * LANES, vectors * LANES, LANES,
                        matrix + (gate * p->units + unit) * by_column, p->depth, by_depth,
                        smaller(LANES, p->units - unit), by_column);
        }
    }
}

#endif
