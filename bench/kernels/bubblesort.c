/* Bubble sort of 200 numbers: loads, stores and branches that are hard to foresee. */
#include "kernel.h"

#define COUNT 200

static uint32_t numbers[COUNT];

KERNEL {
  uint64_t sum = 0;
  uint32_t seed = 7;
  while (times-- > 0) {
    for (uint32_t i = 0; i < COUNT; i++) numbers[i] = random_next(&seed);
    for (uint32_t end = COUNT - 1; end > 0; end--)
      for (uint32_t i = 0; i < end; i++)
        if (numbers[i] > numbers[i + 1]) {
          uint32_t kept = numbers[i];
          numbers[i] = numbers[i + 1];
          numbers[i + 1] = kept;
        }
    sum = mix(sum, numbers[COUNT / 2]);
  }
  return sum;
}
