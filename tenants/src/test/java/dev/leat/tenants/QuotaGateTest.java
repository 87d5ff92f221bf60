package dev.leat.tenants;

import static dev.leat.tenants.Platform.ACME;
import static dev.leat.tenants.Platform.OTHER;
import static org.assertj.core.api.Assertions.assertThat;

import dev.leat.contract.FunctionName;
import dev.leat.contract.FunctionRef;
import dev.leat.contract.TenantId;
import dev.leat.contract.Usage;
import dev.leat.tenants.Admission.Admitted;
import dev.leat.tenants.Admission.Rejected;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import org.junit.jupiter.api.Test;

final class QuotaGateTest {
  private static final QuotaScope OF_ACME = new QuotaScope.OfTenant(ACME);
  private static final FunctionRef F = new FunctionRef(ACME, new FunctionName("f"));
  private static final FunctionRef G = new FunctionRef(OTHER, new FunctionName("g"));

  private final AtomicLong nanoTime = new AtomicLong(-5);
  private final QuotaGate gate = new QuotaGate(nanoTime::get);

  @Test
  void admitControl_isATenantsOwnRate_whichOthersAndItsCallsDoNotUse() {
    for (int i = 0; i < ControlRates.PER_SECOND * ControlRates.BURST_SECONDS; i++) {
      assertThat(gate.admitControl(ACME)).isNull();
    }

    Admission.Rejected rejected = Objects.requireNonNull(gate.admitControl(ACME));

    assertThat(rejected.quota()).isEqualTo("control-requests-per-second");
    assertThat(rejected.limit()).isEqualTo(ControlRates.PER_SECOND);
    assertThat(rejected.retryAfter()).isEqualTo(Duration.ofMillis(10));
    assertThat(gate.admitControl(OTHER)).as("another's").isNull();
    assertThat(gate.rejections())
        .containsExactly(new Rejections(Optional.empty(), "control-requests-per-second", 1));
  }

  @Test
  void admitControl_limitThatIsSet_holdsAtOnce() {
    assertThat(controlledOf(1)).isEqualTo(1);
    gate.limit(ACME, new TenantLimits(Map.of("control-requests-per-second", 1L), Map.of()));
    assertThat(controlledOf(9)).isEqualTo(ControlRates.BURST_SECONDS);

    gate.limit(ACME, TenantLimits.NONE);
    nanoTime.addAndGet(Duration.ofSeconds(1).toNanos());
    assertThat(controlledOf(200)).isEqualTo(ControlRates.PER_SECOND);

    gate.limitEach(Map.of("control-requests-per-second", 2L));
    nanoTime.addAndGet(Duration.ofSeconds(1).toNanos());
    assertThat(controlledOf(9)).isEqualTo(2);
    gate.limit(Map.of("control-requests-per-second", 3L), Map.of());
    nanoTime.addAndGet(Duration.ofSeconds(1).toNanos());
    assertThat(controlledOf(9)).as("all were loaded anew").isEqualTo(3);
  }

  /** A tenant's admin sets its functions' quotas: else that gave it the control plane's anew. */
  @Test
  void limit_ofAFunction_leavesWhatTheControlPlanesRateHasLeft() {
    assertThat(controlledOf(600)).isEqualTo(500);

    for (long i = 1; i < 5; i++) {
      Map<String, Long> set = Map.of("concurrency", i);
      gate.limit(ACME, new TenantLimits(Map.of(), Map.of(F.name(), set)));
      gate.limitEach(set);
      assertThat(controlledOf(600)).isZero();
    }
  }

  private int controlledOf(int requests) {
    int admitted = 0;
    for (int i = 0; i < requests; i++) {
      admitted += gate.admitControl(ACME) == null ? 1 : 0;
    }
    return admitted;
  }

  @Test
  void admit_withoutQuotas_isAlwaysAdmitted() {
    for (int i = 0; i < 1_000; i++) {
      assertThat(gate.admit(F)).isSameAs(Admitted.UNCOUNTED);
    }
    Admitted.UNCOUNTED.release(Usage.NONE);
  }

  @Test
  void checks_areCounted_whereThereAreQuotas() {
    gate.admit(F);
    gate.limit(ACME, new TenantLimits(Map.of("requests-per-second", 1L, "burst", 1L)));

    gate.admit(F);
    gate.admit(F);

    assertThat(gate.admitted()).isEqualTo(1);
    assertThat(gate.rejected()).isEqualTo(1);
  }

  @Test
  void rejections_areCountedByTenantAndQuota_acrossChanges() {
    gate.limit(ACME, new TenantLimits(Map.of("requests-per-second", 2L)));
    gate.limit(OTHER, new TenantLimits(Map.of("concurrency", 1L)));
    assertThat(gate.rejections()).isEmpty();
    admittedOf(5);
    gate.admit(G);
    gate.admit(G);

    gate.limit(ACME, new TenantLimits(Map.of("requests-per-second", 1L)));
    admittedOf(1);

    assertThat(gate.rejections())
        .containsExactlyInAnyOrder(
            new Rejections(Optional.of(ACME), "requests-per-second", 4),
            new Rejections(Optional.of(OTHER), "concurrency", 1));
    gate.limit(ACME, new TenantLimits(Map.of()));
    assertThat(gate.rejections())
        .containsExactlyInAnyOrder(
            new Rejections(Optional.of(OTHER), "concurrency", 1),
            new Rejections(Optional.empty(), "requests-per-second", 4));
  }

  @Test
  void outbound_isTakenOfFunctionAndTenant_orOfNeither() {
    gate.limit(
        ACME,
        new TenantLimits(
            Map.of("outbound-per-minute", 3L, "outbound-per-hour", 100L),
            Map.of(F.name(), Map.of("outbound-per-minute", 2L))));

    assertThat(gate.tryTakeOutbound(F)).isTrue();
    assertThat(gate.tryTakeOutbound(F)).isTrue();
    assertThat(gate.tryTakeOutbound(F)).as("its own limit").isFalse();
    FunctionRef another = new FunctionRef(ACME, new FunctionName("another"));
    assertThat(gate.tryTakeOutbound(another)).isTrue();
    assertThat(gate.tryTakeOutbound(another)).as("the tenant's").isFalse();
    assertThat(gate.tryTakeOutbound(G)).as("nobody limits that").isTrue();
    assertThat(gate.standing(new QuotaScope.OfTenant(ACME)))
        .extracting(each -> each.quota() + " " + each.used().orElseThrow().left())
        .containsExactly("outbound-per-minute 0.0", "outbound-per-hour 97.0");
    assertThat(gate.rejections())
        .containsExactly(new Rejections(Optional.of(ACME), "outbound-per-minute", 2));
    assertThat(gate.admit(F)).as("requests are not limited").isInstanceOf(Admission.Admitted.class);

    advance(Duration.ofSeconds(30));
    assertThat(gate.tryTakeOutbound(F)).as("one of two in a minute").isTrue();
    assertThat(gate.tryTakeOutbound(F)).isFalse();
  }

  @Test
  void outbound_ofAnHour_comesBackEvenly_alsoTheMostOfIt() {
    gate.limit(ACME, new TenantLimits(Map.of("outbound-per-hour", 10_000_000L)));
    for (int i = 0; i < 10_000; i++) {
      assertThat(gate.tryTakeOutbound(F)).isTrue();
    }
    assertThat(left("outbound-per-hour")).isEqualTo(9_990_000);
    advance(Duration.ofMillis(1_800));
    assertThat(left("outbound-per-hour")).isEqualTo(9_995_000);
    advance(Duration.ofDays(400));
    assertThat(left("outbound-per-hour")).isEqualTo(10_000_000);
    assertThat(gate.tryTakeOutbound(F)).isTrue();
  }

  private double left(String quota) {
    return gate.standing(new QuotaScope.OfTenant(ACME)).stream()
        .filter(each -> each.quota().equals(quota))
        .findFirst()
        .orElseThrow()
        .used()
        .orElseThrow()
        .left();
  }

  @Test
  void outboundGate_takesOfTheManifestToo() {
    OutboundGate outbound = new OutboundGate(Meters.local(nanoTime::get), gate);
    assertThat(outbound.tryTake(F, 1)).isTrue();
    assertThat(outbound.tryTake(F, 1)).isFalse();
    assertThat(outbound.tryTake(F, 3)).as("another version; what was used stays used").isFalse();
    advance(Duration.ofMinutes(1));
    gate.limit(ACME, new TenantLimits(Map.of("outbound-per-minute", 1L)));
    assertThat(outbound.tryTake(F, 3)).isTrue();
    assertThat(outbound.tryTake(F, 3)).as("the quota").isFalse();
    gate.limit(ACME, new TenantLimits(Map.of()));
    assertThat(outbound.tryTake(F, 3)).as("which took nothing of the manifest's").isTrue();
    assertThat(outbound.tryTake(F, 3)).isTrue();
    assertThat(outbound.tryTake(F, 3)).isFalse();
  }

  private void advance(Duration time) {
    nanoTime.addAndGet(time.toNanos());
  }

  /** Else those that were deleted would stay, here and on the other nodes of a cluster. */
  @Test
  void limit_removed_endsWhatCounted() {
    Set<String> counted = new TreeSet<>();
    QuotaGate shared = new QuotaGate(new NotedMeters(counted, nanoTime::get), nanoTime::get);
    Map<String, Long> both = Map.of("requests-per-second", 2L, "concurrency", 3L);
    TenantLimits all = new TenantLimits(both, Map.of(F.name(), both));

    shared.limit(ACME, all);
    shared.limit(ACME, all);
    assertThat(counted).hasSize(4);
    shared.limit(ACME, new TenantLimits(Map.of("concurrency", 3L), Map.of(F.name(), both)));
    assertThat(counted).hasSize(3);
    shared.limit(ACME, new TenantLimits(both));
    assertThat(counted).containsExactly("places of tenant 'acme'", "rate of tenant 'acme'");
    shared.limit(ACME, all);
    shared.limit(Map.of("concurrency", 9L), Map.of());
    assertThat(counted).containsExactly("places of tenant 'acme'");
    shared.limitEach(Map.of());
    assertThat(counted).isEmpty();
  }

  private record NotedMeters(Set<String> counted, Meters meters) implements Meters {
    NotedMeters(Set<String> counted, LongSupplier nanoTime) {
      this(counted, new LocalMeters(nanoTime));
    }

    @Override
    public Rate rate(QuotaScope whose, RateKind kind, RateLimit limit) {
      counted.add("rate" + kind.suffix() + " of " + whose.words());
      return meters.rate(whose, kind, limit);
    }

    @Override
    public Places places(QuotaScope whose, long places) {
      counted.add("places of " + whose.words());
      return meters.places(whose, places);
    }

    @Override
    public void endRate(QuotaScope whose, RateKind kind) {
      counted.remove("rate" + kind.suffix() + " of " + whose.words());
    }

    @Override
    public void endPlaces(QuotaScope whose) {
      counted.remove("places of " + whose.words());
    }
  }

  @Test
  void rejections_ofManyTenants_areToldApartUpToABound() {
    int tenants = QuotaGate.TOLD_APART_MAX + 50;
    for (int i = 0; i < tenants; i++) {
      TenantId tenant = new TenantId("t" + i);
      gate.limit(tenant, new TenantLimits(Map.of("concurrency", 1L)));
      gate.admit(new FunctionRef(tenant, F.name()));
      gate.admit(new FunctionRef(tenant, F.name()));
    }

    assertThat(gate.rejections())
        .hasSize(QuotaGate.TOLD_APART_MAX + 1)
        .contains(new Rejections(Optional.empty(), "concurrency", 50));
  }

  @Test
  void admit_rate_isAdmittedUpToTheBurstAndThenEvenly() {
    gate.limit(ACME, new TenantLimits(Map.of("requests-per-second", 10L, "burst", 20L)));

    assertThat(admittedOf(25)).isEqualTo(20);
    assertThat(gate.admit(F))
        .isEqualTo(new Rejected(OF_ACME, "requests-per-second", 10, Duration.ofMillis(100)));
    nanoTime.addAndGet(Duration.ofMillis(99).toNanos());
    assertThat(gate.admit(F))
        .isEqualTo(new Rejected(OF_ACME, "requests-per-second", 10, Duration.ofMillis(1)));
    nanoTime.addAndGet(Duration.ofMillis(1).toNanos());
    assertThat(admittedOf(5)).isEqualTo(1);
    nanoTime.addAndGet(Duration.ofHours(1).toNanos());
    assertThat(admittedOf(25)).isEqualTo(20);
  }

  /** Else whoever changes its own quota by one each second would have no limit. */
  @Test
  void limit_anotherRateOrBurst_leavesWhatIsLeft_neverGivesABurstAnew() {
    gate.limit(ACME, new TenantLimits(Map.of("requests-per-second", 10L, "burst", 20L)));
    assertThat(admittedOf(15)).isEqualTo(15);

    gate.limit(ACME, new TenantLimits(Map.of("requests-per-second", 20L, "burst", 100L)));
    assertThat(admittedOf(25)).as("what was left of 20").isEqualTo(5);
    nanoTime.addAndGet(Duration.ofMillis(500).toNanos());
    assertThat(admittedOf(25)).as("by the new rate").isEqualTo(10);
    nanoTime.addAndGet(Duration.ofHours(1).toNanos());
    gate.limit(ACME, new TenantLimits(Map.of("requests-per-second", 20L, "burst", 3L)));
    assertThat(admittedOf(25)).as("no more than the new burst").isEqualTo(3);
  }

  @Test
  void forget_deletedTenant_holdsNothing_andTheNextOfItsNameBeginsAnew() {
    gate.limitEach(Map.of("requests-per-second", 2L));
    assertThat(admittedOf(9, F)).isEqualTo(2);

    gate.forget(ACME);
    gate.limit(ACME, TenantLimits.NONE);

    assertThat(admittedOf(9, F)).isEqualTo(2);
    assertThat(gate.rejections())
        .contains(new Rejections(Optional.empty(), "requests-per-second", 7));
  }

  @Test
  void admit_rateWithoutBurst_isAdmittedUpToASecondsWorth() {
    gate.limit(ACME, new TenantLimits(Map.of("requests-per-second", 3L)));

    assertThat(admittedOf(10)).isEqualTo(3);
  }

  @Test
  void admit_fastestRate_isCounted() {
    gate.limit(
        ACME,
        new TenantLimits(
            Map.of("requests-per-second", Quota.REQUESTS_PER_SECOND.max(), "burst", 1L)));

    assertThat(admittedOf(2)).isEqualTo(1);
    nanoTime.addAndGet(1_000);
    assertThat(admittedOf(2)).isEqualTo(1);
  }

  @Test
  void admit_anotherTenantsUse_doesNotCount() {
    gate.limit(ACME, new TenantLimits(Map.of("requests-per-second", 1L)));
    gate.limit(OTHER, new TenantLimits(Map.of("requests-per-second", 1L)));

    assertThat(gate.admit(F)).isInstanceOf(Admitted.class);
    assertThat(gate.admit(G)).isInstanceOf(Admitted.class);
    assertThat(gate.admit(F)).isInstanceOf(Rejected.class);
  }

  @Test
  void admit_concurrency_isAdmittedAgainAfterARelease() {
    gate.limit(ACME, new TenantLimits(Map.of("concurrency", 2L)));
    Admitted first = (Admitted) gate.admit(F);
    gate.admit(F);

    assertThat(gate.admit(F))
        .isEqualTo(new Rejected(OF_ACME, "concurrency", 2, Duration.ofSeconds(1)));

    first.release(Usage.NONE);
    assertThat(admittedOf(2)).isEqualTo(1);
  }

  @Test
  void admit_rejectedByRate_takesNoPlace() {
    gate.limit(ACME, new TenantLimits(Map.of("requests-per-second", 1L, "concurrency", 2L)));
    gate.admit(F);
    assertThat(admittedOf(5)).isZero();

    nanoTime.addAndGet(Duration.ofSeconds(1).toNanos());
    assertThat(gate.admit(F)).isInstanceOf(Admitted.class);
  }

  @Test
  void admit_rejectedByConcurrency_usesNoRate() {
    gate.limit(ACME, new TenantLimits(Map.of("requests-per-second", 2L, "concurrency", 1L)));
    Admitted first = (Admitted) gate.admit(F);
    assertThat(admittedOf(5)).isZero();

    first.release(Usage.NONE);
    assertThat(gate.admit(F)).isInstanceOf(Admitted.class);
  }

  @Test
  void limit_changed_holdsAtOnceAndKeepsWhatWasUsed() {
    gate.limit(ACME, new TenantLimits(Map.of("requests-per-second", 5L, "concurrency", 9L)));
    Admitted first = (Admitted) gate.admit(F);
    assertThat(admittedOf(3)).isEqualTo(3);

    gate.limit(ACME, new TenantLimits(Map.of("requests-per-second", 5L, "concurrency", 4L)));
    assertThat(gate.admit(F)).as("four are in flight").isInstanceOf(Rejected.class);
    first.release(Usage.NONE);
    assertThat(gate.admit(F)).isInstanceOf(Admitted.class);
    gate.limit(ACME, new TenantLimits(Map.of("requests-per-second", 5L)));
    assertThat(gate.admit(F)).as("five were let in").isInstanceOf(Rejected.class);
    gate.limit(ACME, new TenantLimits(Map.of("requests-per-second", 7L)));
    assertThat(gate.admit(F)).as("of another rate too").isInstanceOf(Rejected.class);
    gate.limit(ACME, new TenantLimits(Map.of()));
    assertThat(admittedOf(10)).isEqualTo(10);
  }

  @Test
  void admit_fuelOfTheHourUsedUp_isRejectedUntilSomeComesBack() {
    gate.limit(ACME, new TenantLimits(Map.of("fuel-per-hour", 3_600L)));
    Admitted first = (Admitted) gate.admit(F);
    Admitted second = (Admitted) gate.admit(F);

    first.release(used(3_500, 100, 0, 0));
    assertThat(gate.admit(F))
        .isEqualTo(new Rejected(OF_ACME, "fuel-per-hour", 3_600, Duration.ofSeconds(1)));

    second.release(used(10, 0, 0, 0));
    assertThat(gate.admit(F))
        .as("who was let in may leave a debt")
        .isEqualTo(new Rejected(OF_ACME, "fuel-per-hour", 3_600, Duration.ofSeconds(11)));
    nanoTime.addAndGet(Duration.ofSeconds(11).toNanos());
    assertThat(gate.admit(F)).isInstanceOf(Admitted.class);
    assertThat(gate.rejections())
        .containsExactly(new Rejections(Optional.of(ACME), "fuel-per-hour", 2));
  }

  @Test
  void admit_memoryOfTheHourUsedUp_isRejected() {
    gate.limit(ACME, new TenantLimits(Map.of("memory-mb-hours", 1L)));
    Admitted first = (Admitted) gate.admit(F);
    first.release(used(0, 0, 64 << 20, Duration.ofHours(1).toNanos() / 64 - 1_000_000));
    assertThat(gate.admit(F)).as("64 MiB for less than a 64th").isInstanceOf(Admitted.class);

    ((Admitted) gate.admit(F)).release(used(0, 0, 64 << 20, 1_000_000));

    assertThat(gate.admit(F)).isInstanceOf(Rejected.class);
  }

  @Test
  void limit_hourlyUse_goesOn_underAnotherLimitToo() {
    gate.limit(ACME, new TenantLimits(Map.of("fuel-per-hour", 100L)));
    ((Admitted) gate.admit(F)).release(used(100, 0, 0, 0));

    gate.limit(ACME, new TenantLimits(Map.of("fuel-per-hour", 100L, "concurrency", 5L)));
    assertThat(gate.admit(F)).isInstanceOf(Rejected.class);
    gate.limit(ACME, new TenantLimits(Map.of("fuel-per-hour", 200L, "concurrency", 5L)));
    ((Admitted) gate.admit(F)).release(used(99, 0, 0, 0));
    Admitted last = (Admitted) gate.admit(F);
    last.release(used(1, 0, 0, 0));
    assertThat(gate.admit(F))
        .as("all 200 are used")
        .isEqualTo(new Rejected(OF_ACME, "fuel-per-hour", 200, Duration.ofSeconds(18)));
    gate.limit(ACME, new TenantLimits(Map.of("fuel-per-hour", 50L)));
    assertThat(gate.admit(F))
        .as("four times as much as may be")
        .isEqualTo(new Rejected(OF_ACME, "fuel-per-hour", 50, Duration.ofHours(3).plusSeconds(72)));
  }

  @Test
  void admit_rejectedByHourlyUse_takesNoPlaceAndNoRate() {
    gate.limit(
        ACME,
        new TenantLimits(
            Map.of("fuel-per-hour", 100L, "concurrency", 1L, "requests-per-second", 2L)));
    ((Admitted) gate.admit(F)).release(used(100, 0, 0, 0));
    assertThat(admittedOf(5)).isZero();

    gate.limit(ACME, new TenantLimits(Map.of("concurrency", 1L, "requests-per-second", 2L)));
    assertThat(gate.admit(F)).isInstanceOf(Admitted.class);
  }

  @Test
  void limit_highestOfEachQuota_andTheLowest_holds() {
    for (Quota quota : Quota.values()) {
      gate.limit(ACME, new TenantLimits(Map.of(quota.word(), quota.max())));
      ((Admitted) gate.admit(F)).release(Usage.NONE);
      gate.limit(ACME, new TenantLimits(Map.of(quota.word(), 1L)));
      Admitted admitted = (Admitted) gate.admit(F);
      admitted.release(used(Long.MAX_VALUE, Long.MAX_VALUE, 1 << 30, Long.MAX_VALUE / 1_000_000));
      gate.limit(ACME, new TenantLimits(Map.of()));
    }
  }

  @Test
  void admit_afterUseFarAboveTheHours_isRejectedForADayAtMost() {
    gate.limit(ACME, new TenantLimits(Map.of("fuel-per-hour", 1L)));
    ((Admitted) gate.admit(F)).release(used(Long.MAX_VALUE, Long.MAX_VALUE, 0, 0));

    assertThat(gate.admit(F))
        .isEqualTo(new Rejected(OF_ACME, "fuel-per-hour", 1, Duration.ofHours(25)));
    nanoTime.addAndGet(Duration.ofHours(25).toNanos());
    assertThat(gate.admit(F)).isInstanceOf(Admitted.class);
  }

  private static Usage used(long fuel, long initFuel, long memory, long execNanos) {
    return new Usage(fuel, initFuel, memory, Usage.Acquire.RESET, 0, 0, execNanos, 0);
  }

  @Test
  void admit_cpuOfTheHourUsedUp_isRejected() {
    gate.limit(ACME, new TenantLimits(Map.of("cpu-seconds-per-hour", 36L)));
    long second = Duration.ofSeconds(1).toNanos();

    ((Admitted) gate.admit(F))
        .release(new Usage(0, 0, 0, Usage.Acquire.RESET, 0, 0, 90 * second, 35 * second));
    ((Admitted) gate.admit(F))
        .release(new Usage(0, 0, 0, Usage.Acquire.RESET, 0, 0, 90 * second, 2 * second));

    assertThat(gate.admit(F)).isInstanceOf(Rejected.class);
    nanoTime.addAndGet(100 * second);
    assertThat(gate.admit(F)).as("10 ms come back a second").isInstanceOf(Rejected.class);
    nanoTime.addAndGet(second);
    assertThat(gate.admit(F)).isInstanceOf(Admitted.class);
  }

  @Test
  void limits_ofAFunctionAndItsTenant_bothHold() {
    FunctionRef sibling = new FunctionRef(ACME, new FunctionName("sibling"));
    gate.limit(
        ACME,
        new TenantLimits(
            Map.of("requests-per-second", 5L, "concurrency", 100L),
            Map.of(
                F.name(), Map.of("requests-per-second", 3L), sibling.name(), Map.of("burst", 1L))));

    assertThat(admittedOf(10)).as("the function's").isEqualTo(3);
    assertThat(gate.admit(F))
        .isEqualTo(
            new Rejected(
                new QuotaScope.OfFunction(F),
                "requests-per-second",
                3,
                Duration.ofNanos(333_333_334)));
    assertThat(admittedOf(10, sibling)).as("what its tenant has left").isEqualTo(2);
    assertThat(gate.admit(sibling))
        .isEqualTo(new Rejected(OF_ACME, "requests-per-second", 5, Duration.ofMillis(200)));
    nanoTime.addAndGet(Duration.ofSeconds(1).toNanos());
    assertThat(admittedOf(10, sibling)).isEqualTo(5);
    assertThat(gate.admit(F))
        .as("its tenant's")
        .isEqualTo(new Rejected(OF_ACME, "requests-per-second", 5, Duration.ofMillis(200)));
    nanoTime.addAndGet(Duration.ofMillis(600).toNanos());
    assertThat(admittedOf(10)).as("nothing of its own was lost by that").isEqualTo(3);
  }

  @Test
  void default_holdsForTenantsWithoutTheirOwn_eachByItself() {
    gate.limitEach(Map.of("requests-per-second", 2L, "burst", 4L));
    assertThat(admittedOf(9, F)).isEqualTo(4);
    assertThat(admittedOf(9, G)).isEqualTo(4);

    gate.limit(ACME, new TenantLimits(Map.of("requests-per-second", 7L)));
    assertThat(admittedOf(9, F)).as("the burst stays spent").isZero();
    nanoTime.addAndGet(Duration.ofSeconds(2).toNanos());
    assertThat(admittedOf(9, F)).as("its own, without the default's burst").isEqualTo(7);
    gate.limitEach(Map.of("concurrency", 1L));
    assertThat(admittedOf(2, G)).isEqualTo(1);
    assertThat(admittedOf(9, F)).as("its rate goes on").isZero();
    gate.limitEach(Map.of());
    assertThat(gate.admit(G)).isSameAs(Admitted.UNCOUNTED);
    gate.limit(Map.of("concurrency", 1L), Map.of());
    assertThat(admittedOf(3, F)).as("all were loaded anew").isEqualTo(1);
  }

  @Test
  void charge_ofWhatWasUsedElsewhere_countsForTheFunctionAndItsTenant() {
    FunctionRef sibling = new FunctionRef(ACME, new FunctionName("sibling"));
    gate.limit(
        ACME,
        new TenantLimits(
            Map.of("fuel-per-hour", 100L), Map.of(F.name(), Map.of("fuel-per-hour", 60L))));

    charge(F, 60, Duration.ZERO);
    charge(new FunctionRef(OTHER, F.name()), 60, Duration.ZERO);

    assertThat(gate.admit(F)).isInstanceOf(Rejected.class);
    assertThat(gate.admit(sibling)).isInstanceOf(Admitted.class);
    charge(sibling, 40, Duration.ZERO);
    assertThat(gate.admit(sibling)).isInstanceOf(Rejected.class);
  }

  @Test
  void charge_ofWhatWasUsedLongAgo_hasComeBackSince() {
    gate.limit(ACME, new TenantLimits(Map.of("fuel-per-hour", 100L)));
    assertThat(gate.isHourly(F)).isTrue();
    assertThat(gate.isHourly(G)).isFalse();

    charge(F, 1_000, Duration.ofHours(12)); // ten hours' worth, a debt until two hours ago
    charge(F, 90, Duration.ofMinutes(30)); // half of an hour's has come back
    assertThat(gate.admit(F)).isInstanceOf(Admitted.class);
    charge(F, 59, Duration.ofSeconds(1));
    assertThat(gate.admit(F)).as("40 + 59").isInstanceOf(Admitted.class);
    charge(F, 2, Duration.ZERO);

    assertThat(gate.admit(F)).isInstanceOf(Rejected.class);
  }

  private void charge(FunctionRef function, double fuel, Duration age) {
    gate.charge(function.tenant(), Optional.of(function.name()), new Spending(fuel, 0, 0), age);
  }

  @Test
  void limit_onlyQuotasOfALaterVersion_isUnlimited() {
    gate.limit(ACME, new TenantLimits(Map.of("outbound-per-hour", 1L)));

    assertThat(admittedOf(10)).isEqualTo(10);
  }

  @Test
  void admit_fromManyThreads_isNeverMoreThanTheLimits() throws Exception {
    gate.limit(ACME, new TenantLimits(Map.of("requests-per-second", 1_000L, "concurrency", 3L)));
    AtomicInteger inFlight = new AtomicInteger();
    AtomicInteger most = new AtomicInteger();
    AtomicInteger admitted = new AtomicInteger();
    CountDownLatch go = new CountDownLatch(1);
    List<Future<?>> workers = new ArrayList<>();
    try (ExecutorService threads = Executors.newFixedThreadPool(8)) {
      for (int i = 0; i < 8; i++) {
        workers.add(
            threads.submit(() -> {
              go.await();
              for (int n = 0; n < 2_000; n++) {
                if (gate.admit(F) instanceof Admitted let) {
                  most.accumulateAndGet(inFlight.incrementAndGet(), Math::max);
                  admitted.incrementAndGet();
                  Thread.yield();
                  inFlight.decrementAndGet();
                  let.release(Usage.NONE);
                }
              }
              return null;
            }));
      }
      go.countDown();
      for (Future<?> worker : workers) {
        worker.get();
      }
    }

    assertThat(most.get()).isBetween(1, 3);
    assertThat(admitted.get()).isLessThanOrEqualTo(1_000);
    nanoTime.addAndGet(Duration.ofSeconds(1).toNanos());
    assertThat(admittedOf(4)).as("every place was given back").isEqualTo(3);
  }

  private int admittedOf(int requests) {
    return admittedOf(requests, F);
  }

  private int admittedOf(int requests, FunctionRef function) {
    int admitted = 0;
    for (int i = 0; i < requests; i++) {
      if (gate.admit(function) instanceof Admitted) {
        admitted++;
      }
    }
    return admitted;
  }
}
