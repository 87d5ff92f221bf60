package dev.leat.tenants;

import dev.leat.contract.TenantId;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;

/**
 * Lets requests in as far as their tenant's quotas allow. Runs on event loops for every request: in
 * memory and without locks; a tenant without quotas costs one look-up.
 */
public final class QuotaGate {
  private final LongSupplier nanoTime;

  /** Only tenants with quotas, so at most {@link Tenants#TENANTS_MAX}. */
  private final Map<TenantId, Budget> budgets = new ConcurrentHashMap<>();

  /**
   * @param nanoTime a clock that never steps, as {@link System#nanoTime} is
   */
  public QuotaGate(LongSupplier nanoTime) {
    this.nanoTime = nanoTime;
  }

  /** Lets a request of this tenant in, or says why not. Who is let in must be released. */
  public Admission admit(TenantId tenant) {
    Budget budget = budgets.get(tenant);
    return budget == null ? Admission.Admitted.UNCOUNTED : budget.admit();
  }

  /** Holds a tenant to these limits from now on; what it has used of those that stay counts on. */
  void limit(TenantId tenant, Map<String, Long> limits) {
    budgets.compute(
        tenant, (id, budget) -> limits.isEmpty() ? null : Budget.of(limits, budget, nanoTime));
  }
}
