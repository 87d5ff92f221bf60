/**
 * What tenants tell their functions and nobody else. Their values come in by the control plane and
 * go to workers, which ask for them here; nothing else gives them out.
 */
@NullMarked
package dev.leat.tenants.secret;

import org.jspecify.annotations.NullMarked;
