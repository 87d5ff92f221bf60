/** The power {@code metrics}: sums that guests record, under bounds. */
@NullMarked
package dev.leat.worker.capability.metrics;

import org.jspecify.annotations.NullMarked;
