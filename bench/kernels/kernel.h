/*
 * kernel.h - what every compute kernel shares.
 *
 * A kernel exports `run(i32 times) -> i64`: the same work so many times over, and a checksum of what came out, by
 * which engines are compared before their times are.
 */
#ifndef KERNEL_H
#define KERNEL_H

#include <stdint.h>

#define KERNEL __attribute__((export_name("run"), visibility("default"))) uint64_t run(uint32_t times)
#define APART __attribute__((noinline)) static

/* FNV-1a's step, on 64 bits. */
static inline uint64_t mix(uint64_t sum, uint64_t value) { return (sum ^ value) * 0x100000001b3ull; }

/* Marsaglia's xorshift32: the same numbers everywhere. */
static inline uint32_t random_next(uint32_t *state) {
  *state ^= *state << 13;
  *state ^= *state >> 17;
  *state ^= *state << 5;
  return *state;
}

#endif
