/** The power {@code secrets}: values that a tenant's functions are told, and nobody else. */
@NullMarked
package dev.leat.worker.capability.secret;

import org.jspecify.annotations.NullMarked;
