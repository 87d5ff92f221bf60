package dev.leat.gateway.control.reply;

import dev.leat.registry.key.PublisherKey;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** A publisher key; no {@code revokedAt} while it is trusted. */
public record KeyReply(
    String kid,
    @Nullable String name,
    String x,
    String createdAt,
    @Nullable String validFrom,
    @Nullable String validUntil,
    @Nullable String revokedAt) {
  public static KeyReply of(PublisherKey key) {
    return new KeyReply(
        key.kid(),
        key.name().isEmpty() ? null : key.name(),
        key.x(),
        key.createdAt().toString(),
        key.validity().from().map(Instant::toString).orElse(null),
        key.validity().until().map(Instant::toString).orElse(null),
        key.revokedAt().map(Instant::toString).orElse(null));
  }
}
