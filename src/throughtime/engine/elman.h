/* Elman: ../cells/elman.py has the same equations in Python. */

#include "vector.h"

enum { GATES = 1, PARTS = 1, SAVED = 0 };

INLINE void forward_step(const vec *u, const vec *a, const vec *old, vec *new, vec *saved) {
    (void)old, (void)saved;
    new[0] = f(u[0] + a[0]);
}

INLINE void reverse_step(const vec *saved, const vec *new, const vec *old, vec *grad, vec *grad_u,
                         vec *grad_a) {
    (void)saved, (void)old;
    /* h = f(u + a) */
    grad_a[0] = grad_u[0] = grad[0] * slope(new[0]);
    grad[0] = (vec){0};
}

#include "sweep.h"
