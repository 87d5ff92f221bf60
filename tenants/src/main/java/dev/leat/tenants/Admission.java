package dev.leat.tenants;

import dev.leat.contract.Usage;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** Whether quotas let a request in now. */
public sealed interface Admission {
  /**
   * Let in, until released. The same object stands for many requests, so that letting in costs no
   * memory: who was let in must release it once, and not twice.
   */
  final class Admitted implements Admission {
    /** What a function's requests get that nobody counts. */
    static final Admitted UNCOUNTED = new Admitted(null, null);

    private final @Nullable Budget function;
    private final @Nullable Budget tenant;

    private Admitted(@Nullable Budget function, @Nullable Budget tenant) {
      this.function = function;
      this.tenant = tenant;
    }

    static Admitted by(@Nullable Budget function, @Nullable Budget tenant) {
      return function == null && tenant == null ? UNCOUNTED : new Admitted(function, tenant);
    }

    @Nullable Budget function() {
      return function;
    }

    @Nullable Budget tenant() {
      return tenant;
    }

    /** Takes what a request needs of both budgets, or of neither. */
    Admission take() {
      Rejected rejected = function == null ? null : function.take();
      if (rejected == null && tenant != null) {
        rejected = tenant.take();
        if (rejected != null && function != null) {
          function.untake();
        }
      }
      return rejected == null ? this : rejected;
    }

    /** Likewise, of one that took its part of the rate before. */
    Admission takePlace() {
      Rejected rejected = function == null ? null : function.takePlace();
      if (rejected == null && tenant != null) {
        rejected = tenant.takePlace();
        if (rejected != null && function != null) {
          function.leavePlace();
        }
      }
      return rejected == null ? this : rejected;
    }

    /** Takes one of what functions may send, of both budgets or of neither. */
    boolean takeOutbound() {
      if (function != null && !function.takeOutbound()) {
        return false;
      }
      if (tenant != null && !tenant.takeOutbound()) {
        if (function != null) {
          function.untakeOutbound();
        }
        return false;
      }
      return true;
    }

    /**
     * The request has ended. To be called once, at its end.
     *
     * @param usage what its invocation used, {@link Usage#NONE} if there was none
     */
    public void release(Usage usage) {
      if (function != null) {
        function.release(usage);
      }
      if (tenant != null) {
        tenant.release(usage);
      }
    }

    /** What is left of the quota that tells a client most; null when nobody counts. */
    public @Nullable QuotaLeft left() {
      QuotaLeft ofFunction = function == null ? null : function.left();
      QuotaLeft ofTenant = tenant == null ? null : tenant.left();
      if (ofFunction == null || ofTenant == null) {
        return ofFunction == null ? ofTenant : ofFunction;
      }
      boolean isTenantTighter =
          ofTenant.quota().equals(ofFunction.quota()) && ofTenant.left() < ofFunction.left();
      return isTenantTighter ? ofTenant : ofFunction;
    }

    /** Whether what such a request uses is charged to a balance of the hour. */
    boolean isHourly() {
      return (function != null && function.isHourly()) || (tenant != null && tenant.isHourly());
    }

    /** Charges what was used elsewhere, so long ago. */
    void charge(Spending spending, long ageNanos) {
      if (function != null) {
        function.charge(spending, ageNanos);
      }
      if (tenant != null) {
        tenant.charge(spending, ageNanos);
      }
    }
  }

  /**
   * Turned away. Of what is limited nothing remains: a {@code RateLimit} field has {@code r=0}, and
   * {@code t} is {@code retryAfter}.
   *
   * @param whose the tenant's, or one function's
   * @param quota the name of the quota that is used up
   * @param limit its value: per second for {@code requests-per-second}
   * @param retryAfter when to try again, above zero: exact for a rate, a guess for concurrency
   */
  record Rejected(QuotaScope whose, String quota, long limit, Duration retryAfter)
      implements Admission {}
}
