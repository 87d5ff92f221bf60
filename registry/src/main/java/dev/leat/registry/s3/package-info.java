/**
 * The registry's module bytes in a bucket of S3, or of another service that speaks its protocol.
 * Loaded only where the configuration says so.
 */
@NullMarked
package dev.leat.registry.s3;

import org.jspecify.annotations.NullMarked;
