/** The audit's tables. */
@NullMarked
package dev.leat.audit.jdbi;

import org.jspecify.annotations.NullMarked;
