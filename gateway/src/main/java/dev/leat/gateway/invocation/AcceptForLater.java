package dev.leat.gateway.invocation;

import dev.leat.contract.ProblemCode;
import dev.leat.gateway.http.RequestIds;
import dev.leat.gateway.pipeline.Next;
import dev.leat.gateway.pipeline.Step;
import dev.leat.invocations.async.IdempotencyKey;
import dev.leat.invocations.async.NewInvocation;
import dev.leat.registry.route.Route.Target;
import io.vertx.core.http.HttpHeaders;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Has a call accepted whose caller asks for that; the caller is answered when it is committed, by
 * {@link TellAcceptance}. Other calls go on.
 */
final class AcceptForLater implements Step<InvocationExchange> {
  private static final CharSequence KEY = HttpHeaders.createOptimized("idempotency-key");

  private final AsyncAcceptance accepting;
  private final CallOf calls;

  AcceptForLater(AsyncAcceptance accepting, CallOf calls) {
    this.accepting = accepting;
    this.calls = calls;
  }

  @Override
  public Next take(InvocationExchange exchange) {
    if (!Preferences.isAsync(exchange.request().headers())) {
      return Next.GO_ON;
    }
    Optional<String> key = key(exchange.request().headers().get(KEY));
    if (key.isPresent() && !IdempotencyKey.isValid(key.get())) {
      return exchange.refuse(
          ProblemCode.INVALID_REQUEST,
          "Idempotency-Key must be 1-%d printable characters without spaces."
              .formatted(IdempotencyKey.CHARS_MAX));
    }
    Target called = exchange.called();
    accepting.accept(
        new NewInvocation(
            RequestIds.fresh(),
            called.version().ref(),
            calls.of(exchange),
            CallOf.origin(exchange),
            called.async().maxAge(),
            key,
            Optional.empty(),
            0),
        exchange::accepted);
    return Next.WAIT;
  }

  /** As sent, or without the quotes of a structured field (RFC 8941, 3.3.3). */
  private static Optional<String> key(@Nullable String field) {
    if (field == null) {
      return Optional.empty();
    }
    boolean isQuoted = field.length() > 2 && field.startsWith("\"") && field.endsWith("\"");
    return Optional.of(isQuoted ? field.substring(1, field.length() - 1) : field);
  }
}
