/**
 * What may run: publishers' keys, signed modules, functions with their versions, and the routing
 * table that finds a function for a request. Modules come in by {@link
 * dev.leat.registry.PublishModule}, functions by {@link dev.leat.registry.DeployFunction}; each
 * change is kept together with its audit record. Running them is the worker's concern.
 */
@NullMarked
package dev.leat.registry;

import org.jspecify.annotations.NullMarked;
