/* The Elman cell's f is tanh. */

#include "vector.h"

#define CELL elman_tanh

INLINE vec f(vec a) { return tanh_(a); }
INLINE vec slope(vec h) { return 1 - h * h; }

#include "elman.h"
