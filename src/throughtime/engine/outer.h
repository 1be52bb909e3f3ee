/* Sums of outer products: what a matrix's gradient is. */

#ifndef THROUGHTIME_OUTER_H
#define THROUGHTIME_OUTER_H

#include "product.h"

enum { CHUNK = 256 }; /* products that are summed at a time */

INLINE void interleave_strip(real *packed, const real *const *rows, int64_t count, int64_t m,
                             const int64_t strip) {
    for (int64_t k = 0; k < count; k++)
        memcpy(packed + k * strip, rows[k] + m, (size_t)strip * sizeof(real));
}

/* The entries from `first` to before `last` of `count` rows, in the strips of rows of a tile: of a
 * strip all entries of the first row, then of the second ... */
static void interleave(real *packed, const real *const *rows, int64_t count, int64_t first,
                       int64_t last) {
    const int64_t most = most_rows(MOST_VECTORS);
    for (int64_t m = first, strip; m < last; m += strip, packed += strip * count) {
        strip = next_rows(last - m, MOST_VECTORS);
        if (strip == most)
            interleave_strip(packed, rows, count, m, most);
        else
            interleave_strip(packed, rows, count, m, strip);
    }
}

/* sum[m][n] += sum over k of left[k][m] right[k][n], for m from `first` to before `last`.
 *
 * sum: (.., columns), of which only these rows are touched; `left` interleaved; panel: room for
 * MOST_VECTORS vectors of CHUNK rows. */
static void outer(real *sum, int64_t first, int64_t last, int64_t columns, const real *left,
                  const real *const *right, int64_t count, real *panel) {
    const Panels p = {count, 1, columns};
    for (int64_t n = 0; n < columns; n += panel_units(&p)) {
        const int64_t vectors = panel_vectors(&p, n, columns), width = vectors * LANES;
        const int64_t lanes = smaller(width, columns - n);
        for (int64_t k = 0; k < count; k++) {
            memcpy(panel + k * width, right[k] + n, (size_t)lanes * sizeof(real));
            memset(panel + k * width + lanes, 0, (size_t)(width - lanes) * sizeof(real));
        }
        const real *strip = left;
        for (int64_t m = first, rows; m < last; m += rows, strip += rows * count) {
            rows = next_rows(last - m, MOST_VECTORS);
            const real *each[MOST_ROWS];
            vec tile[MOST_ROWS * MOST_VECTORS];
            for (int64_t i = 0; i < rows; i++) {
                each[i] = strip + i;
                if (m + rows + i < last) /* of the next tile, while this one is summed up */
                    for (int64_t v = 0; v < vectors; v++)
                        __builtin_prefetch(sum + (m + rows + i) * columns + n + v * LANES, 1);
                for (int64_t v = 0; v < vectors; v++)
                    tile[i * vectors + v] = load_some(sum + (m + i) * columns + n + v * LANES,
                                                      columns - n - v * LANES);
            }
            multiply_interleaved[rows - 1][vectors - 1](tile, each, panel, count);
            for (int64_t i = 0; i < rows; i++)
                for (int64_t v = 0; v < vectors; v++)
                    store_some(sum + (m + i) * columns + n + v * LANES, tile[i * vectors + v],
                               columns - n - v * LANES);
        }
    }
}

#endif
