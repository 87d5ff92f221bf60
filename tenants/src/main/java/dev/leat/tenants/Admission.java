package dev.leat.tenants;

import dev.leat.contract.Usage;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/** Whether a tenant's quotas let a request in now. */
public sealed interface Admission {
  /** Let in, until released. */
  final class Admitted implements Admission {
    /** What a tenant gets whose requests nobody counts. */
    static final Admitted UNCOUNTED = new Admitted(null);

    private final @Nullable Budget budget;
    private final AtomicBoolean released = new AtomicBoolean();

    /**
     * @param budget which is told of its end
     */
    Admitted(@Nullable Budget budget) {
      this.budget = budget;
    }

    /**
     * The request has ended. Must be called at its end; only the first call counts.
     *
     * @param usage what its invocation used, {@link Usage#NONE} if there was none
     */
    public void release(Usage usage) {
      if (budget != null && released.compareAndSet(false, true)) {
        budget.release(usage);
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
