package dev.leat.contract;

import dev.leat.contract.trace.CallTrace;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * One call of one function version, on its way from the gateway to an instance, here or on another
 * node. What of it travels is in {@code contract.codec}.
 *
 * @param id the request's id, as in the response's {@code X-Request-Id}
 * @param target what runs
 * @param input what it is called with
 * @param origin who called
 * @param deadlineNanos when its caller wants no answer any more: a point of this JVM's {@link
 *     System#nanoTime()}, which no step of the wall clock moves. The time that is left travels, not
 *     the point
 * @param fixed the time and randomness that it meets; null for the real ones
 * @param cancellation told when nobody waits for the answer any more
 * @param trace what is noted of it here, to be told as spans; null while its trace is not kept. It
 *     does not travel: {@link Origin#trace} does
 */
public record Invocation(
    String id,
    FunctionVersion target,
    Input input,
    Origin origin,
    long deadlineNanos,
    @Nullable FixedConditions fixed,
    Cancellation cancellation,
    @Nullable CallTrace trace) {
  /** The longest time that a deadline may lie ahead. */
  public static final Duration TIME_LEFT_MAX = Duration.ofHours(24);

  /** One of which nothing is noted. */
  public Invocation(
      String id,
      FunctionVersion target,
      Input input,
      Origin origin,
      long deadlineNanos,
      @Nullable FixedConditions fixed,
      Cancellation cancellation) {
    this(id, target, input, origin, deadlineNanos, fixed, cancellation, null);
  }

  /** An invocation of nobody in particular, in the real world, without haste. */
  public Invocation(String id, FunctionVersion target, Input input, Cancellation cancellation) {
    this(
        id,
        target,
        input,
        Origin.ANONYMOUS,
        System.nanoTime() + TIME_LEFT_MAX.toNanos(),
        null,
        cancellation);
  }

  /** The same, noted there. */
  public Invocation traced(CallTrace noted) {
    return new Invocation(id, target, input, origin, deadlineNanos, fixed, cancellation, noted);
  }

  /** The same as a part of this span. */
  public Invocation within(String context) {
    return new Invocation(
        id, target, input, origin.within(context), deadlineNanos, fixed, cancellation, trace);
  }

  /** The time left until its deadline; negative after it. */
  public long nanosLeft(long nowNanos) {
    return deadlineNanos - nowNanos;
  }
}
