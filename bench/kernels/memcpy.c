/* Copies 16 KiB by memory.copy: one bulk operation. */
#include "kernel.h"

#define LENGTH 16384

static uint8_t from[LENGTH], to[LENGTH];

KERNEL {
  uint64_t sum = 0;
  while (times-- > 0) {
    from[times % LENGTH] = (uint8_t)(sum + times);
    __builtin_memcpy(to, from, LENGTH);
    __asm__ volatile("" : : "r"(to) : "memory"); /* all of it is looked at, as far as the compiler knows */
    sum = mix(sum, to[times % LENGTH]);
  }
  return sum;
}
