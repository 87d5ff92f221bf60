/**
 * Persistence that rooms share: a database as stores use it, and how a store fails. Each room keeps
 * its own tables, migrations and stores.
 */
@NullMarked
package dev.leat.store;

import org.jspecify.annotations.NullMarked;
