/**
 * What functions have asked of the host, and the smallest manifest that would have done: {@code
 * leat caps used} and {@code suggest}.
 */
@NullMarked
package dev.leat.registry.capability;

import org.jspecify.annotations.NullMarked;
