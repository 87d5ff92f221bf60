/**
 * What became of invocations: a record of each that reached a worker, kept for a time. Asynchronous
 * work will live here too.
 */
@NullMarked
package dev.leat.invocations;

import org.jspecify.annotations.NullMarked;
