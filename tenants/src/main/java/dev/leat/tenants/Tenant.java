package dev.leat.tenants;

import dev.leat.contract.TenantId;
import java.time.Instant;

/**
 * A tenant of the platform.
 *
 * @param createdAt in whole milliseconds
 */
public record Tenant(TenantId id, Instant createdAt) {}
