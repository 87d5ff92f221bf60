package dev.leat.gateway.control.reply;

import dev.leat.registry.function.Alias;

/** A name for a version of a function. */
public record AliasReply(
    String alias, int version, String label, String changedAt, String changedBy) {
  public static AliasReply of(Alias alias) {
    return new AliasReply(
        alias.name(),
        alias.version(),
        alias.label(),
        alias.changedAt().toString(),
        alias.changedBy());
  }
}
