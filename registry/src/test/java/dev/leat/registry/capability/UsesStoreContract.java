package dev.leat.registry.capability;

import static org.assertj.core.api.Assertions.assertThat;

import dev.leat.contract.FunctionName;
import dev.leat.contract.FunctionRef;
import dev.leat.contract.TenantId;
import dev.leat.contract.permission.PermissionType;
import dev.leat.registry.capability.Uses.Count;
import dev.leat.testkit.ManualClock;
import java.time.Instant;
import java.time.LocalDate;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The laws of {@link UsesStore}, by their numbers. */
public abstract class UsesStoreContract {
  protected static final TenantId ACME = new TenantId("acme");
  protected static final FunctionName MASK = new FunctionName("mask");
  private static final FunctionRef FUNCTION = new FunctionRef(ACME, MASK);
  private static final LocalDate TODAY = LocalDate.parse("2026-01-31");
  private static final Asked ORDERS = new Asked(PermissionType.METRICS, "orders");

  private UsesStore store;

  protected abstract UsesStore newStore();

  /** Has there be such a function, or not any more. */
  protected abstract void deploy(FunctionRef function);

  protected abstract void delete(FunctionRef function);

  protected abstract void forget(TenantId tenant);

  @BeforeEach
  void open() {
    store = newStore();
    deploy(FUNCTION);
  }

  private static Uses once(String... names) {
    Uses uses = new Uses();
    for (String name : names) {
      uses.add(new Asked(PermissionType.METRICS, name), new Count(1, 0));
    }
    return uses;
  }

  @Test
  final void laws1And3_add_addsUp_byDay() {
    assertThat(store.add(FUNCTION, TODAY.minusDays(1), once("orders"))).isTrue();
    assertThat(store.add(FUNCTION, TODAY, once("orders"))).isTrue();
    assertThat(store.add(FUNCTION, TODAY, once("orders", "nul\0"))).isTrue();

    assertThat(store.since(FUNCTION, TODAY).counts())
        .containsOnly(
            Map.entry(ORDERS, new Count(2, 0)),
            Map.entry(new Asked(PermissionType.METRICS, "nul\0"), new Count(1, 0)));
    assertThat(store.since(FUNCTION, TODAY.minusDays(1)).counts())
        .containsEntry(ORDERS, new Count(3, 0));
  }

  @Test
  final void law1_severalNodesAtOnce_loseNothing() throws Exception {
    Callable<Integer> node =
        () -> {
          int tries = 0;
          for (int i = 0; i < 10; i++) {
            while (!store.add(FUNCTION, TODAY, once("orders"))) {
              tries++;
            }
          }
          return tries;
        };
    try (ExecutorService nodes = Executors.newFixedThreadPool(3)) {
      for (Future<Integer> each : nodes.invokeAll(List.of(node, node, node))) {
        assertThat(each.get()).as("tries in vain").isLessThan(10);
      }
    }

    assertThat(store.since(FUNCTION, TODAY).counts()).containsEntry(ORDERS, new Count(30, 0));
  }

  @Test
  final void law1_whatIsKept_isBounded() {
    Stream.iterate(0, i -> i + 100)
        .limit(5)
        .forEach(from -> {
          Uses uses = new Uses();
          for (int i = from; i < from + 100; i++) {
            uses.add(new Asked(PermissionType.METRICS, "n" + i), new Count(1, 0));
          }
          store.add(FUNCTION, TODAY, uses);
        });

    Map<Asked, Count> kept = store.since(FUNCTION, TODAY).counts();
    assertThat(kept).hasSizeLessThanOrEqualTo(2 * Uses.EACH_MAX + 1);
    assertThat(kept.values().stream().mapToLong(Count::allowed).sum()).isEqualTo(500);
  }

  @Test
  final void law2_nothingOfWhatIsNotDeployed_andAllGoesWithIt() {
    FunctionRef other = new FunctionRef(ACME, new FunctionName("other"));
    assertThat(store.add(other, TODAY, once("orders"))).as("not to be tried again").isTrue();
    deploy(other);
    assertThat(store.since(other, TODAY).counts()).isEmpty();

    store.add(FUNCTION, TODAY, once("orders"));
    store.add(other, TODAY, once("orders"));
    delete(FUNCTION);
    assertThat(store.since(FUNCTION, TODAY).counts()).isEmpty();
    assertThat(store.since(other, TODAY).counts()).hasSize(1);
    forget(ACME);
    assertThat(store.since(other, TODAY).counts()).isEmpty();
  }

  @Test
  final void law3_oldDaysGo() {
    LocalDate first = TODAY.minusDays(UsesStore.DAYS_KEPT);
    store.add(FUNCTION, first, once("orders"));
    store.add(FUNCTION, first.plusDays(1), once("orders"));
    assertThat(store.since(FUNCTION, first).counts()).containsEntry(ORDERS, new Count(2, 0));

    store.add(FUNCTION, TODAY, once("other"));

    assertThat(store.since(FUNCTION, first).counts()).containsEntry(ORDERS, new Count(1, 0));
  }

  @Test
  final void log_writesWhatItCounted_once() {
    UsesLog log =
        new UsesLog(store, new ManualClock(Instant.parse("2026-01-31T23:59:59Z"))::instant);
    log.count(FUNCTION, PermissionType.METRICS, "orders", 2, 1);
    log.count(FUNCTION, PermissionType.METRICS, "orders", 1, 0);
    for (int i = 0; i < UsesLog.FUNCTIONS_MAX; i++) {
      FunctionRef gone = new FunctionRef(ACME, new FunctionName("gone-" + i));
      log.count(gone, PermissionType.METRICS, "x", 1, 0);
    }
    assertThat(log.waiting()).isEqualTo(UsesLog.FUNCTIONS_MAX);

    log.write();
    assertThat(log.waiting()).isEqualTo(UsesLog.FUNCTIONS_MAX - UsesLog.WRITTEN_MAX);
    log.write(FUNCTION);

    assertThat(store.since(FUNCTION, TODAY).counts()).containsEntry(ORDERS, new Count(3, 1));
  }
}
