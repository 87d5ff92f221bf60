/**
 * What a function may ask of the host, and how it is decided: {@link
 * dev.leat.contract.permission.Permission} names a kind of request and what it may be about, {@link
 * dev.leat.contract.permission.Permits} decides by those of the manifest, of the function and of
 * the tenant. The registry keeps them, the worker asks at each host call.
 */
@NullMarked
package dev.leat.contract.permission;

import org.jspecify.annotations.NullMarked;
