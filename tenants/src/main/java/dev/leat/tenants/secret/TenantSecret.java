package dev.leat.tenants.secret;

import dev.leat.contract.TenantId;
import java.time.Instant;

/**
 * What may be told of a secret: all but its value.
 *
 * @param version 1, and one more with each rotation
 * @param bytes of the value
 * @param changedBy who set the version
 */
public record TenantSecret(
    TenantId tenant,
    String name,
    long version,
    int bytes,
    Instant createdAt,
    Instant changedAt,
    String changedBy) {
  /** As {@code If-Match} has it. */
  public String etag() {
    return "\"" + version + "\"";
  }
}
