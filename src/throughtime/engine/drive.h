/* The drive u = b + U x + ... of a stretch of steps at once.
 *
 * It does not need to know h(t-1), so it is a product of many rows. A stretch of time is so short
 * that what is computed is still in cache when the recursion reads it. */

#ifndef THROUGHTIME_DRIVE_H
#define THROUGHTIME_DRIVE_H

#include "outer.h"
#include "plan.h"

enum { STRETCH_BYTES = 1 << 19, FEW = 1 << 18 };

static Plan plan_of(const Sweep *s, int64_t gates, int reverse, int own_product) {
    const int64_t D = gates * s->units, step = s->rows * D * (int64_t)sizeof(real);
    const int64_t of = s->threads, size = sizeof(real);
    const Panels forward = {s->units, gates, s->units}, backward = {D, 1, s->units};
    Plan p = {0};
    p.stretch = step ? STRETCH_BYTES / step : s->steps;
    if (p.stretch * s->rows < CHUNK) p.stretch = CHUNK / (s->rows + 1) + 1;
    p.stretch = smaller(p.stretch, s->steps);
    p.chunk = smaller(CHUNK, p.stretch * s->rows);
    p.W = take(s, &p.bytes, size * packed_size(reverse ? &backward : &forward));
    for (int e = 0; e < EDGES; e++) {
        const Edge *edge = s->edges + e;
        const Panels in = {edge->size, 1, s->units}, out = {D, 1, edge->size};
        if (edge->vectors && !reverse)
            p.edges[e] = take(s, &p.bytes, size * gates * packed_size(&in));
        if (edge->grad_vectors && reverse)
            p.edges[e] = take(s, &p.bytes, size * packed_size(&out));
        if (edge->symbols && !reverse) p.edges[e] = take(s, &p.bytes, size * edge->size * D);
        if (edge->symbols && edge->grad_weight && reverse)
            p.sums[e] = take(s, &p.bytes, size * edge->size * D);
    }
    if (!reverse || !s->grad_given) p.u = take(s, &p.bytes, p.stretch * step);
    if (reverse && own_product) p.product = take(s, &p.bytes, p.stretch * step / gates);
    p.at = take(s, &p.bytes, of * p.stretch * s->rows * (int64_t)sizeof(int64_t));
    if (reverse) {
        p.numbers = D * s->units + D + s->units;
        for (int e = 0; e < EDGES; e++) p.numbers += D * s->edges[e].size;
        p.apart = of > 1 && p.numbers <= FEW;
        if (p.apart) p.apart_sums = take(s, &p.bytes, size * (of - 1) * p.numbers);
        p.left = take(s, &p.bytes, size * p.chunk * D * (p.apart ? of : 1));
        p.panel = take(s, &p.bytes, size * of * p.chunk * MOST_VECTORS * LANES);
    }
    return p;
}

/* (rows, columns) to (columns, rows), of the columns from `first` to before `last` of the result. */
static void transpose(real *to, const real *from, int64_t rows, int64_t columns, int64_t first,
                      int64_t last) {
    for (int64_t row = first; row < last; row += LANES) {
        const int64_t lanes = smaller(LANES, last - row);
        pack_vector(to + row, rows, lanes, from + row * columns, columns, 1, lanes, columns);
    }
}

/* ---- forward ---- */

/* The first edge with a symbol that there is not; EDGES if there is none. */
static int64_t first_wrong(const Sweep *s) {
    int64_t e = 0, wrong = 0;
    for (; e < EDGES; e++) {
        for (int64_t i = 0; s->edges[e].symbols && i < s->steps * s->rows; i++)
            wrong |= s->edges[e].symbols[i] >= s->edges[e].size;
        if (wrong) break;
    }
    return e;
}

static void pack_edges(const Share *share, const Plan *plan, int64_t gates) {
    const Sweep *s = share->s;
    const int64_t H = s->units, D = gates * H;
    for (int e = 0; e < EDGES; e++) {
        const Edge *edge = s->edges + e;
        const Panels panels = {edge->size, 1, H};
        if (edge->symbols)
            transpose(plan->edges[e], edge->weight, D, edge->size, D * share->id / share->of,
                      D * (share->id + 1) / share->of);
        /* of each range of units the threads that need it pack it together */
        if (edge->vectors)
            for (int64_t gate = 0; gate < gates; gate++)
                pack(plan->edges[e] + gate * packed_size(&panels), &panels, share->first,
                     share->last, edge->weight + gate * H * edge->size, 1, edge->size,
                     share->group, share->groups);
    }
}

/* u at the steps from t0 to before t1 of the share's rows and units. */
static void drive_of(const Share *share, const Plan *plan, int64_t gates, int64_t t0, int64_t t1) {
    const Sweep *s = share->s;
    const int64_t H = s->units, B = s->rows, D = gates * H, per_thread = plan->stretch * B;
    int64_t *at = plan->at + share->id * per_thread, count = 0, rows = share->rows;
    for (int64_t t = t0; t < t1; t++) {
        rows = alive(share, t, rows);
        for (int64_t i = 0; i < rows; i++) at[count++] = t * B + row_of(share, i);
    }
    for (int64_t column = share->first, gate = 0; gate < gates; gate++, column += H) {
        const int64_t last = gate * H + share->last;
        const int64_t own = s->constant_rows ? s->constant_rows : B;
        for (int64_t from = gate * H + share->first, vectors; from < last; from += vectors * LANES) {
            const Panels range = {0, 1, H};
            vectors = panel_vectors(&range, from, last);
            for (int64_t i = 0, tile_rows; i < count; i += tile_rows) {
                tile_rows = next_rows(count - i, vectors);
                vec tile[MOST_ROWS * MOST_VECTORS];
                for (int64_t r = 0; r < tile_rows; r++) {
                    const int64_t a = at[i + r], row = a < own ? a : a % own;
                    for (int64_t v = 0; v < vectors; v++) {
                        const int64_t c = from + v * LANES, lanes = last - c;
                        vec u = load_some(s->b + c, lanes);
                        if (s->given) u += load_some(s->given + a * D + c, lanes);
                        if (s->constant) u += load_some(s->constant + row * D + c, lanes);
                        if (s->start && a < B) u += load_some(s->start + a * D + c, lanes);
                        for (int e = 0; e < EDGES; e++)
                            if (s->edges[e].symbols && s->edges[e].symbols[a] >= 0)
                                u += load_some(plan->edges[e] + s->edges[e].symbols[a] * D + c,
                                               lanes);
                        tile[r * vectors + v] = u;
                    }
                }
                for (int e = 0; e < EDGES; e++) {
                    const Edge *edge = s->edges + e;
                    if (!edge->vectors) continue;
                    const Panels panels = {edge->size, 1, H};
                    const real *x[MOST_ROWS];
                    for (int64_t r = 0; r < tile_rows; r++)
                        x[r] = edge->vectors + at[i + r] * edge->size;
                    multiply_rows[tile_rows - 1][vectors - 1](
                        tile, x,
                        plan->edges[e] + gate * packed_size(&panels) +
                            panel_at(&panels, from - gate * H),
                        edge->size);
                }
                for (int64_t r = 0; r < tile_rows; r++)
                    for (int64_t v = 0; v < vectors; v++)
                        store_some(plan->u + (at[i + r] - t0 * B) * D + from + v * LANES,
                                   tile[r * vectors + v], last - from - v * LANES);
            }
        }
    }
}

#endif
