package dev.leat.tenants;

import dev.leat.contract.FunctionName;
import dev.leat.contract.FunctionRef;
import dev.leat.contract.TenantId;
import dev.leat.tenants.Admission.Admitted;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/** A tenant's budget, and those of its functions that have one. Immutable but for the budgets. */
final class TenantBudgets {
  private final TenantLimits limits;
  private final @Nullable Budget own;
  private final Admitted admitted;
  private final Map<FunctionName, Admitted> ofFunctions;
  private final RejectionCounts rejections;

  private TenantBudgets(
      TenantLimits limits,
      @Nullable Budget own,
      Map<FunctionName, Admitted> ofFunctions,
      RejectionCounts rejections) {
    this.limits = limits;
    this.own = own;
    this.admitted = Admitted.by(null, own);
    this.ofFunctions = ofFunctions;
    this.rejections = rejections;
  }

  /**
   * @param defaults of each tenant
   * @param before those that these replace, which go on
   */
  static TenantBudgets of(
      TenantId tenant,
      TenantLimits limits,
      Map<String, Long> defaults,
      @Nullable TenantBudgets before,
      RejectionCounts rejections,
      Meters meters,
      LongSupplier nanoTime) {
    Budget own =
        Budget.of(
            new QuotaScope.OfTenant(tenant),
            effective(limits.own(), defaults),
            before == null ? null : before.own,
            rejections,
            meters,
            nanoTime);
    Map<FunctionName, Admitted> ofFunctions = new HashMap<>();
    limits
        .functions()
        .forEach((name, set) -> {
          Budget budget =
              Budget.of(
                  new QuotaScope.OfFunction(new FunctionRef(tenant, name)),
                  set,
                  before == null ? null : before.of(name).function(),
                  rejections,
                  meters,
                  nanoTime);
          if (budget != null) {
            ofFunctions.put(name, Admitted.by(budget, own));
          }
        });
    if (before != null) {
      before.endFunctionsThan(limits.functions().keySet(), meters);
    }
    return new TenantBudgets(limits, own, ofFunctions, rejections);
  }

  private void endFunctionsThan(Set<FunctionName> staying, Meters meters) {
    ofFunctions.forEach((name, of) -> {
      if (!staying.contains(name)) {
        Budget.end(of.function(), meters);
      }
    });
  }

  /** They have no successors. */
  void end(Meters meters) {
    endFunctionsThan(Set.of(), meters);
    Budget.end(own, meters);
  }

  /** A tenant's limits, and for what it has none of its own those of all tenants. */
  static Map<String, Long> effective(Map<String, Long> own, Map<String, Long> defaults) {
    Map<String, Long> effective = new HashMap<>(defaults);
    if (own.containsKey(Quota.REQUESTS_PER_SECOND.word())) {
      effective.remove(Quota.BURST.word()); // which goes with the other rate
    }
    effective.putAll(own);
    return effective;
  }

  TenantLimits limits() {
    return limits;
  }

  RejectionCounts rejections() {
    return rejections;
  }

  /** What requests of this function are let in by. */
  Admitted of(FunctionName function) {
    Admitted of = ofFunctions.isEmpty() ? null : ofFunctions.get(function);
    return of == null ? admitted : of;
  }

  /** What requests of functions without limits are let in by. */
  Admitted ofTenant() {
    return admitted;
  }
}
