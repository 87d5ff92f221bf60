/** The power {@code logging}: guest lines in the log, so many of a call and of a tenant. */
@NullMarked
package dev.leat.worker.capability.logging;

import org.jspecify.annotations.NullMarked;
