/** The power {@code http}. No release serves it yet: it is denied to everyone. */
@NullMarked
package dev.leat.worker.capability.http;

import org.jspecify.annotations.NullMarked;
