package dev.leat.gateway.invocation;

import dev.leat.contract.FunctionVersion;
import dev.leat.contract.HttpCall;
import dev.leat.gateway.http.RequestIds;
import dev.leat.gateway.pipeline.Next;
import dev.leat.gateway.pipeline.Step;
import dev.leat.invocations.async.IdempotencyKey;
import dev.leat.invocations.async.KeyedCallStore.Key;
import dev.leat.invocations.async.KeyedCalls;
import java.time.Duration;

/**
 * Has the key of a call claimed whose caller waits, so that the same call again is not run again;
 * {@link TellFirstAnswer} goes on. A call without a key goes on at once.
 */
final class ClaimKey implements Step<InvocationExchange> {
  /** Beyond what the call may take: a node that was lost leaves its keys pending for so long. */
  private static final Duration MARGIN = Duration.ofSeconds(30);

  private final KeyedCalls keyed;
  private final Duration waitMax;

  /**
   * @param waitMax how long an invocation may wait at a worker
   */
  ClaimKey(KeyedCalls keyed, Duration waitMax) {
    this.keyed = keyed;
    this.waitMax = waitMax;
  }

  @Override
  public Next take(InvocationExchange exchange) {
    if (!KeyField.isIn(exchange)) {
      return Next.GO_ON;
    }
    String name = KeyField.of(exchange).orElse("");
    if (!IdempotencyKey.isValid(name)) {
      return KeyField.refuse(exchange);
    }
    FunctionVersion version = exchange.called().version();
    keyed.claim(
        new Key(version.function(), KeyOwner.of(exchange), name),
        new HttpCall(
            exchange.request().method().name(),
            exchange.target().rest(),
            exchange.request().query(),
            KeyOwner.asked(exchange),
            exchange.body()),
        RequestIds.fresh(),
        waitMax.plus(version.limits().timeout().multipliedBy(2)).plus(MARGIN),
        exchange.memory()::exchange,
        exchange::claimed);
    return Next.WAIT;
  }
}
