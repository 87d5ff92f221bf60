/**
 * Who did what: each record is kept in the transaction of the change itself, gets its place in one
 * chain of hashes, and is covered by a signed checkpoint. What was exported is verified without the
 * platform.
 */
@NullMarked
package dev.leat.audit;

import org.jspecify.annotations.NullMarked;
