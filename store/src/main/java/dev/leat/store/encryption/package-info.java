/**
 * What is kept so that who has the database alone cannot read it: values under the operator's keys,
 * each bound to its place. The keys are never in the database.
 */
@NullMarked
package dev.leat.store.encryption;

import org.jspecify.annotations.NullMarked;
