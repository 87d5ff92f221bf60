/** What tenants used, in a relational database: H2 or PostgreSQL. */
@NullMarked
package dev.leat.tenants.usage.jdbi;

import org.jspecify.annotations.NullMarked;
