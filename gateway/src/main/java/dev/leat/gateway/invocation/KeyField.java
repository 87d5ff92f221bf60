package dev.leat.gateway.invocation;

import dev.leat.contract.ProblemCode;
import dev.leat.gateway.pipeline.Next;
import dev.leat.invocations.async.IdempotencyKey;
import io.vertx.core.http.HttpHeaders;
import java.util.Optional;

/** The field {@code Idempotency-Key}. */
final class KeyField {
  private static final CharSequence NAME = HttpHeaders.createOptimized("idempotency-key");

  private KeyField() {}

  static boolean isIn(InvocationExchange exchange) {
    return exchange.request().headers().contains(NAME);
  }

  /** As sent, or without the quotes of a structured field (RFC 8941, 3.3.3). */
  static Optional<String> of(InvocationExchange exchange) {
    String field = exchange.request().headers().get(NAME);
    if (field == null) {
      return Optional.empty();
    }
    boolean isQuoted = field.length() > 2 && field.startsWith("\"") && field.endsWith("\"");
    return Optional.of(isQuoted ? field.substring(1, field.length() - 1) : field);
  }

  static Next refuse(InvocationExchange exchange) {
    return exchange.refuse(
        ProblemCode.INVALID_REQUEST,
        "Idempotency-Key must be 1-%d printable characters without spaces."
            .formatted(IdempotencyKey.CHARS_MAX));
  }
}
