package dev.leat.gateway.invocation;

import dev.leat.contract.Excerpt;
import dev.leat.contract.Problem;
import dev.leat.contract.ProblemCode;
import dev.leat.contract.permission.HttpTarget;
import dev.leat.contract.permission.Permission;
import dev.leat.contract.permission.PermissionType;
import dev.leat.gateway.http.RequestIds;
import dev.leat.gateway.pipeline.Next;
import dev.leat.gateway.pipeline.Step;
import dev.leat.invocations.async.CallerKey;
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

  private static final CharSequence CALLBACK_URL = HttpHeaders.createOptimized("leat-callback-url");

  /** As long as a row keeps it. */
  private static final int CALLBACK_CHARS_MAX = 2_000;

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
    Optional<String> key = KeyField.of(exchange);
    if (key.isPresent() && !IdempotencyKey.isValid(key.get())) {
      return KeyField.refuse(exchange);
    }
    Target called = exchange.called();
    String callback = exchange.request().headers().get(CALLBACK_URL);
    Problem problem = callback == null ? null : refusal(callback, called);
    if (problem != null) {
      return exchange.refuse(problem);
    }
    accepting.accept(
        new NewInvocation(
            RequestIds.fresh(),
            called.version().ref(),
            calls.of(exchange),
            CallOf.origin(exchange),
            called.async().maxAge(),
            key.map(it -> new CallerKey(KeyOwner.of(exchange), it, KeyOwner.asked(exchange))),
            Optional.ofNullable(callback),
            0),
        exchange::accepted);
    return Next.WAIT;
  }

  /** Why nothing would be sent there; null if it would. */
  private @Nullable Problem refusal(String url, Target called) {
    Optional<HttpTarget> target =
        url.length() > CALLBACK_CHARS_MAX ? Optional.empty() : HttpTarget.of(url);
    if (target.isEmpty()) {
      return Problem.of(
          ProblemCode.INVALID_REQUEST,
          "Leat-Callback-Url must be an http or https URL of at most %d characters."
              .formatted(CALLBACK_CHARS_MAX));
    }
    if (called.async().callbacks().stream()
        .noneMatch(it -> Permission.of(PermissionType.HTTP_WRITE, it).matches(target.get()))) {
      return Problem.of(
          ProblemCode.CALLBACK_NOT_ALLOWED,
          "Function '%s' does not allow callbacks to '%s'. Its manifest's async.callbacks allows %s."
              .formatted(
                  called.version(),
                  Excerpt.of(target.get().toString()),
                  called.async().callbacks().isEmpty() ? "none" : called.async().callbacks()));
    }
    return accepting.mayReach(called.version().function().tenant(), target.get())
        ? null
        : Problem.of(
            ProblemCode.CALLBACK_NOT_ALLOWED,
            "The address of '%s' is not one that functions may reach."
                .formatted(Excerpt.of(target.get().host())));
  }
}
