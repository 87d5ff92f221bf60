package dev.leat.gateway.control.reply;

import dev.leat.tenants.SigningKeyStore;

/** A key that signed tokens, and verifies them still. */
public record RetiredKeyReply(String kid, String createdAt, String verifiesUntil) {
  static RetiredKeyReply of(SigningKeyStore.Retired key) {
    return new RetiredKeyReply(
        key.id(), key.createdAt().toString(), key.verifiesUntil().toString());
  }
}
