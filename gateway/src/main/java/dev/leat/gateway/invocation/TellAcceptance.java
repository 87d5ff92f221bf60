package dev.leat.gateway.invocation;

import dev.leat.contract.Problem;
import dev.leat.contract.ProblemCode;
import dev.leat.gateway.pipeline.Next;
import dev.leat.gateway.pipeline.RetryAfter;
import dev.leat.gateway.pipeline.SendAnswer;
import dev.leat.gateway.pipeline.Step;
import dev.leat.invocations.async.Acceptance;
import dev.leat.invocations.async.AsyncStore;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.json.JsonObject;
import java.time.Duration;

/** Answers whose call was accepted, or was not; one switch over all that can have become of it. */
final class TellAcceptance implements Step<InvocationExchange> {
  /** Until some of a backlog has ended. */
  private static final Duration RETRY_AFTER = Duration.ofSeconds(5);

  /** Until some keys are old enough. */
  private static final Duration KEYS_RETRY_AFTER = Duration.ofMinutes(1);

  private final SendAnswer send = new SendAnswer();

  @Override
  public Next take(InvocationExchange exchange) {
    Acceptance acceptance = exchange.acceptance();
    if (acceptance == null) {
      return Next.GO_ON; // a call whose caller waits
    }
    return switch (acceptance) {
      case Acceptance.Accepted accepted -> tell(exchange, accepted);
      case Acceptance.BacklogFull full -> {
        RetryAfter.put(exchange.response(), RETRY_AFTER);
        yield exchange.refuse(
            ProblemCode.QUOTA_EXCEEDED,
            "The tenant's quota '%s' of %d is used up. Try again when some of it has ended, or ask for a higher quota."
                .formatted(full.quota(), full.limit()));
      }
      case Acceptance.KeysFull(long limit) -> {
        RetryAfter.put(exchange.response(), KEYS_RETRY_AFTER);
        yield exchange.refuse(
            ProblemCode.QUOTA_EXCEEDED,
            "The tenant's quota 'async-keys' of %d calls with an Idempotency-Key in 24 hours%s is used up. Send it without one, or later."
                .formatted(
                    limit,
                    limit < AsyncStore.KEYS_OF_TENANT_MAX ? " by callers without a token" : ""));
      }
      case Acceptance.KeyReused _ ->
          exchange.refuse(
              ProblemCode.KEY_REUSED,
              "The Idempotency-Key came with another request to this function before. Choose another key.");
      case Acceptance.Overloaded _ ->
          exchange.refuse(
              ProblemCode.OVERLOADED,
              "This node accepts as many invocations as it can already. Try again later.");
      case Acceptance.StoreAway _ ->
          exchange.refuse(
              Problem.of(
                  ProblemCode.STORE_UNAVAILABLE,
                  "Nobody knows whether the call was accepted: the platform's database cannot be"
                      + " used just now. Repeat it with the same Idempotency-Key, if it had one."));
    };
  }

  private Next tell(InvocationExchange exchange, Acceptance.Accepted accepted) {
    String location =
        "/v1/tenants/%s/invocations/%s"
            .formatted(exchange.called().version().function().tenant(), accepted.id());
    HttpServerResponse response = exchange.response();
    response
        .setStatusCode(202)
        .putHeader("location", location)
        .putHeader("preference-applied", Preferences.RESPOND_ASYNC)
        .putHeader("content-type", "application/json");
    exchange.answer(
        new JsonObject().put("id", accepted.id()).put("location", location).toBuffer().getBytes());
    return send.take(exchange);
  }
}
