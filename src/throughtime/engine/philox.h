/* Random numbers that are a function of where they are used: no state, no order, no sharing.
 *
 * Philox 4x64-10 (Salmon et al., "Parallel random numbers: as easy as 1, 2, 3", 2011). */

#ifndef THROUGHTIME_PHILOX_H
#define THROUGHTIME_PHILOX_H

#include <stdint.h>

typedef struct {
    uint64_t word[4];
} Philox;

static Philox philox(uint64_t seed, uint64_t row, uint64_t step) {
    Philox x = {{step, row, 0, 0}};
    uint64_t key[2] = {seed, 0};
    for (int round = 0; round < 10; round++) {
        const unsigned __int128 a = (unsigned __int128)0xD2E7470EE14C6C93u * x.word[0];
        const unsigned __int128 b = (unsigned __int128)0xCA5A826395121157u * x.word[2];
        x = (Philox){{(uint64_t)(b >> 64) ^ x.word[1] ^ key[0], (uint64_t)b,
                      (uint64_t)(a >> 64) ^ x.word[3] ^ key[1], (uint64_t)a}};
        key[0] += 0x9E3779B97F4A7C15u, key[1] += 0xBB67AE8584CAA73Bu;
    }
    return x;
}

/* Uniform from 0 to below 1. */
static double uniform(uint64_t word) { return (double)(word >> 11) * 0x1p-53; }

#endif
