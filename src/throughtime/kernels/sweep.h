/* The two sweeps over time, for a cell that has defined its equations above:
 *
 *     CELL, GATES, PARTS (of the state), SAVED, and
 *     forward_step(u, a, old, new, saved): the equations, with u = drive + b and a = W h'
 *     reverse_step(saved, new, old, grad, grad_u, grad_a): their gradients, line under line; grad
 *         has the gradient of `new`, and then of `old` but for what goes through a = W h'
 *
 * each for one vector of units of one row. GRU has OWN_PRODUCT defined, for its last gate's grad_a
 * is not its grad_u, and m is added to that gate's a. */

#include "engine.h"
#include "product.h"

#ifdef REAL_IS_DOUBLE
#define NAME_(cell, sweep) throughtime_##cell##_##sweep##_f64
#else
#define NAME_(cell, sweep) throughtime_##cell##_##sweep##_f32
#endif
#define NAME__(cell, sweep) NAME_(cell, sweep)
#define NAME(sweep) NAME__(CELL, sweep)

/* One of the threads that share a sweep: every `of`-th row of the order, so that all have rows of
 * all lengths; or of rows that are equally long, neighbours. */
typedef struct {
    const Sweep *s;
    const real *packed;
    int64_t id, of, rows;
} Share;

static Share share_of(const Sweep *s, int64_t id, int64_t of) {
    const int64_t rows = s->order ? (s->rows - id + of - 1) / of
                                  : s->rows * (id + 1) / of - s->rows * id / of;
    return (Share){s, 0, id, of, rows};
}

INLINE int64_t row_of(const Share *share, int64_t i) {
    const Sweep *s = share->s;
    return s->order ? s->order[share->id + i * share->of] : s->rows * share->id / share->of + i;
}

INLINE int64_t steps_of(const Sweep *s, int64_t row) { return s->lengths ? s->lengths[row] : s->steps; }

/* How many of the share's rows have a step t: they come first. */
static int64_t alive(const Share *share, int64_t t, int64_t at_most) {
    while (at_most > 0 && steps_of(share->s, row_of(share, at_most - 1)) <= t) at_most--;
    return at_most;
}

/* ---- forward ---- */

INLINE const real *old_state(const Sweep *s, int part, int64_t t, int64_t row) {
    return t ? s->state[part] + ((t - 1) * s->rows + row) * s->units
             : s->first[part] + row * s->units;
}

static void forward_tile(const Share *share, int64_t t, int64_t from, int64_t count) {
    const Sweep *s = share->s;
    const int64_t H = s->units;
    const Panels panels = {H, GATES, H};
    const real *h[MOST_ROWS], *panel = share->packed;
    int64_t at[MOST_ROWS];
    for (int64_t i = 0; i < count; i++) {
        const int64_t row = row_of(share, from + i);
        at[i] = t * s->rows + row;
        h[i] = old_state(s, 0, t, row);
    }
    for (int64_t unit = 0; unit < H; unit += panel_units(&panels)) {
        const int64_t vectors = panel_vectors(&panels, unit);
        vec a[MOST_ROWS * MOST_VECTORS];
        for (int64_t i = 0; i < count * vectors; i++) a[i] = (vec){0};
        multiply_rows[count - 1][vectors - 1](a, h, panel, H);
        panel += vectors * LANES * H;
        for (int64_t i = 0; i < count; i++)
            for (int64_t v = 0; v < vectors / GATES; v++) {
                const int64_t first = unit + v * LANES, lanes = H - first;
                const int64_t row = row_of(share, from + i);
                vec u[GATES], old[PARTS], new[PARTS], saved[SAVED + 1];
                vec *product = a + i * vectors + v;
                for (int g = 0; g < GATES; g++)
                    u[g] = load_some(s->drive + (at[i] * GATES + g) * H + first, lanes) +
                           load_some(s->b + g * H + first, lanes);
                for (int part = 0; part < PARTS; part++)
                    old[part] = load_some(old_state(s, part, t, row) + first, lanes);
#ifdef OWN_PRODUCT
                product[GATES - 1] += load_some(s->m + first, lanes);
#endif
                forward_step(u, product, old, new, saved);
                for (int part = 0; part < PARTS; part++)
                    store_some(s->state[part] + at[i] * H + first, new[part], lanes);
                if (s->saved)
                    for (int k = 0; k < SAVED; k++)
                        store_some(s->saved + (at[i] * SAVED + k) * H + first, saved[k], lanes);
            }
    }
}

static void forward_share(const Share *share) {
    const Sweep *s = share->s;
    const size_t row_bytes = (size_t)s->units * sizeof(real);
    int64_t rows = share->rows;
    for (int64_t t = 0; t < s->steps; t++) {
        rows = alive(share, t, rows);
        for (int64_t i = 0, count; i < rows; i += count) {
            count = next_rows(rows - i);
            forward_tile(share, t, i, count);
        }
        for (int64_t i = rows; i < share->rows; i++) {
            const int64_t row = row_of(share, i);
            for (int part = 0; part < PARTS; part++)
                memcpy(s->state[part] + (t * s->rows + row) * s->units, old_state(s, part, t, row),
                       row_bytes);
        }
    }
}

/* ---- reverse, the recursion: grad_first carries the gradient of the state from step to step ---- */

static void reverse_tile(const Share *share, int64_t t, int64_t from, int64_t count) {
    const Sweep *s = share->s;
    const int64_t H = s->units;
    const real *grad[MOST_ROWS];
    int64_t rows[MOST_ROWS], at[MOST_ROWS];
    for (int64_t i = 0; i < count; i++) {
        rows[i] = row_of(share, from + i);
        at[i] = t * s->rows + rows[i];
        for (int64_t unit = 0; unit < H; unit += LANES) {
            const int64_t lanes = H - unit;
            vec saved[SAVED + 1], new[PARTS], old[PARTS], carry[PARTS], grad_u[GATES], grad_a[GATES];
            for (int k = 0; k < SAVED; k++)
                saved[k] = load_some(s->saved + (at[i] * SAVED + k) * H + unit, lanes);
            for (int part = 0; part < PARTS; part++) {
                new[part] = load_some(s->state[part] + at[i] * H + unit, lanes);
                old[part] = load_some(old_state(s, part, t, rows[i]) + unit, lanes);
                carry[part] = load_some(s->grad_first[part] + rows[i] * H + unit, lanes);
                if (s->grad_state[part])
                    carry[part] += load_some(s->grad_state[part] + at[i] * H + unit, lanes);
            }
            reverse_step(saved, new, old, carry, grad_u, grad_a);
            for (int part = 0; part < PARTS; part++)
                store_some(s->grad_first[part] + rows[i] * H + unit, carry[part], lanes);
            for (int g = 0; g < GATES; g++)
                store_some(s->grad_drive + (at[i] * GATES + g) * H + unit, grad_u[g], lanes);
#ifdef OWN_PRODUCT
            store_some(s->grad_product + at[i] * H + unit, grad_a[GATES - 1], lanes);
#endif
        }
    }
    /* a = W h'  =>  grad h' += W^T grad a */
    const Panels panels = {GATES * H, 1, H};
    const real *panel = share->packed;
    for (int64_t unit = 0; unit < H; unit += panel_units(&panels)) {
        const int64_t vectors = panel_vectors(&panels, unit);
        vec tile[MOST_ROWS * MOST_VECTORS];
        for (int64_t i = 0; i < count; i++)
            for (int64_t v = 0; v < vectors; v++)
                tile[i * vectors + v] = load_some(
                    s->grad_first[0] + rows[i] * H + unit + v * LANES, H - unit - v * LANES);
        for (int64_t i = 0; i < count; i++) grad[i] = s->grad_drive + at[i] * GATES * H;
#ifdef OWN_PRODUCT
        multiply_rows[count - 1][vectors - 1](tile, grad, panel, (GATES - 1) * H);
        for (int64_t i = 0; i < count; i++) grad[i] = s->grad_product + at[i] * H;
        multiply_rows[count - 1][vectors - 1](tile, grad,
                                              panel + (GATES - 1) * H * vectors * LANES, H);
#else
        multiply_rows[count - 1][vectors - 1](tile, grad, panel, GATES * H);
#endif
        panel += vectors * LANES * GATES * H;
        for (int64_t i = 0; i < count; i++)
            for (int64_t v = 0; v < vectors; v++)
                store_some(s->grad_first[0] + rows[i] * H + unit + v * LANES,
                           tile[i * vectors + v], H - unit - v * LANES);
    }
}

static void reverse_share(const Share *share) {
    const Sweep *s = share->s;
    const int64_t H = s->units;
    for (int64_t i = 0; i < share->rows; i++)
        for (int part = 0; part < PARTS; part++)
            memset(s->grad_first[part] + row_of(share, i) * H, 0, (size_t)H * sizeof(real));
    for (int64_t t = s->steps - 1; t >= 0; t--) {
        const int64_t rows = alive(share, t, share->rows);
        for (int64_t i = 0, count; i < rows; i += count) {
            count = next_rows(rows - i);
            reverse_tile(share, t, i, count);
        }
        /* after its end a row's state was copied, and so its gradient is copied back */
        for (int64_t i = rows; i < share->rows; i++) {
            const int64_t row = row_of(share, i), at = t * s->rows + row;
            memset(s->grad_drive + at * GATES * H, 0, (size_t)(GATES * H) * sizeof(real));
#ifdef OWN_PRODUCT
            memset(s->grad_product + at * H, 0, (size_t)H * sizeof(real));
#endif
            for (int part = 0; part < PARTS; part++)
                if (s->grad_state[part])
                    for (int64_t j = 0; j < H; j++)
                        s->grad_first[part][row * H + j] += s->grad_state[part][at * H + j];
        }
    }
}

/* ---- reverse, the parameters: sums over all steps and rows, each thread for some of the units ---- */

static void parameters_share(const Sweep *s, int64_t id, int64_t of, real *scratch) {
    const int64_t H = s->units, columns = GATES * H;
    const int64_t first = columns * id / of, last = columns * (id + 1) / of;
#ifdef OWN_PRODUCT
    const int64_t own = (GATES - 1) * H; /* from here on grad_a is grad_product */
    for (int64_t u = first > own ? first : own; u < last; u++) s->grad_m[u - own] = 0;
#else
    const int64_t own = columns;
#endif
    for (int64_t u = first; u < last; u++) s->grad_b[u] = 0;
    const int64_t middle = smaller(first > own ? first : own, last);
    Pair pairs[CHUNK], products[CHUNK];
    int64_t count = 0;
    int add = 0;
    for (int64_t t = 0; t <= s->steps; t++) {
        for (int64_t row = 0; row < (t < s->steps ? s->rows : 1); row++) {
            if (count == CHUNK || (t == s->steps && (count || !add))) {
                outer(s->grad_W, first, middle, H, pairs, count, add, scratch);
                outer(s->grad_W + own * H, middle - own, last - own, H, products, count, add,
                      scratch);
                add = 1, count = 0;
            }
            if (t == s->steps || steps_of(s, row) <= t) continue;
            const int64_t at = t * s->rows + row;
            const real *grad = s->grad_drive + at * columns, *h = old_state(s, 0, t, row);
            for (int64_t u = first; u < last; u++) s->grad_b[u] += grad[u];
            pairs[count] = (Pair){grad, h};
#ifdef OWN_PRODUCT
            const real *product = s->grad_product + at * H;
            for (int64_t u = middle; u < last; u++) s->grad_m[u - own] += product[u - own];
            products[count] = (Pair){product, h};
#endif
            count++;
        }
    }
}

/* ---- entry points ---- */

typedef struct {
    const Sweep *s;
    real *scratch;
    int64_t next; /* the next share that nobody has taken */
    enum { FORWARD, REVERSE, PARAMETERS } what;
} Job;

static void work(void *argument) {
    Job *job = argument;
    for (;;) {
        const Sweep *s = job->s;
        const int64_t id = __atomic_fetch_add(&job->next, 1, __ATOMIC_RELAXED);
        if (id >= s->threads) return;
        Share share = share_of(s, id, s->threads);
        share.packed = job->scratch;
        if (job->what == FORWARD) forward_share(&share);
        if (job->what == REVERSE) reverse_share(&share);
        if (job->what == PARAMETERS)
            parameters_share(s, id, s->threads, job->scratch + id * outer_scratch(s->units));
    }
}

static void run(Job *job) {
    if (job->s->threads > 1)
        job->s->parallel(work, job, (unsigned)job->s->threads, 0);
    else
        work(job);
}

int64_t NAME(scratch)(Sweep *s) {
    const Panels forward = {s->units, GATES, s->units}, reverse = {GATES * s->units, 1, s->units};
    const int64_t a = packed_size(&forward), b = packed_size(&reverse);
    const int64_t c = s->threads * outer_scratch(s->units);
    return a > b ? (a > c ? a : c) : (b > c ? b : c);
}

int64_t NAME(forward)(Sweep *s) {
    const Panels panels = {s->units, GATES, s->units};
    pack(s->scratch, &panels, s->W, 1, s->units);
    run(&(Job){s, s->scratch, 0, FORWARD});
    return 0;
}

int64_t NAME(reverse)(Sweep *s) {
    const Panels panels = {GATES * s->units, 1, s->units};
    pack(s->scratch, &panels, s->W, s->units, 1);
    run(&(Job){s, s->scratch, 0, REVERSE});
    if (s->grad_W) run(&(Job){s, s->scratch, 0, PARAMETERS});
    return 0;
}
