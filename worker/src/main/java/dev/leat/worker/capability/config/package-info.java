/** The power {@code config}: the manifest's configuration, handed to the guest. */
@NullMarked
package dev.leat.worker.capability.config;

import org.jspecify.annotations.NullMarked;
