/**
 * A cluster of real processes on this machine, the load it is put under, and the account of what
 * became of each request. What is broken, and what must hold then, is not said here.
 */
@NullMarked
package dev.leat.failures.rig;

import org.jspecify.annotations.NullMarked;
