package dev.leat.audit;

import java.time.Instant;
import java.util.function.Supplier;

/**
 * Who asks for what runs here, and by which request: bound once where an operation of the control
 * plane begins, and read where a change is written. What no request asked for is done by {@value
 * #PLATFORM}.
 *
 * @param subject of the caller's token
 * @param requestId the request's
 * @param at when it came
 */
public record Actor(String subject, String requestId, Instant at) {
  /** Who acts when nobody asked: a start, a timer. */
  public static final String PLATFORM = "platform";

  private static final ScopedValue<Actor> CURRENT = ScopedValue.newInstance();

  /** Runs this on behalf of the actor, on this thread. */
  public <T> T run(Supplier<T> work) {
    return ScopedValue.where(CURRENT, this).call(work::get);
  }

  /** On whose behalf this thread runs. */
  public static Actor current() {
    return CURRENT.isBound() ? CURRENT.get() : new Actor(PLATFORM, "", Instant.now());
  }
}
