/* What a sweep needs besides its arguments: scratch, and where everything is in it. */

#ifndef THROUGHTIME_PLAN_H
#define THROUGHTIME_PLAN_H

#include "team.h"

/* Where everything is in scratch, and how many steps a stretch has. */
typedef struct {
    int64_t stretch;
    int64_t chunk;      /* products that are summed at a time; at most CHUNK */
    real *W;            /* packed */
    real *edges[EDGES]; /* their matrices packed; of symbols one row for each: (size, G, H) */
    real *sums[EDGES];  /* reverse: the gradient of the rows of symbols: (size, G, H) */
    real *u;            /* (stretch, B, G, H): the drive, or its gradient */
    real *product;      /* (stretch, B, H): reverse of GRU */
    int64_t *at;        /* of each thread (stretch, B): the steps of rows that there are */
    int64_t numbers;    /* that all parameters' gradients have together */
    int64_t apart;      /* whether they are so few that each thread adds up its own rows' */
    real *apart_sums;   /* where: of each thread but the first (numbers) */
    real *left;         /* (chunk, G, H), of each thread if apart: for outer products */
    real *panel;        /* of each thread: (chunk, MOST_VECTORS vectors) */
    int64_t bytes;
} Plan;

/* A cell whose steps are taken one at a time, of a sweep with one step: `prepare` packs its matrices
 * into scratch, and then `step` goes from `first` to `state`, as often as one likes. */
typedef struct {
    int64_t gates, parts;
    Plan (*plan)(const Sweep *);
    void (*prepare)(const Share *, const Plan *);
    void (*step)(const Share *, const Plan *);
} Stepper;

enum { ALIGNED = 64 };

INLINE void *take(const Sweep *s, int64_t *used, int64_t bytes) {
    char *here = s->scratch ? s->scratch + *used : 0;
    *used += (bytes + ALIGNED - 1) / ALIGNED * ALIGNED;
    return here;
}

#endif
