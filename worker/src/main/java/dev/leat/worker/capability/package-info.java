/**
 * The host powers that guests are granted: logging, metrics, clock and randomness so far; outbound
 * HTTP answers denied. A power that the manifest does not grant does nothing.
 */
@NullMarked
package dev.leat.worker.capability;

import org.jspecify.annotations.NullMarked;
