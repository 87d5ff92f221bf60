/** The engine's compiled modules in files: a cache that may be deleted at any time. */
@NullMarked
package dev.leat.engine.files;

import org.jspecify.annotations.NullMarked;
