/**
 * The power {@code http}: requests of functions to servers. Where they may go is decided here for
 * each of them, and again for each redirect; Vert.x sends them.
 */
@NullMarked
package dev.leat.worker.capability.http;

import org.jspecify.annotations.NullMarked;
