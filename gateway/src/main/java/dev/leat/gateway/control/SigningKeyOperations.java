package dev.leat.gateway.control;

import dev.leat.gateway.control.reply.SigningKeyReply;
import dev.leat.gateway.control.request.Rotation;
import dev.leat.tenants.SigningKeys;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;

/** The keys that sign the platform's tokens. */
final class SigningKeyOperations {
  private final SigningKeys keys;

  SigningKeyOperations(SigningKeys keys) {
    this.keys = keys;
  }

  Map<String, Operation> byId() {
    return Map.of(
        "getJwks",
            call ->
                new Reply.Bytes("application/json", keys.jwks().getBytes(StandardCharsets.UTF_8)),
        "getSigningKey", call -> Reply.ok(SigningKeyReply.of(keys.shown())),
        "rotateSigningKey", this::rotate);
  }

  private Reply rotate(Call call) {
    Optional<Duration> overlap =
        Optional.ofNullable(call.json(Rotation.class).overlapSeconds()).map(Duration::ofSeconds);
    return Reply.ok(keys.rotate(overlap).map(SigningKeyReply::of));
  }
}
