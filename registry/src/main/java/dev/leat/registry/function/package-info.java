/**
 * Functions and their versions. {@link dev.leat.registry.function.DeployFunction} turns a manifest
 * and a module into the next version; a version never changes afterwards.
 */
@NullMarked
package dev.leat.registry.function;

import org.jspecify.annotations.NullMarked;
