/** The power {@code keyValue}: values that a tenant's functions keep between invocations. */
@NullMarked
package dev.leat.worker.capability.keyvalue;

import org.jspecify.annotations.NullMarked;
