/** The registry's module bytes in a directory of files named by digest. */
@NullMarked
package dev.leat.registry.files;

import org.jspecify.annotations.NullMarked;
