/**
 * The databases that operators let a tenant's functions reach: made, listed, deleted by the control
 * plane, and opened by workers. What opens them is kept encrypted.
 */
@NullMarked
package dev.leat.registry.connection;

import org.jspecify.annotations.NullMarked;
