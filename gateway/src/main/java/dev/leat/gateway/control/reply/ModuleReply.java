package dev.leat.gateway.control.reply;

import dev.leat.registry.module.PublishedModule;

/** A published module. */
public record ModuleReply(
    String name, String version, String digest, long size, String keyId, String publishedAt) {
  public static ModuleReply of(PublishedModule module) {
    return new ModuleReply(
        module.name(),
        module.version(),
        module.digest().toString(),
        module.size(),
        module.keyId(),
        module.publishedAt().toString());
  }
}
