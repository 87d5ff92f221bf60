package dev.leat.tenants;

import dev.leat.contract.Allowance;
import dev.leat.contract.FunctionName;
import dev.leat.contract.FunctionRef;
import dev.leat.contract.TenantId;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Function;
import java.util.function.LongSupplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Lets requests in as far as the quotas of their function and of its tenant allow. Runs on event
 * loops for every request: in memory, without locks and without allocating; a tenant without quotas
 * costs one look-up.
 */
public final class QuotaGate {
  /** Tenants whose rejections are told apart. */
  static final int TOLD_APART_MAX = 500;

  private final Meters meters;
  private final LongSupplier nanoTime;

  /** What holds for a tenant that has no limit of its own for the same. */
  private volatile Map<String, Long> defaults = Map.of();

  /**
   * Only tenants with quotas, so at most {@link Tenants#TENANTS_MAX}. Those that have the defaults
   * alone come when they are first called.
   */
  private final Map<TenantId, TenantBudgets> budgets = new ConcurrentHashMap<>();

  private final RejectionCounts others = new RejectionCounts(true);
  private final ControlRates control;
  private final LongAdder admitted = new LongAdder();
  private final LongAdder rejected = new LongAdder();

  /**
   * Counts the requests of this node alone.
   *
   * @param nanoTime a clock that never steps, as {@link System#nanoTime} is
   */
  public QuotaGate(LongSupplier nanoTime) {
    this(Meters.local(nanoTime), nanoTime);
  }

  /**
   * @param meters what counts requests: with others of a cluster
   * @param nanoTime a clock that never steps, as {@link System#nanoTime} is
   */
  public QuotaGate(Meters meters, LongSupplier nanoTime) {
    this.meters = meters;
    this.nanoTime = nanoTime;
    this.control = new ControlRates(nanoTime);
  }

  /** Why a request to the control plane with a tenant's token is refused now; null if it is not. */
  public Admission.@Nullable Rejected admitControl(TenantId tenant) {
    Admission.Rejected rejected = control.take(tenant, () -> controlLimits(tenant));
    if (rejected != null) {
      TenantBudgets found = budgets.get(tenant);
      (found == null ? others : found.rejections()).count(Quota.CONTROL_REQUESTS_PER_SECOND);
    }
    return rejected;
  }

  private Map<String, Long> controlLimits(TenantId tenant) {
    TenantBudgets found = budgets.get(tenant);
    return found == null ? defaults : TenantBudgets.effective(found.limits().own(), defaults);
  }

  /** Lets a request of this function in, or says why not. Who is let in must be released, once. */
  public Admission admit(FunctionRef function) {
    TenantBudgets of = of(function.tenant());
    if (of == null) {
      return Admission.Admitted.UNCOUNTED;
    }
    Admission admission = of.of(function.name()).take();
    (admission instanceof Admission.Admitted ? admitted : rejected).increment();
    return admission;
  }

  /** Calls that quotas were asked for and let in. */
  public long admitted() {
    return admitted.sum();
  }

  /** Calls that quotas were asked for and turned away. */
  public long rejected() {
    return rejected.sum();
  }

  /**
   * Lets an invocation begin that was accepted before, when the rate of requests was held: by the
   * places and the hourly balances. Who is let in must be released, once.
   */
  public Admission admitAccepted(FunctionRef function) {
    TenantBudgets of = of(function.tenant());
    return of == null ? Admission.Admitted.UNCOUNTED : of.of(function.name()).takePlace();
  }

  /**
   * Takes one request of what this function and its tenant may send, whatever its manifest says;
   * false if nothing of that is left.
   */
  public boolean tryTakeOutbound(FunctionRef function) {
    TenantBudgets of = of(function.tenant());
    return of == null || of.of(function.name()).takeOutbound();
  }

  private @Nullable TenantBudgets of(TenantId tenant) {
    TenantBudgets found = budgets.get(tenant);
    return found != null || defaults.isEmpty()
        ? found
        : budgets.compute(
            tenant, (id, before) -> before != null ? before : of(id, TenantLimits.NONE, null));
  }

  Map<String, Long> defaults() {
    return defaults;
  }

  /**
   * Whether this function may have limits: it has some already, or fewer others have than a tenant
   * may have functions. The limits of functions that were deleted count too.
   */
  boolean hasRoom(FunctionRef function) {
    TenantBudgets found = budgets.get(function.tenant());
    Map<FunctionName, Map<String, Long>> limited =
        found == null ? Map.of() : found.limits().functions();
    return limited.size() < Allowance.FUNCTIONS_MAX || limited.containsKey(function.name());
  }

  /** The limits that requests of this function are held to. */
  public List<QuotaPolicy> policies(FunctionRef function) {
    TenantBudgets of = of(function.tenant());
    if (of == null) {
      return List.of();
    }
    Admission.Admitted by = of.of(function.name());
    return Stream.of(Optional.ofNullable(by.function()), Optional.ofNullable(by.tenant()))
        .flatMap(Optional::stream)
        .flatMap(Budget::policies)
        .toList();
  }

  /** How the limits stand that hold in this scope, a function's own first. */
  List<QuotaStanding> standing(QuotaScope scope) {
    return switch (scope) {
      case QuotaScope.EveryTenant() ->
          standing(defaults, quota -> QuotaLevel.DEFAULT, null).toList();
      case QuotaScope.OfTenant(TenantId tenant) -> ofTenant(tenant).toList();
      case QuotaScope.OfFunction(FunctionRef function) ->
          Stream.concat(
                  ofFunction(function),
                  ofTenant(function.tenant()).filter(QuotaGate::isOfFunctions))
              .toList();
    };
  }

  private static boolean isOfFunctions(QuotaStanding standing) {
    return Quota.ofWord(standing.quota()).filter(Quota.OF_FUNCTIONS::contains).isPresent();
  }

  private Stream<QuotaStanding> ofFunction(FunctionRef function) {
    TenantBudgets of = of(function.tenant());
    return of == null
        ? Stream.empty()
        : standing(
            of.limits().functions().getOrDefault(function.name(), Map.of()),
            quota -> QuotaLevel.FUNCTION,
            of.of(function.name()).function());
  }

  private Stream<QuotaStanding> ofTenant(TenantId tenant) {
    TenantBudgets of = of(tenant);
    if (of == null) {
      return Stream.empty();
    }
    Map<String, Long> own = of.limits().own();
    return standing(
        TenantBudgets.effective(own, defaults),
        quota -> own.containsKey(quota.word()) ? QuotaLevel.TENANT : QuotaLevel.DEFAULT,
        of.ofTenant().tenant());
  }

  private static Stream<QuotaStanding> standing(
      Map<String, Long> limits, Function<Quota, QuotaLevel> level, @Nullable Budget budget) {
    return Stream.of(Quota.values())
        .filter(quota -> limits.containsKey(quota.word()))
        .map(quota ->
            new QuotaStanding(
                quota.word(),
                level.apply(quota),
                limits.getOrDefault(quota.word(), 0L),
                quota.isEnforced(),
                budget == null ? Optional.empty() : budget.use(quota)));
  }

  /** Whether what invocations of this function use is charged to a balance of the hour. */
  public boolean isHourly(FunctionRef function) {
    TenantBudgets of = budgets.get(function.tenant());
    return of != null && of.of(function.name()).isHourly();
  }

  /**
   * Charges what invocations cost that other nodes let in, or this one before its last start.
   *
   * @param function empty where that is not known
   * @param age how long ago it was; what was earlier is to be charged earlier
   */
  public void charge(
      TenantId tenant, Optional<FunctionName> function, Spending spending, Duration age) {
    TenantBudgets of = of(tenant);
    if (of != null) {
      function.map(of::of).orElseGet(of::ofTenant).charge(spending, age.toNanos());
    }
  }

  /** Holds a tenant to these limits from now on; what it has used of those that stay counts on. */
  public void limit(TenantId tenant, TenantLimits limits) {
    boolean hasNone = limits.equals(TenantLimits.NONE);
    budgets.compute(
        tenant, (id, before) -> hasNone && before == null ? null : of(id, limits, before));
    control.limit(tenant, controlLimits(tenant));
  }

  /** The tenant was deleted: what it has used does not count for the next of its name. */
  void forget(TenantId tenant) {
    budgets.computeIfPresent(tenant, (id, before) -> end(before));
    control.forget(tenant);
  }

  /** Holds all tenants that have no limits of their own for the same to these, from now on. */
  void limitEach(Map<String, Long> limits) {
    defaults = Map.copyOf(limits);
    budgets
        .keySet()
        .forEach(tenant ->
            budgets.computeIfPresent(tenant, (id, before) -> of(id, before.limits(), before)));
    control.limitEach(this::controlLimits);
  }

  /** Holds tenants to these limits likewise, and no others to any but the defaults. */
  void limit(Map<String, Long> eachTenant, Map<TenantId, TenantLimits> all) {
    defaults = Map.copyOf(eachTenant);
    Set<TenantId> known = new HashSet<>(budgets.keySet());
    known.addAll(all.keySet());
    known.forEach(tenant -> limit(tenant, all.getOrDefault(tenant, TenantLimits.NONE)));
    control.limitEach(this::controlLimits);
  }

  private @Nullable TenantBudgets of(
      TenantId tenant, TenantLimits limits, @Nullable TenantBudgets before) {
    if (limits.equals(TenantLimits.NONE) && defaults.isEmpty()) {
      return end(before);
    }
    RejectionCounts rejections = before == null ? counts() : before.rejections();
    return TenantBudgets.of(tenant, limits, defaults, before, rejections, meters, nanoTime);
  }

  private RejectionCounts counts() {
    return budgets.size() < TOLD_APART_MAX ? new RejectionCounts(false) : others;
  }

  private @Nullable TenantBudgets end(@Nullable TenantBudgets before) {
    if (before != null) {
      before.end(meters);
      if (!before.rejections().isShared()) {
        others.add(before.rejections());
      }
    }
    return null;
  }

  /**
   * What was turned away, where anything was. Of more than {@value #TOLD_APART_MAX} tenants with
   * quotas, and of those that have none any more, all together.
   */
  public List<Rejections> rejections() {
    List<Rejections> all = new ArrayList<>();
    budgets.forEach((tenant, of) -> {
      if (!of.rejections().isShared()) {
        list(Optional.of(tenant), of.rejections(), all);
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
