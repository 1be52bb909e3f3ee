/* Functions of vectors that programs have, besides those of the cells in vector.h. */

#ifndef THROUGHTIME_FUNCTIONS_H
#define THROUGHTIME_FUNCTIONS_H

#include "vector.h"

#include <math.h>

#ifdef REAL_IS_DOUBLE
#define OF_REAL(function) function
#else
#define OF_REAL(function) function##f
#endif

/* e^x, which is infinite above and zero below; half of 2^n and then the other half, since 2^n alone
 * may be no normal number. */
INLINE vec exponential(vec x) {
    const vec most = all(EXP_IS_ZERO);
    const Expm1 e = expm1_parts(choose(x > most, most, choose(x < -most, -most, x)));
    const veci half = e.n >> 1;
    return (e.p + 1) * power_of_two(half) * power_of_two(e.n - half);
}

/* ln x = n ln 2 + ln m with x = 2^n m and m from sqrt(1/2) to sqrt(2); with s = (m - 1) / (m + 1),
 * ln m = 2 s + s R(s^2), R a polynomial (fdlibm's). */
INLINE vec logarithm(vec x) {
#ifdef REAL_IS_DOUBLE
    static const real R[] = {0x1.2f112df3e5244p-3, 0x1.39a09d078c69fp-3, 0x1.7466496cb03dep-3,
                             0x1.c71c51d8e78afp-3, 0x1.2492494229359p-2, 0x1.999999997fa04p-2,
                             0x1.5555555555593p-1};
    const real ln2_high = 0x1.62e42fee00000p-1, ln2_low = 0x1.a39ef35793c76p-33;
    const bits root = 0x3fe6a09e667f3bcd; /* of sqrt(1/2) */
    const real least = 0x1p-1022, up = 0x1p54;
    const bits by_up = 54;
#else
    static const real R[] = {0x1.f13c4cp-3f, 0x1.23d3dcp-2f, 0x1.999c26p-2f, 0x1.555554p-1f};
    const real ln2_high = 0x1.62e300p-1f, ln2_low = 0x1.2fefa2p-17f;
    const bits root = 0x3f3504f3;
    const real least = 0x1p-126f, up = 0x1p25f;
    const bits by_up = 25;
#endif
    const veci small = x < least; /* no normal numbers */
    const veci above = (veci)choose(x > 0, choose(small, x * up, x), all(1)) - root;
    const veci exponent = above >> MANTISSA;
    const vec f = (vec)(above - (exponent << MANTISSA) + root) - 1;
    const vec n = __builtin_convertvector(exponent - (small & by_up), vec);
    const vec s = f / (2 + f), z = s * s;
    vec r = all(R[0]);
    for (unsigned i = 1; i < sizeof R / sizeof *R; i++) r = r * z + R[i];
    const vec half = f * f * (real)0.5;
    const vec log = n * ln2_high + (f - (half - (s * (half + z * r) + n * ln2_low)));
    const vec of_less = choose(x == 0, all(-INFINITY), all(NAN));
    return choose(x > 0, choose(x < INFINITY, log, x), choose(x <= 0, of_less, x));
}

/* ln(1 + x), from ln u of the rounded u = 1 + x and what it lost of x. */
INLINE vec log1p_(vec x) {
    const vec u = 1 + x, lost = x - (u - 1);
    const vec log = logarithm(u), exact = log + lost / u;
    return choose((u > 0) & (x < INFINITY), choose(u == 1, x, exact), log);
}

/* A function of the C library, lane by lane. */
#define LANE_BY_LANE(x, function)                                                                 \
    ({                                                                                            \
        vec each = x;                                                                             \
        for (int lane = 0; lane < LANES; lane++) each[lane] = OF_REAL(function)(each[lane]);      \
        each;                                                                                     \
    })

INLINE vec square_root(vec x) {
#if defined(__AVX512F__) && !defined(REAL_IS_DOUBLE)
    return (vec)_mm512_sqrt_ps((__m512)x);
#else
    return LANE_BY_LANE(x, sqrt);
#endif
}

INLINE vec power(vec x, vec exponent) {
    for (int lane = 0; lane < LANES; lane++) x[lane] = OF_REAL(pow)(x[lane], exponent[lane]);
    return x;
}

#endif
