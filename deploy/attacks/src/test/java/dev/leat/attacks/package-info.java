/**
 * Attacks on a node that runs in a JVM of its own with 512 MB, each beside a neighbour whose calls
 * must go on. {@link dev.leat.attacks.Siege} says what is asserted of all; the test classes hold
 * the attacks.
 */
@NullMarked
package dev.leat.attacks;

import org.jspecify.annotations.NullMarked;
