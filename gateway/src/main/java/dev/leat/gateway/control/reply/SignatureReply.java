package dev.leat.gateway.control.reply;

import dev.leat.registry.trust.ModuleSignature;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** That a key vouches for a module; no {@code revokedAt} while the key was not revoked. */
public record SignatureReply(
    String publisher,
    String keyId,
    String signedAt,
    @Nullable String revokedAt,
    boolean isPublisherGone) {
  public static SignatureReply of(ModuleSignature signature) {
    return new SignatureReply(
        signature.publisher().value(),
        signature.kid(),
        signature.signedAt().toString(),
        signature.revokedAt().map(Instant::toString).orElse(null),
        signature.orphaned().isPresent());
  }
}
