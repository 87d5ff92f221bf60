/** The registry's module bytes in a bucket. Loaded only where the configuration says so. */
@NullMarked
package dev.leat.registry.s3;

import org.jspecify.annotations.NullMarked;
