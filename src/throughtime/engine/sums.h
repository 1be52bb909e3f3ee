/* What the gradient of the drive is summed up to: the gradients of all that entered it, and of W.
 *
 * A sum over steps and rows needs no order, so it is made for a stretch of steps at once, while the
 * recursion's results are still in cache. Where the parameters are few, each thread adds up what its
 * own rows give, and in the end all threads' sums are added up. Where they are many, each thread has
 * a range of the G H columns of the drive, and waits for all rows. */

#ifndef THROUGHTIME_SUMS_H
#define THROUGHTIME_SUMS_H

#include "outer.h"
#include "plan.h"

typedef struct {
    real *W, *b, *m, *weights[EDGES]; /* of symbols one row for each: (size, G, H) */
    real *left, *panel;
    int64_t from, last; /* columns */
    int64_t apart;
} Sums;

INLINE int64_t columns_from(int64_t D, int64_t id, int64_t of) { return D * id / of; }

static void clear(real *to, int64_t from, int64_t last) {
    if (to && last > from) memset(to + from, 0, (size_t)(last - from) * sizeof(real));
}

INLINE void add_to(real *sum, const real *grad, int64_t from, int64_t last) {
    for (int64_t c = from; c < last; c++) sum[c] += grad[c];
}

/* The sums of thread `id`. */
static Sums sums_of(const Share *share, const Plan *plan, int64_t D, int64_t id) {
    const Sweep *s = share->s;
    const int64_t apart = plan->apart && share->columns == 1;
    Sums sums = {.W = s->grad_W, .b = s->grad_b, .m = s->grad_m, .last = D, .apart = apart};
    for (int e = 0; e < EDGES; e++)
        sums.weights[e] = plan->sums[e] ? plan->sums[e] : s->edges[e].grad_weight;
    sums.panel = plan->panel + id * plan->chunk * MOST_VECTORS * LANES;
    if (!apart) {
        sums.from = columns_from(D, id, share->of), sums.last = columns_from(D, id + 1, share->of);
        sums.left = plan->left + sums.from * plan->chunk;
        return sums;
    }
    sums.left = plan->left + id * D * plan->chunk;
    if (id) {
        real *free = plan->apart_sums + (id - 1) * plan->numbers;
        if (sums.W) sums.W = free, free += D * s->units;
        if (sums.b) sums.b = free, free += D;
        if (sums.m) sums.m = free, free += s->units;
        for (int e = 0; e < EDGES; e++)
            if (sums.weights[e]) sums.weights[e] = free, free += D * s->edges[e].size;
    }
    return sums;
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
static void clear_sums(const Share *share, const Plan *plan, const Sums *sums, int64_t D,
                       int64_t own) {
    const Sweep *s = share->s;
    const int64_t from = sums->from, last = sums->last;
    clear(sums->W, from * s->units, last * s->units);
    clear(sums->b, from, last);
    clear(sums->m, (from > own ? from : own) - own, last - own);
    for (int e = 0; e < EDGES; e++) {
        const int64_t size = s->edges[e].size;
        if (!plan->sums[e]) clear(sums->weights[e], from * size, last * size);
        for (int64_t i = 0; plan->sums[e] && i < size; i++)
            clear(sums->weights[e] + i * D, from, last);
    }
    for (int64_t row = share->id; row < s->rows; row += share->of) {
        if (s->grad_constant) clear(s->grad_constant + row * D, 0, D);
        if (s->grad_start) clear(s->grad_start + row * D, 0, D);
    }
}

/* grad W and, of all edges of vectors, grad U, in the rows from `from` to before `last`. */
static void matrices(const Sweep *s, const Sums *sums, const real *const *grad,
                     const real *const *h, const int64_t *at, int64_t count, int64_t from,
                     int64_t last, int W, int U) {
    if (from >= last) return;
    interleave(sums->left, grad, count, from, last);
    if (W) outer(sums->W, from, last, s->units, sums->left, h, count, sums->panel);
    for (int e = 0; U && e < EDGES; e++) {
        const Edge *edge = s->edges + e;
        const real *x[CHUNK];
        if (!edge->vectors || !edge->grad_weight) continue;
        for (int64_t k = 0; k < count; k++) x[k] = edge->vectors + at[k] * edge->size;
        outer(sums->weights[e], from, last, edge->size, sums->left, x, count, sums->panel);
    }
}

/* grad x = U^T grad u, for a part of the list. */
static void vectors_of_edges(const Share *share, const Plan *plan, const int64_t *at, int64_t first,
                             int64_t last, const real *grad_u, int64_t t0, int64_t t1, int64_t D) {
    const Sweep *s = share->s;
    const int64_t B = s->rows;
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
            for (int64_t i = first, rows; i < last; i += rows) {
                rows = next_rows(last - i, vectors);
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

/* The steps of rows, from t0 to before t1, that a thread sums up. */
static int64_t listed(const Share *share, const Sums *sums, int64_t *at, int64_t t0, int64_t t1) {
    const Sweep *s = share->s;
    int64_t count = 0;
    for (int64_t t = t0; t < t1; t++) {
        const int64_t rows = sums->apart ? alive(share, t, share->rows) : s->rows;
        for (int64_t i = 0; i < rows; i++) {
            const int64_t row = sums->apart ? row_of(share, i) : i;
            if (steps_of(s, row) > t) at[count++] = t * s->rows + row;
        }
    }
    return count;
}

/* All that the steps from t0 to before t1 add to the sums; from column `own` on W has met
 * grad_product instead of grad_u. */
static void add_to_sums(const Share *share, const Plan *plan, const Sums *sums, int64_t D,
                        int64_t own, int64_t t0, int64_t t1, const real *grad_u) {
    const Sweep *s = share->s;
    const int64_t B = s->rows, H = s->units, from = sums->from, last = sums->last;
    const int64_t middle = from > own ? from : smaller(own, last);
    int64_t *at = plan->at + share->id * plan->stretch * B;
    const int64_t count = listed(share, sums, at, t0, t1);
    for (int64_t i = 0, n; i < count; i += n) {
        const real *grad[CHUNK], *product[CHUNK], *h[CHUNK];
        n = smaller(plan->chunk, count - i);
        for (int64_t k = 0; k < n; k++) {
            const int64_t a = at[i + k];
            grad[k] = grad_u + (a - t0 * B) * D;
            h[k] = old_state(s, 0, a);
            if (sums->b) add_to(sums->b, grad[k], from, last);
            if (sums->m) {
                product[k] = plan->product + (a - t0 * B) * H - own;
                add_to(sums->m - own, product[k], middle, last);
            }
            if (s->grad_constant) add_to(s->grad_constant + a % B * D, grad[k], from, last);
            if (s->grad_start && a < B) add_to(s->grad_start + a * D, grad[k], from, last);
            for (int e = 0; e < EDGES; e++)
                if (plan->sums[e] && s->edges[e].symbols[a] >= 0)
                    add_to(sums->weights[e] + s->edges[e].symbols[a] * D, grad[k], from, last);
        }
        matrices(s, sums, grad, h, at + i, n, from, middle, sums->W && s->W, 1);
        matrices(s, sums, grad, h, at + i, n, middle, last, 0, 1);
        if (sums->m && s->W) matrices(s, sums, product, h, at + i, n, middle, last, 1, 0);
    }
    const int64_t id = sums->apart ? 0 : share->id, of = sums->apart ? 1 : share->of;
    vectors_of_edges(share, plan, at, count * id / of, count * (id + 1) / of, grad_u, t0, t1, D);
}

/* Each thread, for a range of columns: all threads' sums together; and the rows of symbols become
 * columns of their matrix again. */
static void finish_sums(const Share *share, const Plan *plan, int64_t D, int64_t own) {
    const Sweep *s = share->s;
    const int64_t from = columns_from(D, share->id, share->of);
    const int64_t last = columns_from(D, share->id + 1, share->of);
    const Sums all = sums_of(share, plan, D, 0);
    for (int64_t id = 1; all.apart && id < share->of; id++) {
        const Sums other = sums_of(share, plan, D, id);
        if (all.W) add_to(all.W, other.W, from * s->units, last * s->units);
        if (all.b) add_to(all.b, other.b, from, last);
        if (all.m) add_to(all.m, other.m, (from > own ? from : own) - own, last - own);
        for (int e = 0; e < EDGES; e++) {
            const int64_t size = s->edges[e].size;
            if (all.weights[e] && !plan->sums[e])
                add_to(all.weights[e], other.weights[e], from * size, last * size);
            for (int64_t i = 0; plan->sums[e] && i < size; i++)
                add_to(all.weights[e] + i * D, other.weights[e] + i * D, from, last);
        }
    }
    for (int e = 0; e < EDGES; e++) {
        const int64_t size = s->edges[e].size;
        for (int64_t c = from; plan->sums[e] && c < last; c++)
            for (int64_t i = 0; i < size; i++)
                s->edges[e].grad_weight[c * size + i] = plan->sums[e][i * D + c];
    }
}

#endif
