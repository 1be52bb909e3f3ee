/* GRU: ../cells/gru.py has the same equations in Python. */

#include "vector.h"

#define CELL gru
#define OWN_PRODUCT
enum { GATES = 3, PARTS = 1, SAVED = 4 };

INLINE void forward_step(const vec *u, const vec *a, const vec *old, vec *new, vec *saved) {
    const vec r = sigmoid(u[0] + a[0]), z = sigmoid(u[1] + a[1]);
    const vec n = tanh_(u[2] + r * a[2]);
    const vec h = n + z * (old[0] - n);
    new[0] = h;
    saved[0] = r, saved[1] = z, saved[2] = n, saved[3] = a[2];
}

INLINE void reverse_step(const vec *saved, const vec *new, const vec *old, vec *grad, vec *grad_u,
                         vec *grad_a) {
    const vec r = saved[0], z = saved[1], n = saved[2], a_n = saved[3];
    (void)new;
    /* h = (1 - z) n + z h' */
    const vec grad_z = grad[0] * (old[0] - n), grad_n = grad[0] * (1 - z);
    grad[0] = grad[0] * z;
    /* n = tanh(u_n + r a_n) */
    grad_u[2] = grad_n * (1 - n * n);
    grad_a[2] = grad_u[2] * r;
    const vec grad_r = grad_u[2] * a_n;
    /* r, z = sigma(u + a) */
    grad_a[0] = grad_u[0] = grad_r * r * (1 - r);
    grad_a[1] = grad_u[1] = grad_z * z * (1 - z);
}

#include "sweep.h"
