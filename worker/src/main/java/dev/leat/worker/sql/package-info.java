/**
 * What SQL statements do, decided from their parsed form: which tables each reads and changes. The
 * one package that knows JSqlParser. The power {@code database} asks it before anything of a
 * statement reaches a database.
 */
@NullMarked
package dev.leat.worker.sql;

import org.jspecify.annotations.NullMarked;
