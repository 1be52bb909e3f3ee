/* LSTM: ../cells/lstm.py has the same equations in Python. */

#include "vector.h"

#define CELL lstm
enum { GATES = 4, PARTS = 2, SAVED = 4 };

INLINE void forward_step(const vec *u, const vec *a, const vec *old, vec *new, vec *saved) {
    const vec i = sigmoid(u[0] + a[0]), f = sigmoid(u[1] + a[1]);
    const vec g = tanh_(u[2] + a[2]), o = sigmoid(u[3] + a[3]);
    const vec c = f * old[1] + i * g;
    const vec h = o * tanh_(c);
    new[0] = h, new[1] = c;
    saved[0] = i, saved[1] = f, saved[2] = g, saved[3] = o;
}

INLINE void reverse_step(const vec *saved, const vec *new, const vec *old, vec *grad, vec *grad_u,
                         vec *grad_a) {
    const vec i = saved[0], f = saved[1], g = saved[2], o = saved[3], tanh_c = tanh_(new[1]);
    /* h = o tanh(c) */
    const vec grad_o = grad[0] * tanh_c;
    const vec grad_c = grad[1] + grad[0] * o * (1 - tanh_c * tanh_c);
    /* c = f c' + i g */
    const vec grad_f = grad_c * old[1], grad_i = grad_c * g, grad_g = grad_c * i;
    grad[1] = grad_c * f;
    /* i, f, o = sigma(u + a),   g = tanh(u + a) */
    grad_a[0] = grad_u[0] = grad_i * i * (1 - i);
    grad_a[1] = grad_u[1] = grad_f * f * (1 - f);
    grad_a[2] = grad_u[2] = grad_g * (1 - g * g);
    grad_a[3] = grad_u[3] = grad_o * o * (1 - o);
    grad[0] = (vec){0};
}

#include "sweep.h"
