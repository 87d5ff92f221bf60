/**
 * What is broken in a cluster of real processes under load, and what must hold all the same: each
 * scenario is one row of the table in docs/RELIABILITY.md. Run by {@code bench/run failures}.
 */
@NullMarked
package dev.leat.failures;

import org.jspecify.annotations.NullMarked;
