/** What workers keep in the platform's database: the values of functions. */
@NullMarked
package dev.leat.worker.jdbi;

import org.jspecify.annotations.NullMarked;
