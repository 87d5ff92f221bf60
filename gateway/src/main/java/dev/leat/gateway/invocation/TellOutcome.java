package dev.leat.gateway.invocation;

import dev.leat.contract.FunctionVersion;
import dev.leat.contract.Headers;
import dev.leat.contract.Outcome;
import dev.leat.contract.trace.TraceParent;
import dev.leat.gateway.pipeline.Next;
import dev.leat.gateway.pipeline.RateLimit;
import dev.leat.gateway.pipeline.RetryAfter;
import dev.leat.gateway.pipeline.Step;
import dev.leat.tenants.QuotaLeft;
import io.vertx.core.MultiMap;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerResponse;
import java.time.Duration;

/** Turns the outcome into a response, or into a problem: one switch over every ending. */
final class TellOutcome implements Step<InvocationExchange> {
  // Names made once: one given as text is hashed again for each response.
  private static final CharSequence FUNCTION_VERSION =
      HttpHeaders.createOptimized("leat-function-version");
  private static final CharSequence SERVER_TIMING = HttpHeaders.createOptimized("server-timing");
  private static final CharSequence RATE_LIMIT = HttpHeaders.createOptimized("ratelimit");
  private static final CharSequence FUEL = HttpHeaders.createOptimized("leat-fuel");

  private static final Duration RETRY_AFTER = Duration.ofSeconds(1);
  private static final byte[] NO_BODY = new byte[0];

  @Override
  public Next take(InvocationExchange exchange) {
    FunctionVersion version = exchange.called().version();
    Outcome outcome = exchange.outcome();
    HttpServerResponse response = exchange.response();
    // Added, not put: putting looks for the name first, and none of these can be there.
    response
        .headers()
        .add(FUNCTION_VERSION, version.label())
        .add(SERVER_TIMING, ServerTiming.of(outcome.usage(), exchange.elapsedNanos()))
        .add(FUEL, Long.toString(outcome.usage().fuel()));
    QuotaLeft left = exchange.quotaLeft();
    if (left != null) {
      response.headers().add(RATE_LIMIT, RateLimit.of(left));
    }
    return switch (outcome) {
      case Outcome.Responded responded -> respond(exchange, responded);
      case Outcome.Overloaded overloaded -> {
        RetryAfter.put(response, overloaded.retryAfter());
        yield exchange.refuse(OutcomeProblems.of(version, outcome));
      }
      case Outcome.StoreUnavailable unavailable -> {
        RetryAfter.put(response, unavailable.retryAfter());
        yield exchange.refuse(OutcomeProblems.of(version, outcome));
      }
      case Outcome.WorkerLost lost -> {
        if (!lost.started()) {
          RetryAfter.put(response, RETRY_AFTER);
        }
        yield exchange.refuse(OutcomeProblems.of(version, outcome));
      }
      case Outcome.GuestFailed _,
          Outcome.Trapped _,
          Outcome.StackExhausted _,
          Outcome.TimedOut _,
          Outcome.FuelExhausted _,
          Outcome.MemoryExceeded _,
          Outcome.ResponseTooLarge _,
          Outcome.Cancelled _,
          Outcome.Unrunnable _,
          Outcome.Tampered _ ->
          exchange.refuse(OutcomeProblems.of(version, outcome));
    };
  }

  /** Answers as the function did. */
  static Next respond(InvocationExchange exchange, Outcome.Responded responded) {
    HttpServerResponse response = exchange.response();
    MultiMap fields = response.headers();
    Headers headers = responded.headers();
    for (int i = 0; i < headers.size(); i++) {
      if (!isOfPlatform(headers.name(i))) {
        fields.add(headers.name(i), headers.value(i));
      }
    }
    int status = responded.status();
    if (status != response.getStatusCode()) {
      response.setStatusCode(status);
    }
    if (status >= 400) {
      response.putHeader("leat-error-source", "function");
    }
    // 204 and 304 end at their header fields (RFC 9110, 6.4.1).
    exchange.answer(status == 204 || status == 304 ? NO_BODY : responded.body());
    return Next.GO_ON;
  }

  private static boolean isOfPlatform(String name) {
    return name.regionMatches(true, 0, "leat-", 0, 5)
        || name.equalsIgnoreCase("x-request-id")
        || name.equalsIgnoreCase("server-timing")
        || name.equalsIgnoreCase("ratelimit")
        || name.equalsIgnoreCase("ratelimit-policy")
        || name.equalsIgnoreCase(TraceParent.FIELD);
  }
}
