package dev.leat.tenants;

import dev.leat.contract.TenantId;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Lets requests in as far as their tenant's quotas allow. Runs on event loops for every request: in
 * memory and without locks; a tenant without quotas costs one look-up.
 */
public final class QuotaGate {
  /** Tenants whose rejections are told apart. */
  static final int TOLD_APART_MAX = 500;

  private final LongSupplier nanoTime;

  /** Only tenants with quotas, so at most {@link Tenants#TENANTS_MAX}. */
  private final Map<TenantId, Budget> budgets = new ConcurrentHashMap<>();

  private final RejectionCounts others = new RejectionCounts(true);

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
    budgets.compute(tenant, (id, budget) -> limits.isEmpty() ? end(budget) : of(limits, budget));
  }

  /** Holds these tenants to these limits likewise, and no others to any. */
  void limit(Map<TenantId, Map<String, Long>> all) {
    Set<TenantId> unlimited = new HashSet<>(budgets.keySet());
    unlimited.removeAll(all.keySet());
    unlimited.forEach(tenant -> limit(tenant, Map.of()));
    all.forEach(this::limit);
  }

  private Budget of(Map<String, Long> limits, @Nullable Budget before) {
    return Budget.of(limits, before, before == null ? counts() : before.rejections(), nanoTime);
  }

  private RejectionCounts counts() {
    return budgets.size() < TOLD_APART_MAX ? new RejectionCounts(false) : others;
  }

  private @Nullable Budget end(@Nullable Budget budget) {
    if (budget != null && !budget.rejections().isShared()) {
      others.add(budget.rejections());
    }
    return null;
  }

  /**
   * What was turned away, where anything was. Of more than {@value #TOLD_APART_MAX} tenants with
   * quotas, and of those that have none any more, all together.
   */
  public List<Rejections> rejections() {
    List<Rejections> all = new ArrayList<>();
    budgets.forEach((tenant, budget) -> {
      if (!budget.rejections().isShared()) {
        list(Optional.of(tenant), budget.rejections(), all);
      }
    });
    list(Optional.empty(), others, all);
    return all;
  }

  private static void list(
      Optional<TenantId> tenant, RejectionCounts counts, List<Rejections> all) {
    counts.forEach((quota, count) -> all.add(new Rejections(tenant, quota.word(), count)));
  }
}
