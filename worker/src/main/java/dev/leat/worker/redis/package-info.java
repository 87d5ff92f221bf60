/**
 * Values of functions in a Redis that the operator names, for {@code worker.capability.keyvalue}.
 * What has to be done as one is a script there, beside this package's classes.
 */
@NullMarked
package dev.leat.worker.redis;

import org.jspecify.annotations.NullMarked;
