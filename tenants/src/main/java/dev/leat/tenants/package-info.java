/**
 * Who may do what, and how much: tenants, tokens, roles and quotas. A request's bearer token
 * becomes a {@link dev.leat.tenants.Principal}, {@link dev.leat.tenants.Access} says what that
 * principal may do, {@link dev.leat.tenants.QuotaGate} whether its tenant may do it now. What every
 * request asks is answered from memory; the stores are read at the start and written by
 * administration. What was used is in {@code tenants.usage}.
 */
@NullMarked
package dev.leat.tenants;

import org.jspecify.annotations.NullMarked;
