/**
 * How fast the product is, beside something that needs no argument: compute kernels and the
 * engine's boundary beside stock Chicory and V8, a whole node beside a bare Vert.x handler. Figures
 * are ratios of runs that alternate, since the machine's speed drifts. Run by {@code bench/run};
 * docs/BENCHMARKS.md holds the results.
 */
@NullMarked
package dev.leat.bench;

import org.jspecify.annotations.NullMarked;
