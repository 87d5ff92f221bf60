/**
 * What tests share: a clock that is set by hand, seeded randomness, temporary databases and modules
 * built byte by byte. Test scope only; nothing that is shipped depends on it.
 */
@NullMarked
package dev.leat.testkit;

import org.jspecify.annotations.NullMarked;
