package dev.leat.gateway.control.reply;

import dev.leat.registry.module.PublishedModule;
import org.jspecify.annotations.Nullable;

/** A module that a tenant published or installed; no {@code keyId} if nobody signed it. */
public record ModuleReply(
    String publisher,
    String name,
    String version,
    String digest,
    long size,
    @Nullable String keyId,
    String publishedAt) {
  public static ModuleReply of(PublishedModule module) {
    return new ModuleReply(
        module.publisher().value(),
        module.name(),
        module.version(),
        module.digest().toString(),
        module.size(),
        module.keyId().isEmpty() ? null : module.keyId(),
        module.publishedAt().toString());
  }
}
