/**
 * Which versions of a function answer: how the traffic is moved, step by step or back at once, and
 * the names that versions are called by. What is decided here is kept by {@code function} and
 * followed by {@code route}.
 */
@NullMarked
package dev.leat.registry.release;

import org.jspecify.annotations.NullMarked;
