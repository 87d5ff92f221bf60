package dev.leat.contract;

import org.jspecify.annotations.Nullable;

/**
 * One call of one function version, on its way from the gateway to an instance.
 *
 * @param id the request's id, as in the response's {@code X-Request-Id}
 * @param target what runs
 * @param call what it is called with
 * @param cancellation told when nobody waits for the answer any more
 * @param fixed the time and randomness that it meets; null for the real ones
 */
public record Invocation(
    String id,
    FunctionVersion target,
    HttpCall call,
    Cancellation cancellation,
    @Nullable FixedConditions fixed) {
  /** An invocation in the real world. */
  public Invocation(String id, FunctionVersion target, HttpCall call, Cancellation cancellation) {
    this(id, target, call, cancellation, null);
  }
}
