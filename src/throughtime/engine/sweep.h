/* The two sweeps over time, for a cell that has defined its equations above:
 *
 *     CELL, GATES, PARTS (of the state), SAVED, and
 *     forward_step(u, a, old, new, saved): the equations, with u = drive + b and a = W h'
 *     reverse_step(saved, new, old, grad, grad_u, grad_a): their gradients, line under line; grad
 *         has the gradient of `new`, and then of `old` but for what goes through a = W h'
 *
 * each for one vector of units of one row. GRU has OWN_PRODUCT defined, for its last gate's grad_a
 * is not its grad_u, and m is added to that gate's a. */

#include "drive.h"
#include "sums.h"

#ifdef REAL_IS_DOUBLE
#define NAME_(cell, sweep) throughtime_##cell##_##sweep##_f64
#else
#define NAME_(cell, sweep) throughtime_##cell##_##sweep##_f32
#endif
#define NAME__(cell, sweep) NAME_(cell, sweep)
#define NAME(sweep) NAME__(CELL, sweep)

#ifdef OWN_PRODUCT
enum { OWN = 1, SHARED = GATES - 1 }; /* gates whose grad_a is not, and is, their grad_u */
#else
enum { OWN = 0, SHARED = GATES };
#endif

/* ---- forward ---- */

/* h(t) of the first `rows` of the share's rows, in the share's units. */
static void forward_rows(const Share *share, const Plan *plan, int64_t t, int64_t rows,
                         const real *u_at_t) {
    const Sweep *s = share->s;
    const int64_t H = s->units, B = s->rows, D = GATES * H;
    const Panels panels = {H, GATES, H};
    for (int64_t unit = share->first; unit < share->last; unit += panel_units(&panels)) {
        const int64_t vectors = panel_vectors(&panels, unit, share->last);
        for (int64_t i = 0, count; i < rows; i += count) {
            count = next_rows(rows - i, vectors);
            const real *h[MOST_ROWS];
            int64_t row[MOST_ROWS];
            vec a[MOST_ROWS * MOST_VECTORS];
            for (int64_t r = 0; r < count; r++) {
                row[r] = row_of(share, i + r);
                h[r] = old_state(s, 0, t * B + row[r]);
            }
            for (int64_t r = 0; r < count * vectors; r++) a[r] = (vec){0};
            if (s->W)
                multiply_rows[count - 1][vectors - 1](a, h, plan->W + panel_at(&panels, unit), H);
            for (int64_t r = 0; r < count; r++)
                for (int64_t v = 0; v < vectors / GATES; v++) {
                    const int64_t first = unit + v * LANES, lanes = H - first;
                    const int64_t at = t * B + row[r];
                    vec u[GATES], old[PARTS], new[PARTS], saved[SAVED + 1];
                    vec *product = a + r * vectors + v;
                    for (int g = 0; g < GATES; g++)
                        u[g] = load_some(u_at_t + row[r] * D + g * H + first, lanes);
                    for (int part = 0; part < PARTS; part++)
                        old[part] = old_units(s, part, at, first);
                    if (OWN) product[GATES - 1] += load_some(s->m + first, lanes);
                    forward_step(u, product, old, new, saved);
                    for (int part = 0; part < PARTS; part++)
                        store_some(s->state[part] + at * H + first, new[part], lanes);
                    if (s->saved)
                        for (int k = 0; k < SAVED; k++)
                            store_some(s->saved + (at * SAVED + k) * H + first, saved[k], lanes);
                }
        }
    }
}

static void prepare(const Share *share, const Plan *plan) {
    const int64_t H = share->s->units;
    const Panels panels = {H, GATES, H};
    if (share->s->W)
        pack(plan->W, &panels, share->first, share->last, share->s->W, 1, H, share->group,
             share->groups);
    pack_edges(share, plan, GATES);
}

/* The step t, of whose stretch the drive is at plan->u; returns how many rows had it. */
static int64_t one_step(const Share *share, const Plan *plan, int64_t t, int64_t t0, int64_t rows) {
    const Sweep *s = share->s;
    const int64_t H = s->units, B = s->rows;
    rows = alive(share, t, rows);
    forward_rows(share, plan, t, rows, plan->u + (t - t0) * B * GATES * H);
    for (int64_t i = rows; i < share->rows; i++) {
        const int64_t at = t * B + row_of(share, i);
        for (int part = 0; part < PARTS; part++)
            memcpy(s->state[part] + at * H + share->first, old_state(s, part, at) + share->first,
                   (size_t)(share->last - share->first) * sizeof(real));
    }
    return rows;
}

static void forward_share(const Share *share, const Plan *plan) {
    const int64_t steps = share->s->steps;
    int64_t rows = share->rows;
    prepare(share, plan);
    wait_for_all(share->all, share->of);
    for (int64_t t0 = 0; t0 < steps; t0 += plan->stretch) {
        const int64_t t1 = smaller(t0 + plan->stretch, steps);
        drive_of(share, plan, GATES, t0, t1);
        for (int64_t t = t0; t < t1; t++) {
            rows = one_step(share, plan, t, t0, rows);
            wait_for_all(share->ours, share->columns);
        }
    }
}

/* ---- reverse: grad_first carries the gradient of the state from step to step ---- */

/* The gradient of h(t), of the first `rows` rows, through the equations of the step. */
static void reverse_rows(const Share *share, int64_t t, int64_t rows, real *grad_u_at_t,
                         real *product_at_t) {
    const Sweep *s = share->s;
    const int64_t H = s->units, D = GATES * H;
    for (int64_t i = 0; i < rows; i++) {
        const int64_t row = row_of(share, i), at = t * s->rows + row;
        for (int64_t unit = share->first; unit < share->last; unit += LANES) {
            const int64_t lanes = H - unit;
            vec saved[SAVED + 1], new[PARTS], old[PARTS], carry[PARTS], grad_u[GATES], grad_a[GATES];
            for (int k = 0; k < SAVED; k++)
                saved[k] = load_some(s->saved + (at * SAVED + k) * H + unit, lanes);
            for (int part = 0; part < PARTS; part++) {
                new[part] = load_some(s->state[part] + at * H + unit, lanes);
                old[part] = old_units(s, part, at, unit);
                carry[part] = load_some(s->grad_first[part] + row * H + unit, lanes);
                if (s->grad_state[part])
                    carry[part] += load_some(s->grad_state[part] + at * H + unit, lanes);
            }
            reverse_step(saved, new, old, carry, grad_u, grad_a);
            for (int part = 0; s->W && part < PARTS; part++)
                store_some(s->grad_first[part] + row * H + unit, carry[part], lanes);
            for (int g = 0; g < GATES; g++)
                store_some(grad_u_at_t + row * D + g * H + unit, grad_u[g], lanes);
            if (OWN) store_some(product_at_t + row * H + unit, grad_a[GATES - 1], lanes);
        }
    }
}

/* a = W h'  =>  grad h' += W^T grad a */
static void reverse_product(const Share *share, const Plan *plan, int64_t rows,
                            const real *grad_u_at_t, const real *product_at_t) {
    const Sweep *s = share->s;
    const int64_t H = s->units, D = GATES * H;
    const Panels panels = {D, 1, H};
    for (int64_t unit = share->first; unit < share->last; unit += panel_units(&panels)) {
        const int64_t vectors = panel_vectors(&panels, unit, share->last);
        const real *panel = plan->W + panel_at(&panels, unit);
        for (int64_t i = 0, count; i < rows; i += count) {
            count = next_rows(rows - i, vectors);
            const real *grad[MOST_ROWS];
            real *carry[MOST_ROWS];
            vec tile[MOST_ROWS * MOST_VECTORS];
            for (int64_t r = 0; r < count; r++) {
                const int64_t row = row_of(share, i + r);
                grad[r] = grad_u_at_t + row * D;
                carry[r] = s->grad_first[0] + row * H + unit;
                for (int64_t v = 0; v < vectors; v++)
                    tile[r * vectors + v] = load_some(carry[r] + v * LANES, H - unit - v * LANES);
            }
            multiply_rows[count - 1][vectors - 1](tile, grad, panel, SHARED * H);
            if (OWN) {
                for (int64_t r = 0; r < count; r++)
                    grad[r] = product_at_t + row_of(share, i + r) * H;
                multiply_rows[count - 1][vectors - 1](
                    tile, grad, panel + SHARED * H * vectors * LANES, H);
            }
            for (int64_t r = 0; r < count; r++)
                for (int64_t v = 0; v < vectors; v++)
                    store_some(carry[r] + v * LANES, tile[r * vectors + v], H - unit - v * LANES);
        }
    }
}

/* After its end a row's state was copied, and so its gradient is copied back. */
static void reverse_copy(const Share *share, int64_t row, int64_t at) {
    const Sweep *s = share->s;
    const int64_t H = s->units;
    for (int g = 0; s->grad_given && g < GATES; g++)
        clear(s->grad_given + (at * GATES + g) * H, share->first, share->last);
    for (int part = 0; part < PARTS; part++)
        if (s->grad_state[part] && s->W)
            add_to(s->grad_first[part] + row * H, s->grad_state[part] + at * H, share->first,
                   share->last);
}

static void reverse_share(const Share *share, const Plan *plan) {
    const Sweep *s = share->s;
    const int64_t H = s->units, B = s->rows, D = GATES * H;
    const Panels panels = {D, 1, H};
    if (s->W)
        pack(plan->W, &panels, share->first, share->last, s->W, H, 1, share->group, share->groups);
    pack_edges_for_reverse(share, plan, GATES);
    const Sums sums = sums_of(share, plan, D, share->id);
    clear_sums(share, plan, &sums, D, SHARED * H);
    for (int64_t i = 0; i < share->rows; i++)
        for (int part = 0; part < PARTS; part++)
            clear(s->grad_first[part] + row_of(share, i) * H, share->first, share->last);
    wait_for_all(share->all, share->of);
    for (int64_t t1 = s->steps; t1 > 0;) {
        const int64_t t0 = (t1 - 1) / plan->stretch * plan->stretch;
        real *grad_u = s->grad_given ? s->grad_given + t0 * B * D : plan->u;
        for (int64_t t = t1 - 1; t >= t0; t--) {
            real *u_at_t = grad_u + (t - t0) * B * D;
            real *product_at_t = OWN ? plan->product + (t - t0) * B * H : 0;
            const int64_t rows = alive(share, t, share->rows);
            reverse_rows(share, t, rows, u_at_t, product_at_t);
            for (int64_t i = rows; i < share->rows; i++) {
                const int64_t row = row_of(share, i);
                reverse_copy(share, row, t * B + row);
            }
            wait_for_all(share->ours, share->columns);
            if (s->W) reverse_product(share, plan, rows, u_at_t, product_at_t);
        }
        if (!sums.apart) wait_for_all(share->all, share->of);
        add_to_sums(share, plan, &sums, D, SHARED * H, t0, t1, grad_u);
        if (!sums.apart) wait_for_all(share->all, share->of);
        t1 = t0;
    }
    wait_for_all(share->all, share->of);
    finish_sums(share, plan, D, SHARED * H);
}

/* ---- entry points ---- */

typedef struct {
    const Sweep *s;
    const Plan *plan;
    void (*what)(const Share *, const Plan *);
    int64_t next; /* the number of the next thread to come */
    Barrier barriers[MOST_THREADS + 1];
} Job;

static void work(void *argument) {
    Job *job = argument;
    const int64_t id = __atomic_fetch_add(&job->next, 1, __ATOMIC_RELAXED);
    const Share share = share_of(job->s, GATES, id, job->s->threads > 1 ? job->s->team() : 1,
                                 job->barriers);
    job->what(&share, job->plan);
}

static int64_t run(const Sweep *s, int reverse, void (*what)(const Share *, const Plan *)) {
    const Plan plan = plan_of(s, GATES, reverse, OWN);
    Job job;
    job.s = s, job.plan = &plan, job.what = what, job.next = 0;
    memset(job.barriers, 0, (size_t)(s->threads + 1) * sizeof *job.barriers);
    if (s->threads > 1)
        s->parallel(work, &job, (unsigned)s->threads, 0);
    else
        work(&job);
    return 0;
}

static Plan forward_plan(const Sweep *s) { return plan_of(s, GATES, 0, OWN); }

int64_t NAME(forward_scratch)(Sweep *s) { return s->scratch = 0, forward_plan(s).bytes; }

int64_t NAME(reverse_scratch)(Sweep *s) { return s->scratch = 0, plan_of(s, GATES, 1, OWN).bytes; }

int64_t NAME(forward)(Sweep *s) {
    const int64_t edge = first_wrong(s);
    return edge < EDGES ? edge + 1 : run(s, 0, forward_share);
}

int64_t NAME(reverse)(Sweep *s) { return run(s, 1, reverse_share); }

/* ---- one step at a time: threads share out the rows alone, so that one packs for all ---- */

/* The drive of so many rows is still in a first cache when their equations read it. */
enum { BLOCK_BYTES = 1 << 14 };

static void only_step(const Share *share, const Plan *plan) {
    drive_of(share, plan, GATES, 0, 1);
    one_step(share, plan, 0, 0, share->rows);
}

static void step_of_rows(void *argument) {
    Job *job = argument;
    const Sweep *s = job->s;
    const int64_t id = __atomic_fetch_add(&job->next, 1, __ATOMIC_RELAXED);
    const int64_t of = s->threads > 1 ? s->team() : 1, B = s->rows, D = GATES * s->units;
    const int64_t bytes = (B + of - 1) / of * D * (int64_t)sizeof(real);
    const int64_t blocks = (bytes + BLOCK_BYTES - 1) / BLOCK_BYTES, groups = of * blocks;
    Plan plan = *job->plan;
    for (int64_t group = id * blocks, first = B * id / of; group < (id + 1) * blocks; group++) {
        const int64_t begin = B * group / groups, rows = B * (group + 1) / groups - begin;
        const Share share = {.s = s, .id = id, .of = of, .group = group, .groups = groups,
                             .columns = 1, .rows = rows, .last = s->units};
        plan.u = job->plan->u - (begin - first) * D; /* of each block at the thread's first row */
        only_step(&share, &plan);
    }
}

const Stepper NAME(stepper) = {GATES, PARTS, forward_plan, prepare, only_step};

int64_t NAME(prepare)(Sweep *s) {
    const Plan plan = forward_plan(s);
    const Share share = share_of(s, GATES, 0, 1, 0);
    prepare(&share, &plan);
    return 0;
}

int64_t NAME(step)(Sweep *s) {
    const int64_t edge = first_wrong(s);
    if (edge < EDGES) return edge + 1;
    const Plan plan = forward_plan(s);
    Job job;
    job.s = s, job.plan = &plan, job.next = 0;
    if (s->threads > 1)
        s->parallel(step_of_rows, &job, (unsigned)s->threads, 0);
    else
        step_of_rows(&job);
    return 0;
}
