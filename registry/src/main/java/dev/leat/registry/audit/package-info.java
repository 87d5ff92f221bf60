/** Who changed what, when: each record is kept in the same transaction as the change itself. */
@NullMarked
package dev.leat.registry.audit;

import org.jspecify.annotations.NullMarked;
