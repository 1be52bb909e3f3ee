/* The drive u = b + U x + ... of a stretch of steps at once, and the sums over its gradient.
 *
 * Neither needs to know h(t-1), so each is a product of many rows. They go in stretches of time so
 * short that what is computed is still in cache when the recursion, or the next sum, reads it. */

#ifndef THROUGHTIME_DRIVE_H
#define THROUGHTIME_DRIVE_H

#include "outer.h"
#include "plan.h"

enum { STRETCH_BYTES = 1 << 19 };

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
        p.left = take(s, &p.bytes, size * p.chunk * D);
        p.panel = take(s, &p.bytes, size * of * p.chunk * MOST_VECTORS * LANES);
    }
    return p;
}

/* (rows, columns) to (columns, rows), of the columns from `first` to before `last` of the result. */
static void transpose(real *to, const real *from, int64_t rows, int64_t columns, int64_t first,
                      int64_t last) {
    for (int64_t block = 0; block < columns; block += LANES)
        for (int64_t row = first; row < last; row++)
            for (int64_t c = block; c < smaller(block + LANES, columns); c++)
                to[c * rows + row] = from[row * columns + c];
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
        for (int64_t from = gate * H + share->first, vectors; from < last; from += vectors * LANES) {
            const Panels range = {0, 1, H};
            vectors = panel_vectors(&range, from, last);
            for (int64_t i = 0, tile_rows; i < count; i += tile_rows) {
                tile_rows = next_rows(count - i, vectors);
                vec tile[MOST_ROWS * MOST_VECTORS];
                for (int64_t r = 0; r < tile_rows; r++)
                    for (int64_t v = 0; v < vectors; v++) {
                        const int64_t c = from + v * LANES, lanes = last - c, a = at[i + r];
                        vec u = load_some(s->b + c, lanes);
                        if (s->given) u += load_some(s->given + a * D + c, lanes);
                        if (s->constant) u += load_some(s->constant + a % B * D + c, lanes);
                        if (s->start && a < B) u += load_some(s->start + a * D + c, lanes);
                        for (int e = 0; e < EDGES; e++)
                            if (s->edges[e].symbols && s->edges[e].symbols[a] >= 0)
                                u += load_some(plan->edges[e] + s->edges[e].symbols[a] * D + c,
                                               lanes);
                        tile[r * vectors + v] = u;
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

/* ---- reverse: each thread has the sums for a range of the G H columns of the drive ---- */

INLINE int64_t columns_from(int64_t D, int64_t id, int64_t of) { return D * id / of; }

static void clear(real *to, int64_t from, int64_t last) {
    if (to && last > from) memset(to + from, 0, (size_t)(last - from) * sizeof(real));
}

static void pack_edges_for_reverse(const Share *share, const Plan *plan, int64_t gates) {
    const Sweep *s = share->s;
    const int64_t D = gates * s->units;
    for (int e = 0; e < EDGES; e++) {
        const Panels panels = {D, 1, s->edges[e].size};
        if (s->edges[e].grad_vectors)
            pack(plan->edges[e], &panels, 0, panels.units, s->edges[e].weight, panels.units, 1,
                 share->id, share->of);
    }
}

/* Zero for all that will be summed up; own: from this column on, m's. */
static void clear_sums(const Share *share, const Plan *plan, int64_t D, int64_t own) {
    const Sweep *s = share->s;
    const int64_t from = columns_from(D, share->id, share->of);
    const int64_t last = columns_from(D, share->id + 1, share->of);
    clear(s->grad_W, from * s->units, last * s->units);
    clear(s->grad_b, from, last);
    clear(s->grad_m, (from > own ? from : own) - own, last - own);
    for (int e = 0; e < EDGES; e++) {
        const int64_t size = s->edges[e].size;
        clear(s->edges[e].grad_weight, from * size, last * size);
        for (int64_t i = 0; plan->sums[e] && i < size; i++)
            clear(plan->sums[e] + i * D, from, last);
    }
    for (int64_t row = 0; row < s->rows; row++) {
        if (s->grad_constant) clear(s->grad_constant + row * D, from, last);
        if (s->grad_start) clear(s->grad_start + row * D, from, last);
    }
}

INLINE void add_to(real *sum, const real *grad, int64_t from, int64_t last) {
    for (int64_t c = from; c < last; c++) sum[c] += grad[c];
}

/* grad W and, of all edges of vectors, grad U, in the rows from `from` to before `last`. */
static void matrices(const Share *share, const Plan *plan, const real *const *grad,
                     const real *const *h, const int64_t *at, int64_t count, int64_t from,
                     int64_t last, int W, int U) {
    const Sweep *s = share->s;
    if (from >= last) return;
    real *left = plan->left + from * plan->chunk;
    real *panel = plan->panel + share->id * plan->chunk * MOST_VECTORS * LANES;
    interleave(left, grad, count, from, last);
    if (W) outer(s->grad_W, from, last, s->units, left, h, count, panel);
    for (int e = 0; U && e < EDGES; e++) {
        const Edge *edge = s->edges + e;
        const real *x[CHUNK];
        if (!edge->vectors || !edge->grad_weight) continue;
        for (int64_t k = 0; k < count; k++) x[k] = edge->vectors + at[k] * edge->size;
        outer(edge->grad_weight, from, last, edge->size, left, x, count, panel);
    }
}

/* grad x = U^T grad u, for this thread's part of the rows. */
static void vectors_of_edges(const Share *share, const Plan *plan, const int64_t *at, int64_t count,
                             const real *grad_u, int64_t t0, int64_t t1, int64_t D) {
    const Sweep *s = share->s;
    const int64_t B = s->rows, last_row = count * (share->id + 1) / share->of;
    for (int e = 0; e < EDGES; e++) {
        const Edge *edge = s->edges + e;
        const Panels panels = {D, 1, edge->size};
        if (!edge->grad_vectors) continue;
        for (int64_t t = t0; t < t1; t++)
            for (int64_t row = share->id; row < B; row += share->of)
                if (steps_of(s, row) <= t)
                    clear(edge->grad_vectors + (t * B + row) * edge->size, 0, edge->size);
        for (int64_t n = 0, vectors; n < edge->size; n += vectors * LANES) {
            vectors = panel_vectors(&panels, n, edge->size);
            for (int64_t i = count * share->id / share->of, rows; i < last_row; i += rows) {
                rows = next_rows(last_row - i, vectors);
                const real *grad[MOST_ROWS];
                vec tile[MOST_ROWS * MOST_VECTORS];
                for (int64_t r = 0; r < rows; r++) grad[r] = grad_u + (at[i + r] - t0 * B) * D;
                for (int64_t r = 0; r < rows * vectors; r++) tile[r] = (vec){0};
                multiply_rows[rows - 1][vectors - 1](tile, grad,
                                                     plan->edges[e] + panel_at(&panels, n), D);
                for (int64_t r = 0; r < rows; r++)
                    for (int64_t v = 0; v < vectors; v++)
                        store_some(edge->grad_vectors + at[i + r] * edge->size + n + v * LANES,
                                   tile[r * vectors + v], edge->size - n - v * LANES);
            }
        }
    }
}

INLINE const real *old_state(const Sweep *s, int part, int64_t at) {
    return at >= s->rows ? s->state[part] + (at - s->rows) * s->units
                         : s->first[part] + at * s->units;
}

/* All that the steps from t0 to before t1 add to the sums; from column `own` on W has met
 * grad_product instead of grad_u. */
static void add_to_sums(const Share *share, const Plan *plan, int64_t D, int64_t own, int64_t t0,
                        int64_t t1, const real *grad_u) {
    const Sweep *s = share->s;
    const int64_t B = s->rows, H = s->units;
    const int64_t from = columns_from(D, share->id, share->of);
    const int64_t last = columns_from(D, share->id + 1, share->of);
    const int64_t middle = from > own ? from : smaller(own, last);
    int64_t *at = plan->at + share->id * plan->stretch * B, count = 0;
    for (int64_t t = t0; t < t1; t++)
        for (int64_t row = 0; row < B; row++)
            if (steps_of(s, row) > t) at[count++] = t * B + row;
    for (int64_t i = 0, n; i < count; i += n) {
        const real *grad[CHUNK], *product[CHUNK], *h[CHUNK];
        n = smaller(plan->chunk, count - i);
        for (int64_t k = 0; k < n; k++) {
            const int64_t a = at[i + k];
            grad[k] = grad_u + (a - t0 * B) * D;
            h[k] = old_state(s, 0, a);
            if (s->grad_b) add_to(s->grad_b, grad[k], from, last);
            if (s->grad_m) {
                product[k] = plan->product + (a - t0 * B) * H - own;
                add_to(s->grad_m - own, product[k], middle, last);
            }
            if (s->grad_constant) add_to(s->grad_constant + a % B * D, grad[k], from, last);
            if (s->grad_start && a < B) add_to(s->grad_start + a * D, grad[k], from, last);
            for (int e = 0; e < EDGES; e++)
                if (plan->sums[e] && s->edges[e].symbols[a] >= 0)
                    add_to(plan->sums[e] + s->edges[e].symbols[a] * D, grad[k], from, last);
        }
        matrices(share, plan, grad, h, at + i, n, from, middle, s->grad_W != 0, 1);
        matrices(share, plan, grad, h, at + i, n, middle, last, 0, 1);
        if (s->grad_m) matrices(share, plan, product, h, at + i, n, middle, last, 1, 0);
    }
    vectors_of_edges(share, plan, at, count, grad_u, t0, t1, D);
}

/* The rows of symbols become columns of the matrix again. */
static void finish_sums(const Share *share, const Plan *plan, int64_t D) {
    const Sweep *s = share->s;
    for (int e = 0; e < EDGES; e++) {
        const int64_t size = s->edges[e].size;
        if (plan->sums[e])
            for (int64_t c = columns_from(D, share->id, share->of);
                 c < columns_from(D, share->id + 1, share->of); c++)
                for (int64_t i = 0; i < size; i++)
                    s->edges[e].grad_weight[c * size + i] = plan->sums[e][i * D + c];
    }
}

#endif
