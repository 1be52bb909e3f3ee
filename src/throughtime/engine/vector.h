/* Vectors of `real`, as wide as the build's instruction set, and the two functions of the cells.
 *
 * Written in the vector extensions that gcc and clang share, so that one source serves AVX-512,
 * AVX2, NEON and plain SSE2; REAL_IS_DOUBLE chooses between float and double. */

#ifndef THROUGHTIME_VECTOR_H
#define THROUGHTIME_VECTOR_H

#include <stdint.h>
#include <string.h>
#ifdef __AVX512F__
#include <immintrin.h>
#endif

#if defined(__AVX512F__)
#define VECTOR_BYTES 64
#elif defined(__AVX2__)
#define VECTOR_BYTES 32
#else
#define VECTOR_BYTES 16
#endif

#ifdef REAL_IS_DOUBLE
typedef double real;
typedef int64_t bits;
#define SIGN INT64_MIN
#define MANTISSA 52
#define BIAS 1023
#define TANH_IS_ONE 20.0  /* from here on, to the last digit */
#define EXP_IS_ZERO 760.0 /* of minus this and below, denormal numbers included */
#else
typedef float real;
typedef int32_t bits;
#define SIGN INT32_MIN
#define MANTISSA 23
#define BIAS 127
#define TANH_IS_ONE 10.0f
#define EXP_IS_ZERO 110.0f
#endif

enum { LANES = VECTOR_BYTES / sizeof(real) };

typedef real vec __attribute__((vector_size(VECTOR_BYTES)));
typedef bits veci __attribute__((vector_size(VECTOR_BYTES)));

#define INLINE static inline __attribute__((always_inline))

INLINE vec load(const real *p) {
    vec v;
    memcpy(&v, p, sizeof v);
    return v;
}

INLINE void store(real *p, vec v) { memcpy(p, &v, sizeof v); }

/* The first n lanes; the others are zero. n may be LANES or more. */
INLINE vec load_some(const real *p, int64_t n) {
    if (n >= LANES) return load(p);
    vec v = {0};
    memcpy(&v, p, (size_t)n * sizeof(real));
    return v;
}

INLINE void store_some(real *p, vec v, int64_t n) {
    if (n >= LANES)
        store(p, v);
    else
        memcpy(p, &v, (size_t)n * sizeof(real));
}

INLINE vec all(real x) { return x - (vec){0}; } /* + would make 0 of -0 */

/* a where the mask is set, b elsewhere. */
INLINE vec choose(veci mask, vec a, vec b) {
    return (vec)(((veci)a & mask) | ((veci)b & ~mask));
}

/* |x|, or `most` where that is less; NaN stays NaN, for it is not above. */
INLINE vec magnitude(vec x, real most) {
    const vec a = (vec)((veci)x & ~((veci){0} + SIGN));
    return choose(a > most, all(most), a);
}

INLINE vec with_sign_of(vec x, vec sign) {
    const veci mask = (veci){0} + SIGN;
    return (vec)(((veci)x & ~mask) | ((veci)sign & mask));
}

/* 2^n for whole n in the range of normal numbers. */
INLINE vec power_of_two(veci n) { return (vec)((n + BIAS) << MANTISSA); }

/* e^x - 1 = 2^n (p + 1) - 1, as 2^n and p: x = n ln 2 + r with |r| <= ln 2 / 2, and p = e^r - 1 by
 * Taylor's polynomial, whose remainder is below half a unit in the last place. */
typedef struct {
    vec p;
    veci n;
} Expm1;

INLINE Expm1 expm1_parts(vec x) {
#ifdef REAL_IS_DOUBLE
    const real shift = 0x1.8p52, log2e = 0x1.71547652b82fep0;
    const real ln2_high = 0x1.62e42fefa3800p-1, ln2_low = 0x1.ef35793c76730p-45;
    static const real taylor[] = {1.0 / 6227020800, 1.0 / 479001600, 1.0 / 39916800,
                                  1.0 / 3628800,    1.0 / 362880,    1.0 / 40320,
                                  1.0 / 5040,       1.0 / 720,       1.0 / 120,
                                  1.0 / 24,         1.0 / 6,         0.5};
#else
    const real shift = 0x1.8p23f, log2e = 0x1.715476p0f;
    const real ln2_high = 0x1.62e400p-1f, ln2_low = 0x1.7f7d1cp-20f;
    static const real taylor[] = {1.f / 5040, 1.f / 720, 1.f / 120, 1.f / 24, 1.f / 6, 0.5f};
#endif
    const vec shifted = x * log2e + shift; /* rounds to the nearest whole number */
    const vec n = shifted - shift;
    const vec r = (x - n * ln2_high) - n * ln2_low;
    vec q = all(taylor[0]);
    for (unsigned i = 1; i < sizeof taylor / sizeof *taylor; i++) q = q * r + taylor[i];
    return (Expm1){r + r * r * q, (veci)shifted - (veci)all(shift)};
}

/* a / b, for b from 1 to 2^32. */
INLINE vec divide(vec a, vec b) {
#if defined(__AVX512F__) && !defined(REAL_IS_DOUBLE)
    /* Newton's steps for 1 / b, and for what is left of a / b: a third of the time of a division */
    vec r = (vec)_mm512_rcp14_ps((__m512)b);
    r += r * (1 - b * r);
    const vec q = a * r;
    return q + r * (a - b * q);
#else
    return a / b;
#endif
}

/* tanh x = sign(x) m / (m + 2) with m = e^{2|x|} - 1, which keeps its digits where x is small. */
INLINE vec tanh_(vec x) {
    const vec a = magnitude(x, TANH_IS_ONE);
    const Expm1 e = expm1_parts(a + a);
    const vec scale = power_of_two(e.n), m = e.p * scale + (scale - 1);
    return with_sign_of(divide(m, m + 2), x);
}

/* e^{-|x|} */
INLINE vec exp_of_minus(vec x) {
    const Expm1 e = expm1_parts(-magnitude(x, EXP_IS_ZERO));
    /* 2^n may be below the normal numbers; half of n and then the other half is not */
    const veci half = e.n >> 1;
    return (e.p + 1) * power_of_two(half) * power_of_two(e.n - half);
}

/* sigma(x) = e^{min(x, 0)} / (1 + e^{-|x|}): nothing overflows, and what is tiny is exact. */
INLINE vec sigmoid(vec x) {
    const vec power = exp_of_minus(x);
    return divide(choose(x < 0, power, all(1)), 1 + power);
}

#endif
