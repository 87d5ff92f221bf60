package dev.leat.gateway.invocation;

import dev.leat.contract.Outcome;
import dev.leat.contract.Problem;
import dev.leat.contract.ProblemCode;
import dev.leat.contract.Usage;
import dev.leat.gateway.pipeline.Next;
import dev.leat.gateway.pipeline.RetryAfter;
import dev.leat.gateway.pipeline.SendAnswer;
import dev.leat.gateway.pipeline.Step;
import dev.leat.invocations.async.FirstAnswer;
import dev.leat.invocations.async.KeyedCallStore;
import dev.leat.invocations.async.KeyedCalls.Told;
import java.time.Duration;
import java.util.Optional;

/** Answers who sent a call again by its key; the first one goes on. */
final class TellFirstAnswer implements Step<InvocationExchange> {
  private static final String REPLAYED = "leat-replayed";
  private static final Duration RETRY_AFTER = Duration.ofSeconds(1);
  private static final Duration FULL_RETRY_AFTER = Duration.ofMinutes(1);

  private final SendAnswer send = new SendAnswer();

  /** What is kept of an ending: nothing where nothing ran. */
  static Optional<FirstAnswer> kept(InvocationExchange exchange, Outcome outcome) {
    return switch (outcome) {
      case Outcome.Responded it ->
          Optional.of(new FirstAnswer.Response(it.status(), it.headers(), it.body()));
      case Outcome.Overloaded _, Outcome.StoreUnavailable _, Outcome.Cancelled _ ->
          Optional.empty();
      case Outcome.WorkerLost it when !it.started() -> Optional.empty();
      case Outcome.WorkerLost _,
          Outcome.GuestFailed _,
          Outcome.Trapped _,
          Outcome.StackExhausted _,
          Outcome.TimedOut _,
          Outcome.FuelExhausted _,
          Outcome.MemoryExceeded _,
          Outcome.ResponseTooLarge _,
          Outcome.Unrunnable _,
          Outcome.Tampered _ -> {
        Problem problem = OutcomeProblems.of(exchange.called().version(), outcome);
        yield Optional.of(new FirstAnswer.Refusal(problem.code(), problem.detail()));
      }
    };
  }

  @Override
  public Next take(InvocationExchange exchange) {
    return switch (exchange.told()) {
      case null -> Next.GO_ON; // a call without a key
      case Told.First _ -> Next.GO_ON;
      case Told.Pending _ -> {
        RetryAfter.put(exchange.response(), RETRY_AFTER);
        yield exchange.refuse(
            ProblemCode.KEY_PENDING,
            "The first call with this Idempotency-Key has not been answered yet. Send it again later.");
      }
      case Told.Replay(FirstAnswer answer) -> replay(exchange, answer);
      case Told.NoMemory _ ->
          exchange.refuse(
              ProblemCode.OVERLOADED,
              "The call was answered before, but the memory for responses is used up. Try again later.");
      case Told.Reused _ ->
          exchange.refuse(
              ProblemCode.KEY_REUSED,
              "The Idempotency-Key came with another request to this function before. Choose another key.");
      case Told.Full _ -> {
        RetryAfter.put(exchange.response(), FULL_RETRY_AFTER);
        yield exchange.refuse(ProblemCode.QUOTA_EXCEEDED, full(exchange.principal() == null));
      }
      case Told.Overloaded _ ->
          exchange.refuse(
              ProblemCode.OVERLOADED,
              "As many calls with an Idempotency-Key are under way on this node as may. Try again later.");
      case Told.StoreAway _ ->
          exchange.refuse(
              ProblemCode.STORE_UNAVAILABLE,
              "The call did not run: its Idempotency-Key cannot be looked up, since the platform's"
                  + " database cannot be used just now. Try again later.");
    };
  }

  private static String full(boolean isAnonymous) {
    int part = isAnonymous ? KeyedCallStore.ANONYMOUS_PART : 1;
    return "The tenant has %d calls with an Idempotency-Key in 24 hours%s, or %d bytes of their answers, as it may. Send it without one, or later."
        .formatted(
            KeyedCallStore.OF_TENANT_MAX / part,
            isAnonymous ? " from callers without a token" : "",
            KeyedCallStore.BYTES_OF_TENANT_MAX / part);
  }

  private Next replay(InvocationExchange exchange, FirstAnswer answer) {
    exchange.response().putHeader(REPLAYED, "true");
    return switch (answer) {
      case FirstAnswer.Refusal(ProblemCode code, String detail) -> exchange.refuse(code, detail);
      case FirstAnswer.Response first -> {
        TellOutcome.respond(
            exchange,
            new Outcome.Responded(first.status(), first.headers(), first.body(), Usage.NONE));
        yield send.take(exchange);
      }
    };
  }
}
