/* The threads that share a sweep, and which rows and units each of them has.
 *
 * Rows are independent of each other, so threads that share out rows need not wait for each other.
 * Threads that share out units do, at every step, since h(t) of every unit reads all of h(t-1); but
 * then each of them reads its part of W alone, which matters where rows are few or W is large. */

#ifndef THROUGHTIME_TEAM_H
#define THROUGHTIME_TEAM_H

#include "engine.h"
#include "product.h"

#ifdef _WIN32
#define give_way() ((void)0)
#else
#include <sched.h>
#define give_way() sched_yield()
#endif
#if defined(__x86_64__) || defined(__i386__)
#define pause() __builtin_ia32_pause()
#else
#define pause() ((void)0)
#endif

enum { MOST_THREADS = 256, PATIENCE = 2000 };

/* Where `of` threads wait for each other. Each has cache lines of its own. */
typedef struct {
    int64_t arrived, round, padding[14];
} Barrier;

INLINE void wait_for_all(Barrier *b, int64_t of) {
    if (of == 1) return;
    const int64_t round = __atomic_load_n(&b->round, __ATOMIC_ACQUIRE);
    if (__atomic_add_fetch(&b->arrived, 1, __ATOMIC_ACQ_REL) == of) {
        __atomic_store_n(&b->arrived, 0, __ATOMIC_RELAXED);
        __atomic_store_n(&b->round, round + 1, __ATOMIC_RELEASE);
        return;
    }
    /* more threads than processors: whoever waits for long lets others work */
    for (int turns = 0; __atomic_load_n(&b->round, __ATOMIC_ACQUIRE) == round; turns++)
        if (turns < PATIENCE)
            pause();
        else
            give_way();
}

typedef struct {
    const Sweep *s;
    int64_t id, of;        /* which thread of how many */
    int64_t group, groups; /* its rows: see row_of */
    int64_t rows;          /* how many these are */
    int64_t first, last;   /* its units */
    int64_t columns;       /* how many threads share out the units of these rows */
    Barrier *all, *ours;   /* where it waits for all threads; for those with the same rows */
} Share;

/* Into how many ranges the units are shared out: few, but so that a thread has rows for whole
 * tiles, or else a part of W that stays in its cache. */
INLINE int64_t columns_for(const Sweep *s, int64_t of, int64_t gates) {
    int64_t columns = 1;
    for (int64_t c = 1; c <= of && c <= vectors_of(s->units); c++) {
        if (of % c) continue;
        columns = c;
        const int64_t rows = s->rows * c / of;
        const int64_t bytes = gates * s->units * s->units * (int64_t)sizeof(real) / c;
        if (rows >= 24 || (rows >= 2 && bytes <= 1 << 20)) break;
    }
    return columns;
}

INLINE Share share_of(const Sweep *s, int64_t gates, int64_t id, int64_t of, Barrier *barriers) {
    const int64_t columns = columns_for(s, of, gates), groups = of / columns;
    const int64_t group = id / columns, column = id % columns, vectors = vectors_of(s->units);
    return (Share){
        .s = s, .id = id, .of = of, .group = group, .groups = groups,
        .rows = s->order ? (s->rows - group + groups - 1) / groups
                         : s->rows * (group + 1) / groups - s->rows * group / groups,
        .first = vectors * column / columns * LANES,
        .last = smaller(vectors * (column + 1) / columns * LANES, s->units),
        .columns = columns, .all = barriers, .ours = barriers + 1 + group};
}

/* The i-th row of a share: of a ragged batch every `groups`-th of the order, so that all have rows
 * of all lengths; of rows that are equally long, neighbours. */
INLINE int64_t row_of(const Share *share, int64_t i) {
    const Sweep *s = share->s;
    return s->order ? s->order[share->group + i * share->groups]
                    : s->rows * share->group / share->groups + i;
}

INLINE int64_t steps_of(const Sweep *s, int64_t row) { return s->lengths ? s->lengths[row] : s->steps; }

/* How many of the share's rows have a step t: they come first. */
INLINE int64_t alive(const Share *share, int64_t t, int64_t at_most) {
    while (at_most > 0 && steps_of(share->s, row_of(share, at_most - 1)) <= t) at_most--;
    return at_most;
}

INLINE const real *old_state(const Sweep *s, int part, int64_t at) {
    return at >= s->rows ? s->state[part] + (at - s->rows) * s->units
                         : s->first[part] + at * s->units;
}

/* A vector of units of the state before a step; without an edge from it, zero. */
INLINE vec old_units(const Sweep *s, int part, int64_t at, int64_t unit) {
    return s->W ? load_some(old_state(s, part, at) + unit, s->units - unit) : (vec){0};
}

#endif
