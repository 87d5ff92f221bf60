package dev.leat.tenants;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** Whether a tenant's quotas let a request in now. */
public sealed interface Admission {
  /** Let in, until released. */
  final class Admitted implements Admission {
    /** What a tenant without a concurrency quota gets: nobody counts it. */
    static final Admitted UNCOUNTED = new Admitted(null);

    private final @Nullable AtomicInteger inFlight;
    private final AtomicBoolean released = new AtomicBoolean();

    /**
     * @param inFlight the count that this request is in, and leaves when released
     */
    Admitted(@Nullable AtomicInteger inFlight) {
      this.inFlight = inFlight;
    }

    /** The request has ended. Must be called at its end; only the first call counts. */
    public void release() {
      if (inFlight != null && released.compareAndSet(false, true)) {
        inFlight.decrementAndGet();
      }
    }
  }

  /**
   * Turned away. Of what is limited nothing remains: a {@code RateLimit} field has {@code r=0}, and
   * {@code t} is {@code retryAfter}.
   *
   * @param quota the name of the quota that is used up
   * @param limit its value: per second for {@code requests-per-second}
   * @param retryAfter when to try again, above zero: exact for a rate, a guess for concurrency
   */
  record Rejected(String quota, long limit, Duration retryAfter) implements Admission {}
}
