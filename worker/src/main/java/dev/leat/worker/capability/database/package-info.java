/**
 * The power {@code database}: SQL in databases that an operator lets a tenant's functions reach.
 * What a statement does is decided by {@link dev.leat.worker.sql}, and it is done by {@link
 * dev.leat.worker.jdbc}.
 */
@NullMarked
package dev.leat.worker.capability.database;

import org.jspecify.annotations.NullMarked;
