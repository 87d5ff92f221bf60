package dev.leat.gateway.control.reply;

import dev.leat.tenants.secret.TenantSecret;

/** What may be told of a secret. */
public record SecretReply(
    String tenant,
    String name,
    long version,
    int bytes,
    String createdAt,
    String changedAt,
    String changedBy) {
  public static SecretReply of(TenantSecret secret) {
    return new SecretReply(
        secret.tenant().value(),
        secret.name(),
        secret.version(),
        secret.bytes(),
        secret.createdAt().toString(),
        secret.changedAt().toString(),
        secret.changedBy());
  }
}
