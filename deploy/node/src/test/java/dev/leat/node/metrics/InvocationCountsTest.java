package dev.leat.node.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import dev.leat.contract.FunctionName;
import dev.leat.contract.FunctionRef;
import dev.leat.contract.TenantId;
import dev.leat.testkit.Seed;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Counts are exact, and the series are bounded whatever tenants do. */
final class InvocationCountsTest {
  private final Set<FunctionRef> deployed = ConcurrentHashMap.newKeySet();
  private final Set<TenantId> gone = ConcurrentHashMap.newKeySet();
  private final InvocationCounts counts =
      new InvocationCounts(deployed::contains, tenant -> !gone.contains(tenant));

  private static FunctionRef function(String tenant, String name) {
    return new FunctionRef(new TenantId(tenant), new FunctionName(name));
  }

  private FunctionRef deploy(String tenant, String name) {
    FunctionRef function = function(tenant, name);
    deployed.add(function);
    return function;
  }

  private void delete(FunctionRef function) {
    deployed.remove(function);
    counts.removed(function);
  }

  private Map<String, Long> series() {
    Map<String, Long> series = new HashMap<>();
    counts.forEach((tenant, function, ending, count) ->
        assertThat(series.put(tenant + "/" + function + " " + ending, count)).isNull());
    return series;
  }

  private long total() {
    return series().values().stream().mapToLong(Long::longValue).sum();
  }

  @Test
  void count_isByFunctionAndEnding() {
    FunctionRef mask = deploy("acme", "mask");
    counts.count(mask, "responded");
    counts.count(mask, "responded");
    counts.count(mask, "trapped");
    counts.count(deploy("acme", "other"), "responded");

    assertThat(series())
        .isEqualTo(
            Map.of(
                "acme/mask responded", 2L,
                "acme/mask trapped", 1L,
                "acme/other responded", 1L));
  }

  @Test
  void functions_ofOneTenant_beyondItsShare_areOthers() {
    int functions = InvocationCounts.FUNCTIONS_PER_TENANT_MAX + 2_000;
    for (int i = 0; i < functions; i++) {
      FunctionRef function = deploy("acme", "f" + i);
      counts.count(function, "responded");
      counts.count(function, "responded");
    }
    counts.count(deploy("modest", "f"), "responded");

    assertThat(series())
        .hasSize(InvocationCounts.FUNCTIONS_PER_TENANT_MAX + 2)
        .containsEntry("acme/_other responded", 4_000L)
        .containsEntry("modest/f responded", 1L);
  }

  @Test
  void manyThousandFunctions_ofManyTenants_beyondAllPlaces_areOthers() {
    for (int t = 0; t < 700; t++) {
      for (int f = 0; f < 20; f++) {
        counts.count(deploy("t" + t, "f" + f), "responded");
      }
    }

    assertThat(total()).isEqualTo(14_000);
    assertThat(series())
        .hasSize(InvocationCounts.FUNCTIONS_MAX + 450 + 1)
        .containsEntry("t49/f19 responded", 1L)
        .containsEntry("t50/_other responded", 20L)
        .containsEntry("_other/_other responded", 4_000L);
  }

  @Test
  void functions_thatComeAndGo_leaveNoNames() {
    for (int i = 0; i < 5_000; i++) {
      FunctionRef function = deploy("acme", "preview-" + i);
      counts.count(function, "responded");
      delete(function);
      counts.count(function, "responded"); // ended after it was deleted
    }

    assertThat(series()).isEqualTo(Map.of("acme/_other responded", 10_000L));
  }

  @Test
  void places_thatBecomeFree_goToFunctionsThatHadNone() {
    FunctionRef first = deploy("acme", "first");
    counts.count(first, "responded");
    for (int i = 0; i < InvocationCounts.FUNCTIONS_PER_TENANT_MAX; i++) {
      counts.count(deploy("acme", "f" + i), "responded");
    }
    FunctionRef last = function("acme", "f" + (InvocationCounts.FUNCTIONS_PER_TENANT_MAX - 1));
    assertThat(series()).doesNotContainKey(last + " responded");

    delete(first);
    counts.count(last, "responded");

    assertThat(series()).containsEntry(last + " responded", 1L);
    assertThat(series()).containsEntry("acme/_other responded", 2L);
  }

  @Test
  void tenants_thatAreGone_makeRoom() {
    for (int t = 0; t < 3 * InvocationCounts.TENANTS_MAX; t++) {
      FunctionRef function = deploy("t" + t, "f");
      counts.count(function, "responded");
      delete(function);
      gone.add(function.tenant());
    }

    FunctionRef late = deploy("late", "f");
    counts.count(late, "responded");

    assertThat(series()).containsEntry("late/f responded", 1L);
    assertThat(series().size()).isLessThanOrEqualTo(InvocationCounts.TENANTS_MAX + 2);
    assertThat(total()).isEqualTo(3 * InvocationCounts.TENANTS_MAX + 1);
  }

  @Test
  void removed_aVersionOfAFunctionThatHasOthers_changesNothing() {
    FunctionRef mask = deploy("acme", "mask");
    counts.count(mask, "responded");

    counts.removed(mask);

    assertThat(series()).isEqualTo(Map.of("acme/mask responded", 1L));
  }

  @Test
  void counts_ofManyThreads_whileFunctionsComeAndGo_areAllThere() throws InterruptedException {
    Seed seed = Seed.orElse(31);
    int threads = 4;
    int each = 20_000;
    CountDownLatch done = new CountDownLatch(threads);
    try (ExecutorService pool = Executors.newFixedThreadPool(threads + 1)) {
      for (int t = 0; t < threads; t++) {
        Random random = new Random(seed.value() + t);
        pool.execute(() -> {
          for (int i = 0; i < each; i++) {
            counts.count(function("t" + random.nextInt(3), "f" + random.nextInt(5)), "responded");
          }
          done.countDown();
        });
      }
      Random random = seed.random();
      while (done.getCount() > 0) {
        FunctionRef function = deploy("t" + random.nextInt(3), "f" + random.nextInt(5));
        if (random.nextBoolean()) {
          delete(function);
        }
      }
      assertThat(done.await(60, TimeUnit.SECONDS)).isTrue();
    }

    assertThat(total()).as(seed.toString()).isEqualTo((long) threads * each);
  }
}
