/* Copies 4 KiB one byte at a time, turning letters to upper case: what much parsing comes down to. */
#include "kernel.h"

#define LENGTH 4096

static uint8_t from[LENGTH], to[LENGTH];

APART void copy(uint8_t *target, const uint8_t *source, uint32_t length) {
#pragma clang loop unroll(disable) vectorize(disable)
  for (uint32_t i = 0; i < length; i++) {
    uint8_t byte = source[i];
    target[i] = (uint8_t)(byte - 'a') < 26 ? byte - 32 : byte;
  }
}

KERNEL {
  uint64_t sum = 0;
  for (uint32_t i = 0; i < LENGTH; i++) from[i] = (uint8_t)(i % 96 + 32);
  while (times-- > 0) {
    from[times % LENGTH] = (uint8_t)sum;
    copy(to, from, LENGTH);
    sum = mix(sum, to[times % LENGTH]);
  }
  return sum;
}
