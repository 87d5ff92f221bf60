/* fib(22) by recursion: nothing but calls. */
#include "kernel.h"

APART uint32_t fib(uint32_t n) { return n < 2 ? n : fib(n - 1) + fib(n - 2); }

KERNEL {
  uint64_t sum = 0;
  while (times-- > 0) sum = mix(sum, fib(22 - (times & 1)));
  return sum;
}
