package dev.leat.tenants;

import static dev.leat.tenants.Platform.ACME;
import static dev.leat.tenants.Platform.OTHER;
import static org.assertj.core.api.Assertions.assertThat;

import dev.leat.contract.TenantId;
import dev.leat.contract.Usage;
import dev.leat.tenants.Admission.Admitted;
import dev.leat.tenants.Admission.Rejected;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

final class QuotaGateTest {
  private final AtomicLong nanoTime = new AtomicLong(-5);
  private final QuotaGate gate = new QuotaGate(nanoTime::get);

  @Test
  void admit_withoutQuotas_isAlwaysAdmitted() {
    for (int i = 0; i < 1_000; i++) {
      assertThat(gate.admit(ACME)).isSameAs(Admitted.UNCOUNTED);
    }
    Admitted.UNCOUNTED.release(Usage.NONE);
  }

  @Test
  void rejections_areCountedByTenantAndQuota_acrossChanges() {
    gate.limit(ACME, Map.of("requests-per-second", 2L));
    gate.limit(OTHER, Map.of("concurrency", 1L));
    assertThat(gate.rejections()).isEmpty();
    admittedOf(5);
    gate.admit(OTHER);
    gate.admit(OTHER);

    gate.limit(ACME, Map.of("requests-per-second", 1L));
    admittedOf(2);

    assertThat(gate.rejections())
        .containsExactlyInAnyOrder(
            new Rejections(Optional.of(ACME), "requests-per-second", 4),
            new Rejections(Optional.of(OTHER), "concurrency", 1));
    gate.limit(ACME, Map.of());
    assertThat(gate.rejections())
        .containsExactlyInAnyOrder(
            new Rejections(Optional.of(OTHER), "concurrency", 1),
            new Rejections(Optional.empty(), "requests-per-second", 4));
  }

  @Test
  void rejections_ofManyTenants_areToldApartUpToABound() {
    int tenants = QuotaGate.TOLD_APART_MAX + 50;
    for (int i = 0; i < tenants; i++) {
      TenantId tenant = new TenantId("t" + i);
      gate.limit(tenant, Map.of("concurrency", 1L));
      gate.admit(tenant);
      gate.admit(tenant);
    }

    assertThat(gate.rejections())
        .hasSize(QuotaGate.TOLD_APART_MAX + 1)
        .contains(new Rejections(Optional.empty(), "concurrency", 50));
  }

  @Test
  void admit_rate_isAdmittedUpToTheBurstAndThenEvenly() {
    gate.limit(ACME, Map.of("requests-per-second", 10L, "burst", 20L));

    assertThat(admittedOf(25)).isEqualTo(20);
    assertThat(gate.admit(ACME))
        .isEqualTo(new Rejected("requests-per-second", 10, Duration.ofMillis(100)));
    nanoTime.addAndGet(Duration.ofMillis(99).toNanos());
    assertThat(gate.admit(ACME))
        .isEqualTo(new Rejected("requests-per-second", 10, Duration.ofMillis(1)));
    nanoTime.addAndGet(Duration.ofMillis(1).toNanos());
    assertThat(admittedOf(5)).isEqualTo(1);
    nanoTime.addAndGet(Duration.ofHours(1).toNanos());
    assertThat(admittedOf(25)).isEqualTo(20);
  }

  @Test
  void admit_rateWithoutBurst_isAdmittedUpToASecondsWorth() {
    gate.limit(ACME, Map.of("requests-per-second", 3L));

    assertThat(admittedOf(10)).isEqualTo(3);
  }

  @Test
  void admit_fastestRate_isCounted() {
    gate.limit(ACME, Map.of("requests-per-second", Quota.REQUESTS_PER_SECOND.max(), "burst", 1L));

    assertThat(admittedOf(2)).isEqualTo(1);
    nanoTime.addAndGet(1_000);
    assertThat(admittedOf(2)).isEqualTo(1);
  }

  @Test
  void admit_anotherTenantsUse_doesNotCount() {
    gate.limit(ACME, Map.of("requests-per-second", 1L));
    gate.limit(OTHER, Map.of("requests-per-second", 1L));

    assertThat(gate.admit(ACME)).isInstanceOf(Admitted.class);
    assertThat(gate.admit(OTHER)).isInstanceOf(Admitted.class);
    assertThat(gate.admit(ACME)).isInstanceOf(Rejected.class);
  }

  @Test
  void admit_concurrency_isAdmittedAgainAfterARelease() {
    gate.limit(ACME, Map.of("concurrency", 2L));
    Admitted first = (Admitted) gate.admit(ACME);
    gate.admit(ACME);

    assertThat(gate.admit(ACME)).isEqualTo(new Rejected("concurrency", 2, Duration.ofSeconds(1)));

    first.release(Usage.NONE);
    first.release(Usage.NONE);
    assertThat(admittedOf(2)).as("a second release counts for nothing").isEqualTo(1);
  }

  @Test
  void admit_rejectedByRate_takesNoPlace() {
    gate.limit(ACME, Map.of("requests-per-second", 1L, "concurrency", 2L));
    gate.admit(ACME);
    assertThat(admittedOf(5)).isZero();

    nanoTime.addAndGet(Duration.ofSeconds(1).toNanos());
    assertThat(gate.admit(ACME)).isInstanceOf(Admitted.class);
  }

  @Test
  void admit_rejectedByConcurrency_usesNoRate() {
    gate.limit(ACME, Map.of("requests-per-second", 2L, "concurrency", 1L));
    Admitted first = (Admitted) gate.admit(ACME);
    assertThat(admittedOf(5)).isZero();

    first.release(Usage.NONE);
    assertThat(gate.admit(ACME)).isInstanceOf(Admitted.class);
  }

  @Test
  void limit_changed_holdsAtOnceAndKeepsWhatWasUsed() {
    gate.limit(ACME, Map.of("requests-per-second", 5L, "concurrency", 9L));
    Admitted first = (Admitted) gate.admit(ACME);
    assertThat(admittedOf(3)).isEqualTo(3);

    gate.limit(ACME, Map.of("requests-per-second", 5L, "concurrency", 4L));
    assertThat(gate.admit(ACME)).as("four are in flight").isInstanceOf(Rejected.class);
    first.release(Usage.NONE);
    assertThat(gate.admit(ACME)).isInstanceOf(Admitted.class);
    gate.limit(ACME, Map.of("requests-per-second", 5L));
    assertThat(gate.admit(ACME)).as("five were let in").isInstanceOf(Rejected.class);
    gate.limit(ACME, Map.of("requests-per-second", 7L));
    assertThat(admittedOf(10)).as("another rate begins anew").isEqualTo(7);
    gate.limit(ACME, Map.of());
    assertThat(admittedOf(10)).isEqualTo(10);
  }

  @Test
  void admit_fuelOfTheHourUsedUp_isRejectedUntilSomeComesBack() {
    gate.limit(ACME, Map.of("fuel-per-hour", 3_600L));
    Admitted first = (Admitted) gate.admit(ACME);
    Admitted second = (Admitted) gate.admit(ACME);

    first.release(used(3_500, 100, 0, 0));
    first.release(used(3_500, 100, 0, 0));
    assertThat(gate.admit(ACME))
        .isEqualTo(new Rejected("fuel-per-hour", 3_600, Duration.ofSeconds(1)));

    second.release(used(10, 0, 0, 0));
    assertThat(gate.admit(ACME))
        .as("who was let in may leave a debt")
        .isEqualTo(new Rejected("fuel-per-hour", 3_600, Duration.ofSeconds(11)));
    nanoTime.addAndGet(Duration.ofSeconds(11).toNanos());
    assertThat(gate.admit(ACME)).isInstanceOf(Admitted.class);
    assertThat(gate.rejections())
        .containsExactly(new Rejections(Optional.of(ACME), "fuel-per-hour", 2));
  }

  @Test
  void admit_memoryOfTheHourUsedUp_isRejected() {
    gate.limit(ACME, Map.of("memory-mb-hours", 1L));
    Admitted first = (Admitted) gate.admit(ACME);
    first.release(used(0, 0, 64 << 20, Duration.ofHours(1).toNanos() / 64 - 1_000_000));
    assertThat(gate.admit(ACME)).as("64 MiB for less than a 64th").isInstanceOf(Admitted.class);

    ((Admitted) gate.admit(ACME)).release(used(0, 0, 64 << 20, 1_000_000));

    assertThat(gate.admit(ACME)).isInstanceOf(Rejected.class);
  }

  @Test
  void limit_hourlyUseUnchanged_goesOn_changedBeginsAnew() {
    gate.limit(ACME, Map.of("fuel-per-hour", 100L));
    ((Admitted) gate.admit(ACME)).release(used(100, 0, 0, 0));

    gate.limit(ACME, Map.of("fuel-per-hour", 100L, "concurrency", 5L));
    assertThat(gate.admit(ACME)).isInstanceOf(Rejected.class);
    gate.limit(ACME, Map.of("fuel-per-hour", 200L, "concurrency", 5L));
    assertThat(gate.admit(ACME)).isInstanceOf(Admitted.class);
  }

  @Test
  void admit_rejectedByHourlyUse_takesNoPlaceAndNoRate() {
    gate.limit(ACME, Map.of("fuel-per-hour", 100L, "concurrency", 1L, "requests-per-second", 2L));
    ((Admitted) gate.admit(ACME)).release(used(100, 0, 0, 0));
    assertThat(admittedOf(5)).isZero();

    gate.limit(ACME, Map.of("concurrency", 1L, "requests-per-second", 2L));
    assertThat(gate.admit(ACME)).isInstanceOf(Admitted.class);
  }

  @Test
  void limit_highestOfEachQuota_andTheLowest_holds() {
    for (Quota quota : Quota.values()) {
      gate.limit(ACME, Map.of(quota.word(), quota.max()));
      ((Admitted) gate.admit(ACME)).release(Usage.NONE);
      gate.limit(ACME, Map.of(quota.word(), 1L));
      Admitted admitted = (Admitted) gate.admit(ACME);
      admitted.release(used(Long.MAX_VALUE, Long.MAX_VALUE, 1 << 30, Long.MAX_VALUE / 1_000_000));
      gate.limit(ACME, Map.of());
    }
  }

  @Test
  void admit_afterUseFarAboveTheHours_isRejectedForADayAtMost() {
    gate.limit(ACME, Map.of("fuel-per-hour", 1L));
    ((Admitted) gate.admit(ACME)).release(used(Long.MAX_VALUE, Long.MAX_VALUE, 0, 0));

    assertThat(gate.admit(ACME)).isEqualTo(new Rejected("fuel-per-hour", 1, Duration.ofHours(25)));
    nanoTime.addAndGet(Duration.ofHours(25).toNanos());
    assertThat(gate.admit(ACME)).isInstanceOf(Admitted.class);
  }

  private static Usage used(long fuel, long initFuel, long memory, long execNanos) {
    return new Usage(fuel, initFuel, memory, Usage.Acquire.RESET, 0, 0, execNanos, 0);
  }

  @Test
  void limit_onlyQuotasOfALaterVersion_isUnlimited() {
    gate.limit(ACME, Map.of("outbound-per-hour", 1L));

    assertThat(admittedOf(10)).isEqualTo(10);
  }

  @Test
  void admit_fromManyThreads_isNeverMoreThanTheLimits() throws Exception {
    gate.limit(ACME, Map.of("requests-per-second", 1_000L, "concurrency", 3L));
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
                if (gate.admit(ACME) instanceof Admitted let) {
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
    int admitted = 0;
    for (int i = 0; i < requests; i++) {
      if (gate.admit(ACME) instanceof Admitted) {
        admitted++;
      }
    }
    return admitted;
  }
}
