/**
 * The registry's stores in tables, on H2 and PostgreSQL, and the engine's compiled modules. A
 * change and its audit record are one transaction.
 */
@NullMarked
package dev.leat.registry.jdbi;

import org.jspecify.annotations.NullMarked;
