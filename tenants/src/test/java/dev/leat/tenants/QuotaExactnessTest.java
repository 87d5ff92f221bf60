package dev.leat.tenants;

import static dev.leat.tenants.Platform.ACME;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.leat.contract.FunctionName;
import dev.leat.contract.FunctionRef;
import dev.leat.contract.Usage;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * 200,000 requests at four times the limit: what is let in is the rate times the time and the
 * burst, within 1 %.
 */
final class QuotaExactnessTest {
  private static final FunctionRef F = new FunctionRef(ACME, new FunctionName("f"));
  private static final int OFFERED = 200_000;
  private static final int TIMES = 4;
  private static final long SECOND = Duration.ofSeconds(1).toNanos();

  private final AtomicLong nanoTime = new AtomicLong(Long.MAX_VALUE - 7); // it wraps
  private final QuotaGate gate = new QuotaGate(nanoTime::get);

  @ParameterizedTest
  @ValueSource(longs = {1, 3, 7, 100, 1_000, 999_983, 1_000_000})
  void offeredEvenly_isAdmittedExactly(long perSecond) {
    long burst = Math.clamp(perSecond / 2, 1, 10_000);
    gate.limit(ACME, new TenantLimits(Map.of("requests-per-second", perSecond, "burst", burst)));
    long admitted = 0;
    long start = nanoTime.get();

    for (long i = 0; i < OFFERED; i++) {
      nanoTime.set(start + i * SECOND / (perSecond * TIMES));
      admitted += admit();
    }

    double expected = burst + (OFFERED - 1) / (double) TIMES;
    assertThat((double) admitted).isCloseTo(expected, within(1 + expected * 1e-5));
  }

  @Test
  void offeredByManyThreads_isAdmittedExactly() throws Exception {
    long perSecond = 1_000;
    gate.limit(
        ACME,
        new TenantLimits(
            Map.of("requests-per-second", perSecond * 5, "burst", 5_000L),
            Map.of(F.name(), Map.of("requests-per-second", perSecond))));
    int threads = 8;
    AtomicInteger offered = new AtomicInteger();
    AtomicLong admitted = new AtomicLong();
    List<Future<?>> workers = new ArrayList<>();
    try (ExecutorService pool = Executors.newFixedThreadPool(threads)) {
      for (int i = 0; i < threads; i++) {
        workers.add(
            pool.submit(() -> {
              while (offered.getAndIncrement() < OFFERED) {
                admitted.addAndGet(admit());
                nanoTime.addAndGet(SECOND / (perSecond * TIMES));
              }
            }));
      }
      for (Future<?> worker : workers) {
        worker.get();
      }
    }

    double expected = perSecond + OFFERED / (double) TIMES;
    assertThat((double) admitted.get()).isCloseTo(expected, within(expected * 0.01));
  }

  /** An hour's fuel is charged after the fact, whatever each used. */
  @Test
  void fuelOfAnHour_isLetInUpToTheLimit_andOneInvocationBeyond() {
    long perHour = 36_000_000;
    long each = 900;
    gate.limit(ACME, new TenantLimits(Map.of("fuel-per-hour", perHour)));
    long admitted = 0;
    long start = nanoTime.get();

    for (long i = 0; i < OFFERED; i++) {
      nanoTime.set(start + i * Duration.ofHours(1).toNanos() / OFFERED);
      if (gate.admit(F) instanceof Admission.Admitted let) {
        let.release(new Usage(each, 0, 0, Usage.Acquire.RESET, 0, 0, 0, 0));
        admitted++;
      }
    }

    double expected = 2.0 * perHour / each; // an hour's depth, and what came back in an hour
    assertThat((double) admitted).isCloseTo(expected, within(expected * 0.01));
  }

  private int admit() {
    if (gate.admit(F) instanceof Admission.Admitted let) {
      let.release(Usage.NONE);
      return 1;
    }
    return 0;
  }
}
