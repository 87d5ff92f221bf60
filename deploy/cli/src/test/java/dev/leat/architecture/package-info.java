/** Tests of the house itself: who may import whom, and that it is kept tidy. */
@NullMarked
package dev.leat.architecture;

import org.jspecify.annotations.NullMarked;
