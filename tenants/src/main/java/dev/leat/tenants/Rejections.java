package dev.leat.tenants;

import dev.leat.contract.TenantId;
import java.util.Optional;

/**
 * How many requests a quota has turned away since the start.
 *
 * @param tenant whose; empty for all that are not told apart
 * @param quota its name
 */
public record Rejections(Optional<TenantId> tenant, String quota, long count) {}
