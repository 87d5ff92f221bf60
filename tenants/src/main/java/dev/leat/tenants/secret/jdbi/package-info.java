/** Secrets in the platform's database. */
@NullMarked
package dev.leat.tenants.secret.jdbi;

import org.jspecify.annotations.NullMarked;
