/* Generation in closed loop. */

#include "generate.h"
#include "philox.h"
#include "plan.h"

#ifdef REAL_IS_DOUBLE
#define NAME(what) throughtime_##what##_f64
#else
#define NAME(what) throughtime_##what##_f32
#endif

extern const Stepper NAME(elman_tanh_stepper), NAME(elman_relu_stepper), NAME(gru_stepper),
    NAME(lstm_stepper);
static const Stepper *const steppers[CELLS] = {&NAME(elman_tanh_stepper), &NAME(elman_relu_stepper),
                                               &NAME(gru_stepper), &NAME(lstm_stepper)};

/* ---- one draw ---- */

/* The weights e^{(o - max) / temperature}, in place; returns their sum. */
static double weigh(real *o, int64_t units, double temperature) {
    real most = o[0];
    for (int64_t k = 1; k < units; k++) most = o[k] > most ? o[k] : most;
    const real scale = (real)(1 / temperature);
    double total = 0;
    for (int64_t k = 0; k < units; k += LANES) {
        const int64_t lanes = smaller(LANES, units - k);
        const vec w = exp_of_minus((load_some(o + k, lanes) - most) * scale);
        real each[LANES];
        store(each, w);
        for (int64_t l = 0; l < lanes; l++) total += each[l];
        store_some(o + k, w, lanes);
    }
    return total;
}

/* The heap of `count` symbols, at `heap`, from `i` down: no symbol below one of less weight. */
static void sift(int64_t *heap, int64_t count, int64_t i, const real *weight) {
    for (int64_t child; (child = 2 * i + 1) < count; i = child) {
        child += child + 1 < count && weight[heap[child + 1]] > weight[heap[child]];
        if (weight[heap[child]] <= weight[heap[i]]) return;
        const int64_t swap = heap[i];
        heap[i] = heap[child], heap[child] = swap;
    }
}

/* Zero for all symbols but the top_k of most weight, and of these for all but the first that
 * together have top_p of their sum; returns the sum of what is left. */
static double truncate(real *weight, int64_t units, double total, int64_t top_k, double top_p,
                       int64_t *heap) {
    const int64_t most = top_k && top_k < units ? top_k : units;
    if (most == units && top_p >= 1) return total;
    for (int64_t k = 0; k < units; k++) heap[k] = k;
    for (int64_t i = units / 2 - 1; i >= 0; i--) sift(heap, units, i, weight);
    /* the largest go behind the heap, the largest of all last */
    int64_t left = units;
    double sum = 0;
    while (left > units - most && (most < units || sum < top_p * total)) {
        const int64_t largest = heap[0];
        heap[0] = heap[--left], heap[left] = largest;
        sift(heap, left, 0, weight);
        sum += weight[largest];
    }
    int64_t from = left; /* of those that are kept */
    if (most < units)
        for (total = sum, sum = 0, from = units; from > left && sum < top_p * total;)
            sum += weight[heap[--from]];
    for (int64_t i = 0; i < from; i++) weight[heap[i]] = 0;
    return sum;
}

/* The symbol at which the sum of the weights exceeds u. */
static int64_t draw(const real *weight, int64_t units, double u) {
    int64_t last = 0;
    for (int64_t k = 0; k < units; k++) {
        if (weight[k] > 0) last = k, u -= weight[k];
        if (u < 0) break;
    }
    return last;
}

static int64_t largest(const real *o, int64_t units) {
    int64_t best = 0;
    for (int64_t k = 1; k < units; k++) best = o[k] > o[best] ? k : best;
    return best;
}

enum { END = -1, NOT_A_NUMBER = -2 };

/* The symbol after o, or END; o is used up. */
static int64_t choose_symbol(const Generation *g, real *o, int64_t row, int64_t t, int64_t *heap) {
    const int64_t units = g->symbols + (g->ends == END_SYMBOL);
    const Philox random = philox((uint64_t)g->seed, (uint64_t)(g->first + row * g->every), (uint64_t)t);
    if (g->ends == HALT) {
        const real stop = sigmoid(all(o[g->symbols] / (real)g->temperature))[0];
        if (stop != stop) return NOT_A_NUMBER;
        if (uniform(random.word[0]) < stop) return END;
    }
    if (g->greedy) return largest(o, g->symbols);
    double total = weigh(o, units, g->temperature);
    if (!(total > 0)) return NOT_A_NUMBER;
    total = truncate(o, units, total, g->top_k, g->top_p, heap);
    const int64_t symbol = draw(o, units, uniform(random.word[1]) * total);
    return symbol < g->symbols ? symbol : END;
}

/* ---- the loop ---- */

typedef struct {
    Generation *g;
    Plan *plans;         /* of the layers */
    real *V;             /* packed */
    real *o;             /* (B, units) */
    int64_t *going;      /* (B): 1 for rows that go on, else 0 */
    int64_t *order;      /* (B): of each thread its rows, those that go on first */
    int64_t *heap;       /* of each thread (units) */
    Sweep *sweeps;       /* of each thread (layers) */
    int64_t next, cut, not_numbers;
    Barrier barrier;
    int64_t bytes;
} Loop;

static Loop loop_of(Generation *g) {
    const Panels panels = {g->layer[g->layers - 1].sweep.units, 1, g->units};
    const Sweep whole = {.scratch = g->scratch};
    const int64_t B = g->rows, word = sizeof(int64_t);
    Loop loop = {.g = g};
    loop.plans = take(&whole, &loop.bytes, g->layers * (int64_t)sizeof(Plan));
    loop.V = take(&whole, &loop.bytes, packed_size(&panels) * (int64_t)sizeof(real));
    loop.o = take(&whole, &loop.bytes, B * g->units * (int64_t)sizeof(real));
    loop.going = take(&whole, &loop.bytes, B * word);
    loop.order = take(&whole, &loop.bytes, B * word);
    loop.heap = take(&whole, &loop.bytes, g->threads * g->units * word);
    loop.sweeps = take(&whole, &loop.bytes, g->threads * g->layers * (int64_t)sizeof(Sweep));
    for (int64_t l = 0; l < g->layers; l++) {
        Sweep *s = &g->layer[l].sweep;
        s->scratch = g->scratch ? g->scratch + loop.bytes : 0;
        s->threads = g->threads;
        const Plan plan = steppers[g->layer[l].cell]->plan(s);
        if (g->scratch) loop.plans[l] = plan;
        loop.bytes += plan.bytes;
    }
    return loop;
}

/* o = c + V h of the share's first `rows` rows. */
static void read_out(const Loop *loop, const Share *share, int64_t rows, const real *h_of_rows) {
    const Generation *g = loop->g;
    const int64_t H = g->layer[g->layers - 1].sweep.units;
    const Panels panels = {H, 1, g->units};
    for (int64_t unit = 0; unit < g->units; unit += panel_units(&panels)) {
        const int64_t vectors = panel_vectors(&panels, unit, g->units);
        for (int64_t i = 0, count; i < rows; i += count) {
            count = next_rows(rows - i, vectors);
            const real *h[MOST_ROWS];
            vec tile[MOST_ROWS * MOST_VECTORS];
            for (int64_t r = 0; r < count; r++) {
                h[r] = h_of_rows + row_of(share, i + r) * H;
                for (int64_t v = 0; v < vectors; v++)
                    tile[r * vectors + v] =
                        load_some(g->c + unit + v * LANES, g->units - unit - v * LANES);
            }
            multiply_rows[count - 1][vectors - 1](tile, h, loop->V + panel_at(&panels, unit), H);
            for (int64_t r = 0; r < count; r++)
                for (int64_t v = 0; v < vectors; v++)
                    store_some(loop->o + row_of(share, i + r) * g->units + unit + v * LANES,
                               tile[r * vectors + v], g->units - unit - v * LANES);
        }
    }
}

/* What the row takes at step t, or END. */
static int64_t next_symbol(const Loop *loop, int64_t row, int64_t t, int64_t *heap) {
    const Generation *g = loop->g;
    if (g->lengths && g->lengths[row] <= t) return END;
    const int64_t given = g->observed ? g->observed[t * g->rows + row] : -1;
    return given < 0 ? choose_symbol(g, loop->o + row * g->units, row, t, heap) : given;
}

static void take_turns(Sweep *s, int64_t parts) {
    if (!s->W) return; /* h does not go on from step to step */
    for (int64_t part = 0; part < parts; part++) {
        real *new = s->state[part];
        s->state[part] = (real *)(uintptr_t)s->first[part];
        s->first[part] = new;
    }
}

static void generate_share(Loop *loop, const Share *all) {
    Generation *g = loop->g;
    const int64_t first = g->rows * all->id / all->of;
    const Panels panels = {g->layer[g->layers - 1].sweep.units, 1, g->units};
    Sweep *sweeps = loop->sweeps + all->id * g->layers;
    int64_t rows = g->rows * (all->id + 1) / all->of - first, cut = 0, wrong = 0;
    int64_t *order = loop->order + first, *heap = loop->heap + all->id * g->units;
    Share share = *all;
    for (int64_t i = 0; i < rows; i++) {
        order[i] = first + i;
        loop->going[first + i] = 1;
        g->taken[first + i] = 0;
    }
    for (int64_t l = 0; l < g->layers; l++) {
        sweeps[l] = g->layer[l].sweep;
        sweeps[l].order = order, sweeps[l].lengths = loop->going;
        share.s = sweeps + l, share.last = sweeps[l].units;
        /* the packing alone is shared out */
        share.group = all->id, share.groups = all->of;
        steppers[g->layer[l].cell]->prepare(&share, loop->plans + l);
    }
    pack(loop->V, &panels, 0, g->units, g->V, 1, panels.depth, all->id, all->of);
    wait_for_all(&loop->barrier, all->of);
    share.group = 0, share.groups = 1;
    for (int64_t t = 0; rows && t <= g->steps; t++) {
        /* where a length is decided already, there is no step to decide that it ends */
        if (t == g->steps && g->ends == DECIDED) break;
        share.rows = rows;
        const real *below = 0;
        for (int64_t l = 0; l < g->layers; l++) {
            const Stepper *stepper = steppers[g->layer[l].cell];
            if (l) sweeps[l].edges[0].vectors = below;
            share.s = sweeps + l, share.last = sweeps[l].units;
            stepper->step(&share, loop->plans + l);
            below = sweeps[l].state[0];
        }
        read_out(loop, &share, rows, below);
        int64_t left = 0;
        for (int64_t i = 0; i < rows; i++) {
            const int64_t row = order[i], symbol = next_symbol(loop, row, t, heap);
            cut += t == g->steps && symbol >= 0;
            wrong |= symbol == NOT_A_NUMBER;
            if (t == g->steps || symbol < 0) continue;
            g->values[row * g->steps + t] = symbol;
            g->taken[row] = t + 1;
            if (sweeps[0].edges[0].symbols)
                ((int64_t *)(uintptr_t)sweeps[0].edges[0].symbols)[row] = symbol;
            order[left++] = row;
        }
        rows = left;
        for (int64_t l = 0; l < g->layers; l++)
            take_turns(sweeps + l, steppers[g->layer[l].cell]->parts);
        sweeps[0].start = 0;
        if (sweeps[0].given)
            sweeps[0].given += g->rows * sweeps[0].units * steppers[g->layer[0].cell]->gates;
    }
    __atomic_add_fetch(&loop->cut, cut, __ATOMIC_RELAXED);
    __atomic_or_fetch(&loop->not_numbers, wrong, __ATOMIC_RELAXED);
}

static void work(void *argument) {
    Loop *loop = argument;
    const int64_t id = __atomic_fetch_add(&loop->next, 1, __ATOMIC_RELAXED);
    const int64_t of = loop->g->threads > 1 ? loop->g->team() : 1;
    const Share share = {.id = id, .of = of, .columns = 1};
    generate_share(loop, &share);
}

int64_t NAME(generate_scratch)(Generation *g) { return g->scratch = 0, loop_of(g).bytes; }

int64_t NAME(generate)(Generation *g) {
    Loop loop = loop_of(g);
    if (g->threads > 1)
        g->parallel(work, &loop, (unsigned)g->threads, 0);
    else
        work(&loop);
    return loop.not_numbers ? -1 : loop.cut;
}

/* So that a library built from other sources is known before it is believed. */
const char NAME(sources)[] = SOURCES;
