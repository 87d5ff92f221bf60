/**
 * Bytes in a bucket of S3, or of another service that speaks its protocol. Loaded only where the
 * configuration says so.
 */
@NullMarked
package dev.leat.store.s3;

import org.jspecify.annotations.NullMarked;
