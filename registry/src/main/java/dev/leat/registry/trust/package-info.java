/**
 * Which modules a tenant takes for good: its {@link dev.leat.registry.trust.TrustPolicy policy},
 * and the {@link dev.leat.registry.trust.ModuleSignature signatures} of what it has. Publishing,
 * installing and deploying ask it; calls ask {@link dev.leat.registry.trust.DrainedModules}. The
 * keys themselves are in {@code key}.
 */
@NullMarked
package dev.leat.registry.trust;

import org.jspecify.annotations.NullMarked;
