/** The execution records in a relational database: H2 or PostgreSQL. */
@NullMarked
package dev.leat.invocations.jdbi;

import org.jspecify.annotations.NullMarked;
