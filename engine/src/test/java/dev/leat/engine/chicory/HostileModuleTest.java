package dev.leat.engine.chicory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.leat.contract.Cancellation;
import dev.leat.contract.ModuleDigest;
import dev.leat.engine.ClassStore;
import dev.leat.engine.CompileBudget;
import dev.leat.engine.GuestBudget;
import dev.leat.engine.GuestHeap;
import dev.leat.engine.GuestInstance;
import dev.leat.engine.GuestStopped;
import dev.leat.engine.GuestStopped.Reason;
import dev.leat.engine.Inspection;
import dev.leat.engine.LoadedModule;
import dev.leat.engine.ModuleLimits;
import dev.leat.testkit.Eventually;
import dev.leat.testkit.WasmBuilder;
import dev.leat.testkit.WasmBytes;
import dev.leat.testkit.WasmCode;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Each hostile module a hundred times, in a JVM with a heap of 512 MB: it is refused or stopped,
 * and the JVM is as healthy afterwards as before. Run in a JVM of its own (engine/pom.xml).
 */
@Tag("small-heap")
@Timeout(120)
final class HostileModuleTest {
  private static final int TIMES = 100;
  private static final int HEAP_BYTES = 512 << 20;
  private static final long HEAP_GROWTH_MAX = 16 << 20;
  private static final int PAGES_MAX = 16_384;
  private static final Duration LOOP_TIME = Duration.ofMillis(5);

  private static final GuestHeap HEAP = GuestHeap.ofThisJvm();
  private static final ChicoryEngine ENGINE =
      new ChicoryEngine(ModuleLimits.DEFAULT, CompileBudget.ofThisJvm(), ClassStore.none(), HEAP);

  private static List<Long> healthBefore;
  private static long heapBefore;

  @BeforeAll
  static void measure() {
    assertThat(Runtime.getRuntime().maxMemory()).isLessThanOrEqualTo(HEAP_BYTES);
    health();
    healthBefore = health();
    heapBefore = usedAfterGc();
  }

  @AfterAll
  static void isAsHealthyAsBefore() {
    assertThat(health()).isEqualTo(healthBefore);
    assertThat(HEAP.heldBytes()).isZero();
    Eventually.holds("no thread is left", () -> Guests.threadsNamed("compile", "guest") == 0);
    assertThat(usedAfterGc() - heapBefore).isLessThan(HEAP_GROWTH_MAX);
  }

  // ---- 1. Loops, and functions that only an interpreter could run. ----

  @Test
  void endlessLoop_ofEachKind_endsAtItsDeadline() {
    LoadedModule module = load(HostileModules.endless());
    for (String export : List.of("br", "br_if", "br_table", "calls")) {
      for (int i = 0; i < TIMES; i++) {
        try (GuestInstance guest = instance(module)) {
          guest.begin(budget(LOOP_TIME));
          assertThat(Guests.stopped(guest, export).reason())
              .as(export)
              .isEqualTo(Reason.DEADLINE_PASSED);
        }
      }
    }
  }

  @Test
  void functionTooLargeForTheJvm_isRefused() {
    byte[] module = HostileModules.methodTooLarge();
    assertRefused(() -> module, "exceeds the Java method size limits");
  }

  // ---- 2. Compile bombs. ----

  @Test
  void branchTableOfAMillion_isRefused() {
    byte[] module = HostileModules.branchTables(1, 1_000_000);
    assertRefused(() -> module, "bytes, at most 262144");
  }

  @Test
  void branchTableAboveTheLimit_isRefused() {
    byte[] module = HostileModules.branchTables(10, 16_384);
    assertRefused(() -> module, "A br_table has 16385 targets, at most 16384");
  }

  @Test
  void hundredThousandFunctions_areRefused() {
    byte[] module = HostileModules.functions(100_000, new WasmCode());
    assertRefused(() -> module, "100000 functions, at most 30000");
  }

  @Test
  void sixUploadsOfTenMillionTypes_areRefusedAndHoldNobodyUp() throws Exception {
    byte[] claimed = new WasmBytes().unsigned(10_000_000).toByteArray();
    List<byte[]> uploads = new ArrayList<>();
    for (int i = 0; i < 6; i++) {
      byte[] types = new byte[30 << 20];
      System.arraycopy(claimed, 0, types, 0, claimed.length);
      for (int at = claimed.length; at < types.length; at += 3) {
        types[at] = 0x60;
      }
      WasmBytes module = new WasmBytes().raw(0, 'a', 's', 'm', 1, 0, 0, 0).raw(1);
      uploads.add(module.unsigned(types.length).bytes(types).toByteArray());
    }
    byte[] small = HostileModules.functions(10, new WasmCode());

    try (ExecutorService publishers = Executors.newFixedThreadPool(7)) {
      List<Future<Inspection>> ended = new ArrayList<>();
      for (int round = 0; round < 10; round++) {
        uploads.forEach(upload -> ended.add(publishers.submit(() -> inspect(upload))));
      }
      for (int i = 0; i < 10; i++) {
        assertThat(inspect(small)).isInstanceOf(Inspection.Accepted.class);
      }
      for (Future<Inspection> upload : ended) {
        assertThat(upload.get()).asString().contains("10000000 types, at most 1000");
      }
    }
  }

  @Test
  void fourteenMegabytesOfCode_areRefused() {
    WasmCode code = new WasmCode();
    for (int i = 0; i < 250_000; i++) {
      code.op(0x01);
    }
    byte[] module = HostileModules.functions(56, code);
    assertRefused(() -> module, "bytes of code, at most 6291456");
  }

  @Test
  void instructionsBeyondTheMemory_areRefusedBeforeTheyAreRead() {
    WasmCode code = new WasmCode();
    for (int i = 0; i < 250_000; i++) {
      code.op(0x01);
    }
    byte[] module = HostileModules.functions(3, code);
    assertRefused(() -> module, "of memory, this node has 6");
  }

  @Test
  void branchesTimesLocals_areRefusedBeforeTheyAreCompiled() {
    byte[] module = HostileModules.branchesAmongLocals(5_000, 60_000);
    assertRefused(() -> module, "of memory, this node has 6");
  }

  @Test
  void branchesTimesStack_areRefusedBeforeTheyAreCompiled() {
    byte[] branches = HostileModules.branchesOnADeepStack(20_000, 20_000);
    byte[] blocks = HostileModules.blocksOnADeepStack(40_000, 20_000);
    assertRefused(() -> branches, "of memory, this node has 6");
    assertRefused(() -> blocks, "of memory, this node has 6");
  }

  @Test
  void compilingBeyondItsTime_stops() {
    ChicoryEngine hasty =
        new ChicoryEngine(
            ModuleLimits.DEFAULT,
            new CompileBudget(Duration.ofMillis(5), HEAP_BYTES / 8, 1),
            ClassStore.none(),
            HEAP);
    byte[] module = HostileModules.functions(30_000, new WasmCode());
    for (int i = 0; i < TIMES; i++) {
      assertThat(hasty.inspectAndCompile(Guests.TENANT, module).toString())
          .contains("took longer than the 0.005 s");
    }
  }

  // ---- 3. Sizes at instantiation. ----

  @Test
  void memoryOfTwoGigabytes_isRefused() {
    byte[] module = new WasmBuilder().memory(32_767).build();
    assertRefused(() -> module, "at most 16384");
  }

  @Test
  void memoryLargerThanTheFunctionMay_isNotBuilt() {
    LoadedModule module = load(new WasmBuilder().memory(PAGES_MAX).build());
    for (int i = 0; i < TIMES; i++) {
      assertThat(stoppedComingUp(module, 16)).isEqualTo(Reason.MEMORY_EXCEEDED);
      assertThat(stoppedComingUp(module, PAGES_MAX)).isEqualTo(Reason.NO_ROOM);
    }
  }

  /** Each takes 75 MiB, and as much again for its snapshot; all guests together have 320. */
  @Test
  void fourColdStartsOfLargeMemories_comeUpOrAreToldThatThereIsNoRoom() throws Exception {
    int pages = 1_200;
    LoadedModule module =
        load(
            new WasmBuilder()
                .memory(pages)
                .function(
                    "()->",
                    new WasmCode()
                        .i32Const(0)
                        .i32Const(1)
                        .i32Const(pages * Guests.PAGE)
                        .op(0xfc, 0x0b, 0)) // memory.fill
                .start(0)
                .build());

    try (ExecutorService starting = Executors.newFixedThreadPool(4)) {
      for (int round = 0; round < 10; round++) {
        List<Future<Boolean>> coming = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
          coming.add(starting.submit(() -> comesUp(module)));
        }
        for (Future<Boolean> each : coming) {
          each.get(); // neither OutOfMemoryError nor a trap
        }
      }
      assertThat(starting.submit(() -> comesUp(module)).get()).as("alone").isTrue();
    }
  }

  private static boolean comesUp(LoadedModule module) {
    try (GuestInstance guest = instance(module)) {
      guest.snapshot();
      return true;
    } catch (GuestStopped stopped) {
      assertThat(stopped.reason()).isEqualTo(Reason.NO_ROOM);
      return false;
    }
  }

  @Test
  void tableOfTenMillionEntries_isRefused() {
    byte[] module = new WasmBuilder().memory(1).table(10_000_000).build();
    assertRefused(() -> module, "10000000 table entries, at most 100000");
  }

  @Test
  void memoryThatGrowsWithoutEnd_isRefusedGrowth() {
    LoadedModule module = load(HostileModules.growing());
    for (int i = 0; i < TIMES; i++) {
      try (GuestInstance guest = instance(module)) {
        guest.begin(Guests.fuel(Long.MAX_VALUE));
        long pages = Guests.call(guest, "grow", 4_096);
        assertThat(pages * Guests.PAGE).isBetween(1L << 20, (long) HEAP_BYTES);
      }
    }
  }

  // ---- 4. Growing tables. ----

  @Test
  void tableGrownByOneInstance_isNotSeenByAnother() {
    LoadedModule module = load(HostileModules.growingTable(1_000));
    for (int i = 0; i < TIMES; i++) {
      try (GuestInstance greedy = instance(module);
          GuestInstance other = instance(module)) {
        assertThat((int) Guests.call(greedy, "grow", 999)).isEqualTo(1);
        assertThat((int) Guests.call(greedy, "grow", 1)).isEqualTo(-1);
        assertThat((int) Guests.call(other, "grow", 999)).isEqualTo(1);
      }
    }
  }

  // ---- 5. Recursion. ----

  @Test
  void recursionWithoutEnd_isStoppedAndItsStackPointerPutBack() {
    try (GuestInstance guest = instance(load(HostileModules.recursing()))) {
      guest.snapshot();
      for (int i = 0; i < TIMES; i++) {
        guest.begin(Guests.fuel(Long.MAX_VALUE));
        assertThat(Guests.stopped(guest, "run", 1).reason()).isEqualTo(Reason.STACK_EXHAUSTED);
        guest.reset();
        assertThat(Guests.call(guest, "ask")).isEqualTo(5);
      }
    }
  }

  // ---- 6. Stopping from outside. ----

  @Test
  void endlessLoop_thatIsCancelled_endsSoon() {
    LoadedModule module = load(HostileModules.endless());
    for (int i = 0; i < TIMES; i++) {
      Cancellation cancellation = new Cancellation();
      CompletableFuture<Reason> ended = new CompletableFuture<>();
      Thread.ofPlatform()
          .daemon()
          .name("guest")
          .start(() -> {
            try (GuestInstance guest = instance(module)) {
              guest.begin(new GuestBudget(Long.MAX_VALUE, Long.MAX_VALUE / 2, cancellation));
              ended.complete(Guests.stopped(guest, "br").reason());
            }
          });
      cancellation.cancel();
      assertThat(ended).succeedsWithin(Duration.ofSeconds(60)).isEqualTo(Reason.CANCELLED);
    }
  }

  private static void assertRefused(Supplier<byte[]> module, String why) {
    byte[] bytes = module.get();
    for (int i = 0; i < TIMES; i++) {
      assertThat(ENGINE.inspectAndCompile(Guests.TENANT, bytes))
          .isInstanceOf(Inspection.Refused.class)
          .asString()
          .contains(why);
    }
  }

  private static Reason stoppedComingUp(LoadedModule module, int pages) {
    return catchThrowableOfType(
            GuestStopped.class,
            () -> module.instantiate(List.of(), pages, Guests.fuel(Guests.PLENTY)).close())
        .reason();
  }

  private static Inspection inspect(byte[] module) {
    return ENGINE.inspectAndCompile(Guests.TENANT, module);
  }

  private static LoadedModule load(byte[] module) {
    return ENGINE.load(Guests.TENANT, ModuleDigest.of(module), module);
  }

  private static GuestInstance instance(LoadedModule module) {
    return module.instantiate(List.of(), PAGES_MAX, Guests.fuel(Guests.PLENTY));
  }

  private static GuestBudget budget(Duration time) {
    return Guests.budget(Long.MAX_VALUE, time);
  }

  /** What every export of a healthy guest answers and costs. */
  private static List<Long> health() {
    List<Long> health = new ArrayList<>();
    byte[] bytes =
        new WasmBuilder()
            .memory(1)
            .export(
                "sum",
                "(i32)->i32",
                new WasmCode()
                    .locals(1, "i32")
                    .loop()
                    .localGet(1)
                    .localGet(0)
                    .i32Add()
                    .localSet(1)
                    .localGet(0)
                    .i32Const(1)
                    .i32Sub()
                    .localTee(0)
                    .brIf(0)
                    .end()
                    .localGet(1))
            .build();
    try (GuestInstance guest = instance(load(bytes))) {
      guest.begin(Guests.fuel(Guests.PLENTY));
      health.add(Guests.call(guest, "sum", 10_000));
      health.add(guest.fuelUsed());
    }
    return health;
  }

  private static long usedAfterGc() {
    System.gc();
    System.gc();
    return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
  }
}
