/**
 * What functions may ask of the host below what their manifests grant and their tenants allow: set
 * by a tenant's administrators, kept for the function whichever its version, asked by the worker at
 * each host call.
 */
@NullMarked
package dev.leat.registry.permission;

import org.jspecify.annotations.NullMarked;
