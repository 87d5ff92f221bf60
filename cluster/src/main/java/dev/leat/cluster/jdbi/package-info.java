/**
 * What nodes of a cluster share as tables of H2 or PostgreSQL, through JDBI, and the migrations
 * that make those tables. The laws are stated at the ports.
 */
@NullMarked
package dev.leat.cluster.jdbi;

import org.jspecify.annotations.NullMarked;
