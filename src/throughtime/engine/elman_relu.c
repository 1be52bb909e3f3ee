/* The Elman cell's f is relu. */

#include "vector.h"

#define CELL elman_relu

INLINE vec f(vec a) { return choose(a < 0, all(0), a); } /* NaN stays */
INLINE vec slope(vec h) { return choose(h > 0, all(1), all(0)); }

#include "elman.h"
