/** Bytes that are too many for rows, by name. */
@NullMarked
package dev.leat.store.blob;

import org.jspecify.annotations.NullMarked;
