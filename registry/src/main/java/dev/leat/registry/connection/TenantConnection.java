package dev.leat.registry.connection;

import dev.leat.contract.ConnectionUrl;
import dev.leat.contract.TenantId;
import java.time.Instant;

/**
 * A database that a tenant's functions may reach, as it is told: without the password.
 *
 * @param name by which manifests ask for it
 */
public record TenantConnection(
    TenantId tenant,
    String name,
    ConnectionUrl url,
    String user,
    Instant createdAt,
    String createdBy) {}
