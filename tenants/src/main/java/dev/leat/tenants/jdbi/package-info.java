/**
 * The stores of tenants, tokens, quotas and signing keys as tables of H2 or PostgreSQL, through
 * JDBI, and the migrations that make those tables. The stores' laws are stated at their ports.
 */
@NullMarked
package dev.leat.tenants.jdbi;

import org.jspecify.annotations.NullMarked;
