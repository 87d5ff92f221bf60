/** The random bytes that every guest has: the system's, or those that follow from a seed. */
@NullMarked
package dev.leat.worker.capability.random;

import org.jspecify.annotations.NullMarked;
