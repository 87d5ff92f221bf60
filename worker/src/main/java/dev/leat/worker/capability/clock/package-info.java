/** The clocks that every guest has: the node's, or a call's own under fixed conditions. */
@NullMarked
package dev.leat.worker.capability.clock;

import org.jspecify.annotations.NullMarked;
