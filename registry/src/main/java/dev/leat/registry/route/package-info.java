/** Every function in memory, for event loops: which version answers a request. */
@NullMarked
package dev.leat.registry.route;

import org.jspecify.annotations.NullMarked;
