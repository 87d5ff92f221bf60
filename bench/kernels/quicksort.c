/* Sorts 1,000 numbers with a comparison by function pointer, as qsort does: indirect calls. */
#include "kernel.h"

#define COUNT 1000

typedef int32_t (*comparison)(const uint32_t *, const uint32_t *);

static uint32_t numbers[COUNT];

static int32_t ascending(const uint32_t *a, const uint32_t *b) { return *a < *b ? -1 : *a > *b; }
static int32_t descending(const uint32_t *a, const uint32_t *b) { return ascending(b, a); }

static void swap(uint32_t *a, uint32_t *b) {
  uint32_t kept = *a;
  *a = *b;
  *b = kept;
}

APART void sort(uint32_t *first, uint32_t *last, comparison compare) {
  while (first < last) {
    swap(first, first + (last - first) / 2);
    uint32_t *pivot = first;
    for (uint32_t *at = first + 1; at <= last; at++)
      if (compare(at, first) < 0) swap(++pivot, at);
    swap(first, pivot);
    sort(pivot + 1, last, compare);
    last = pivot - 1;
  }
}

KERNEL {
  uint64_t sum = 0;
  uint32_t seed = 1;
  while (times-- > 0) {
    for (uint32_t i = 0; i < COUNT; i++) numbers[i] = random_next(&seed);
    sort(numbers, numbers + COUNT - 1, times % 2 == 0 ? ascending : descending);
    sum = mix(sum, numbers[COUNT / 2]);
  }
  return sum;
}
