/* The Mandelbrot set on 48 x 48 points, 100 steps at most: floating point without memory. */
#include "kernel.h"

#define SIDE 48

APART uint32_t steps(double cx, double cy) {
  double x = 0, y = 0;
  uint32_t step = 0;
  while (step < 100 && x * x + y * y < 4) {
    double next = x * x - y * y + cx;
    y = 2 * x * y + cy;
    x = next;
    step++;
  }
  return step;
}

KERNEL {
  uint64_t sum = 0;
  while (times-- > 0)
    for (int32_t row = 0; row < SIDE; row++)
      for (int32_t column = 0; column < SIDE; column++)
        sum = mix(sum, steps(-2.0 + 3.0 * column / SIDE, -1.5 + 3.0 * row / SIDE));
  return sum;
}
