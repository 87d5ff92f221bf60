/** How steps ask powers and are answered: JSON objects in and out, in memory of the guest. */
@NullMarked
package dev.leat.worker.capability.step;

import org.jspecify.annotations.NullMarked;
