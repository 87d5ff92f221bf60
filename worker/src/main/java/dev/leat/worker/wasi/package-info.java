/**
 * WASI preview 1 without files: arguments, environment, clocks, random, standard streams, exit.
 * What is not offered answers an errno of the specification.
 */
@NullMarked
package dev.leat.worker.wasi;

import org.jspecify.annotations.NullMarked;
