package dev.leat.worker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.leat.contract.FunctionVersion;
import dev.leat.contract.InstancePolicy.Reuse;
import dev.leat.contract.Outcome;
import dev.leat.contract.Usage.Acquire;
import dev.leat.contract.permission.PermissionSource;
import dev.leat.engine.ClassStore;
import dev.leat.engine.CompileBudget;
import dev.leat.engine.GuestHeap;
import dev.leat.engine.ModuleLimits;
import dev.leat.engine.chicory.ChicoryEngine;
import dev.leat.testkit.Eventually;
import dev.leat.testkit.WasmBuilder;
import dev.leat.testkit.WasmCode;
import dev.leat.worker.capability.PermissionDenials;
import dev.leat.worker.capability.Powers;
import dev.leat.worker.capability.database.DatabasePower;
import dev.leat.worker.capability.logging.GuestLogs;
import dev.leat.worker.capability.metrics.GuestMetrics;
import dev.leat.worker.guest.CpuTurns;
import dev.leat.worker.guest.GuestFactory;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
final class PreparingTest {
  private static final Duration LONG = Duration.ofMinutes(5);

  private TestWorker worker = new TestWorker();

  @AfterEach
  void stop() {
    worker.close();
  }

  private static WasmBuilder guest() {
    return new WasmBuilder()
        .importFunction("leat", "log", "(i32,i32,i32)->")
        .memory(1)
        .export("allocate", "(i32)->i32", new WasmCode().i32Const(64))
        .export("handle", "(i32,i32)->i64", new WasmCode().i64Const(8L << 32 | 2))
        .data(8, "ok");
  }

  private static TestFunction quick() {
    return TestFunction.handler(guest());
  }

  /** A function that says in the log when an instance of it is made. */
  private static TestFunction telling(String name) {
    WasmCode say =
        new WasmCode().i32Const(1).i32Const(32).i32Const(name.length()).call(0).i32Const(1);
    return TestFunction.handler(guest().data(32, name).export("init", "(i32,i32)->i32", say))
        .tenant(name);
  }

  /** A function whose instances never come up, and may try for longer than the test runs. */
  private static TestFunction endless() {
    WasmCode loop = new WasmCode().loop().br(0).end().i32Const(1);
    return TestFunction.handler(guest().export("init", "(i32,i32)->i32", loop)).timeout(LONG);
  }

  private CompletableFuture<Void> prepare(TestFunction function) {
    return worker.worker.prewarm(worker.publish(function));
  }

  @Test
  void manyInstancesOfSlowInitialisation_holdUpNoCall_andEndWithTheVersions() {
    worker.close();
    worker = new TestWorker(new WorkerConfig(2, 0, 2, 1, 100, 100, LONG, 64 << 20));
    List<FunctionVersion> slow = new ArrayList<>();
    for (int i = 0; i < 12; i++) {
      TestFunction function = endless().tenant("greedy-" + i % 2).version(1 + i);
      slow.add(worker.publish(function.instances(1_000, 1_000, Reuse.RESET)));
    }
    List<CompletableFuture<Void>> preparations = slow.stream().map(worker.worker::prewarm).toList();

    for (int i = 0; i < 10; i++) {
      assertThat(worker.invoke(quick(), "")).isInstanceOf(Outcome.Responded.class);
      Eventually.holds("it is put back", () -> worker.worker.runningInvocations() == 0);
    }
    slow.forEach(worker.worker::deleted);

    assertThat(preparations).allMatch(CompletableFuture::isCancelled);
    prepare(quick().version(2)).join();
    assertThat(worker.worker.idleInstances()).isEqualTo(2);
  }

  @Test
  void close_whileAnInstanceIsMade_waitsForNothing() {
    CompletableFuture<Void> preparation = prepare(endless());
    CompletableFuture<Void> next = prepare(quick().tenant("other"));

    worker.close();

    assertThat(preparation).isCancelled();
    assertThat(next.isDone()).isTrue();
    assertThatThrownBy(() -> prepare(quick().version(2)).join())
        .isInstanceOf(CancellationException.class);
  }

  @Test
  void tenants_takeTurns() {
    CompletableFuture<Void> blocker = prepare(endless());
    CompletableFuture<Void> many = prepare(telling("many").instances(4, 4, Reuse.RESET));
    CompletableFuture<Void> few = prepare(telling("few").instances(2, 2, Reuse.RESET));

    worker.worker.deleted(endless().version());

    assertThat(blocker).isCancelled();
    many.join();
    few.join();
    assertThat(worker.lines)
        .containsExactly(
            "INFO many", "INFO few", "INFO many", "INFO few", "INFO many", "INFO many");
  }

  @Test
  void instancesOfATenant_haveABound() {
    prepare(quick().instances(1_000, 1_000, Reuse.RESET)).join();
    prepare(quick().version(2).instances(1_000, 1_000, Reuse.RESET)).join();
    assertThat(worker.worker.idleInstances()).isEqualTo(Preparing.INSTANCES_PER_TENANT);

    prepare(quick().tenant("other").instances(3, 3, Reuse.RESET)).join();

    assertThat(worker.worker.idleInstances()).isEqualTo(Preparing.INSTANCES_PER_TENANT + 3);
  }

  @Test
  void instancesOfAllTenants_haveABound() {
    for (int i = 0; i < 12; i++) {
      prepare(quick().tenant("tenant-" + i).instances(1_000, 1_000, Reuse.RESET)).join();
    }

    assertThat(worker.worker.idleInstances()).isEqualTo(Preparing.INSTANCES);
  }

  @Test
  void timeOfATenant_hasABound() {
    AtomicLong now = new AtomicLong();
    GuestHeap heap = GuestHeap.unbounded();
    ChicoryEngine engine =
        new ChicoryEngine(ModuleLimits.DEFAULT, CompileBudget.ofThisJvm(), ClassStore.none(), heap);
    Pools pools = new Pools(1, version -> version.instances().min());
    ModuleCache modules = new ModuleCache(engine, digest -> quick().module(), 1 << 20);
    Powers powers =
        HostPowers.of(
            new GuestLogs((from, level, text) -> 0, System::nanoTime),
            new GuestMetrics(function -> true),
            TestKeyValues.unused(),
            TestHttp.unused(),
            TestSecrets.unused(),
            DatabasePower.none(),
            InstantSource.system(),
            PermissionSource.OF_MANIFESTS,
            new PermissionDenials((function, type, resource) -> {}));
    GuestFactory guests = new GuestFactory(powers, new CpuTurns(1, () -> {}));
    // Each reading of the clock is two seconds after the last: an instance takes at least two.
    try (modules;
        Preparing preparing =
            new Preparing(pools, modules, guests, () -> now.addAndGet(2_000_000_000L))) {
      preparing.start();

      preparing.prepare(quick().instances(50, 50, Reuse.RESET).version()).join();
      preparing.prepare(quick().tenant("other").instances(2, 2, Reuse.RESET).version()).join();

      assertThat(preparing.done().instances() - 2).isBetween(1L, 20L);
      assertThat(pools.of(quick().tenant("other").instances(2, 2, Reuse.RESET).version()))
          .extracting(InstancePool::idleInstances)
          .isEqualTo(2);
    }
  }

  @Test
  void preparation_withoutRoom_letsNoIdleInstanceOfOthersGo() {
    worker.close();
    worker =
        new TestWorker(
            new WorkerConfig(4, 4, 3, 2, 100, 100, LONG, 64 << 20), new GuestHeap(1 << 20));
    FunctionVersion kept = worker.publish(quick());
    worker.worker.prewarm(kept).join();

    assertThatThrownBy(
            () -> prepare(quick().tenant("other").instances(1_000, 1_000, Reuse.RESET)).join())
        .hasMessageContaining("memory for guests is used up");

    assertThat(worker.worker.idleInstances()).isGreaterThan(5);
    assertThat(worker.invoke(kept, new byte[0]).usage().acquire()).isEqualTo(Acquire.WARM);
  }

  @Test
  void versionThatTrafficLeft_isMadeAheadNoMore() {
    CompletableFuture<Void> last = prepare(endless());
    CompletableFuture<Void> others = prepare(endless().tenant("other"));
    FunctionVersion next = worker.publish(quick().version(2));

    worker.worker.retain(next.function(), Set.of(next));

    assertThat(last).isCancelled();
    assertThat(others).isNotCancelled();
    worker.worker.deleted(endless().tenant("other").version());
    worker.worker.prewarm(next).join();
    Eventually.holds("one is kept", () -> worker.worker.idleInstances() == 1);
  }
}
