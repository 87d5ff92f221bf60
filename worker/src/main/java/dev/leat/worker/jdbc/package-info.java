/**
 * Databases of tenants by JDBC: a pool for each connection that an operator made, sessions of it,
 * and answers as JSON. The platform's own database is never among them.
 */
@NullMarked
package dev.leat.worker.jdbc;

import org.jspecify.annotations.NullMarked;
