package dev.leat.gateway.control.reply;

import dev.leat.tenants.SigningKeyStore;
import java.util.List;

/** The key that signs tokens, and those before it that verify still. */
public record SigningKeyReply(String kid, String createdAt, List<RetiredKeyReply> retired) {
  public static SigningKeyReply of(SigningKeyStore.Keys keys) {
    return new SigningKeyReply(
        keys.signing().id(),
        keys.signing().createdAt().toString(),
        keys.retired().stream().map(RetiredKeyReply::of).toList());
  }
}
