/**
 * The engine on Chicory 1.7.5, the only package that imports it: modules are compiled to JVM
 * classes, rewritten to count fuel, and run on a memory of our own that can be put back.
 */
@NullMarked
package dev.leat.engine.chicory;

import org.jspecify.annotations.NullMarked;
