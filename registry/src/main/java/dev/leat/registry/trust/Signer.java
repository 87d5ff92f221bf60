package dev.leat.registry.trust;

import dev.leat.contract.TenantId;

/**
 * By whom a module is signed.
 *
 * @param publisher whose key it is
 * @param kid the key's thumbprint
 */
public record Signer(TenantId publisher, String kid) {}
