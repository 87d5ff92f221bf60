/** From which level on lines of a function's log are kept, said while it runs. */
@NullMarked
package dev.leat.registry.loglevel;

import org.jspecify.annotations.NullMarked;
