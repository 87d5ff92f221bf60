package dev.leat.gateway.control.reply;

import dev.leat.registry.module.PublishedModule;
import org.jspecify.annotations.Nullable;

/** A published module; no {@code keyId} if nobody signed it. */
public record ModuleReply(
    String name,
    String version,
    String digest,
    long size,
    @Nullable String keyId,
    String publishedAt) {
  public static ModuleReply of(PublishedModule module) {
    return new ModuleReply(
        module.name(),
        module.version(),
        module.digest().toString(),
        module.size(),
        module.keyId().isEmpty() ? null : module.keyId(),
        module.publishedAt().toString());
  }
}
