/** The scheduler's tables, by JDBI. */
@NullMarked
package dev.leat.scheduler.jdbi;

import org.jspecify.annotations.NullMarked;
