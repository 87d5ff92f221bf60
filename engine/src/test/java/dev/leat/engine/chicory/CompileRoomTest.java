package dev.leat.engine.chicory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.leat.contract.TenantId;
import dev.leat.engine.ClassStore;
import dev.leat.engine.CompileBudget;
import dev.leat.engine.CompilerBusy;
import dev.leat.engine.GuestHeap;
import dev.leat.engine.Inspection;
import dev.leat.engine.ModuleLimits;
import dev.leat.engine.ModuleRefused;
import dev.leat.testkit.Eventually;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What compiling takes is bounded in time, memory and number, and always given back. */
@Timeout(60)
final class CompileRoomTest {
  private static final long MIB = 1 << 20;
  private static final TenantId OTHER = new TenantId("other");

  /** The common pool has too few threads for those who wait. */
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();

  @AfterEach
  void stop() {
    threads.close();
  }

  @Test
  void run_anotherHoldsTheMemory_waitsForIt() {
    CompileRoom room = room(Duration.ofMinutes(1), 2);
    CountDownLatch end = new CountDownLatch(1);
    CompletableFuture<String> first = holding(room, end);

    CompletableFuture<String> second =
        CompletableFuture.supplyAsync(() -> room.run(Guests.TENANT, 6 * MIB, clock -> "second"));
    assertThat(second).isNotDone();
    end.countDown();

    assertThat(first.join()).isEqualTo("first");
    assertThat(second.join()).isEqualTo("second");
  }

  @Test
  void run_anotherHoldsTheMemoryForTooLong_isBusy() {
    CompileRoom room = room(Duration.ofMillis(20), 2);
    CountDownLatch end = new CountDownLatch(1);
    CompletableFuture<String> first = holding(room, end);

    assertThatExceptionOfType(CompilerBusy.class)
        .isThrownBy(() -> room.run(Guests.TENANT, 6 * MIB, clock -> "second"));

    assertThat(room.<String>run(Guests.TENANT, 2 * MIB, clock -> "a small one"))
        .isEqualTo("a small one");
    end.countDown();
    assertThat(first.join()).isEqualTo("first");
  }

  @Test
  void run_anotherHoldsThePlace_isBusyAndHoldsNothing() {
    CompileRoom room = room(Duration.ofMillis(20), 1);
    CountDownLatch end = new CountDownLatch(1);
    CompletableFuture<String> first = holding(room, end);

    for (int i = 0; i < 10; i++) {
      assertThatExceptionOfType(CompilerBusy.class)
          .isThrownBy(() -> room.run(Guests.TENANT, 3 * MIB, clock -> "second"));
    }

    end.countDown();
    assertThat(first.join()).isEqualTo("first");
    assertThat(room.<String>run(Guests.TENANT, 9 * MIB, clock -> "all of it"))
        .isEqualTo("all of it");
  }

  /** Twelve slow modules of one tenant are sent before the small one of another. */
  @Test
  void run_anotherTenantSentMany_waitsForOneOfThem() {
    CompileRoom room = room(Duration.ofMinutes(1), 1);
    Semaphore maySlowEnd = new Semaphore(0);
    List<String> begun = new CopyOnWriteArrayList<>();
    List<CompletableFuture<String>> slow = new ArrayList<>();
    for (int i = 0; i < 12; i++) {
      slow.add(
          CompletableFuture.supplyAsync(
              () -> {
                return room.run(
                    Guests.TENANT,
                    2 * MIB,
                    clock -> {
                      begun.add("slow");
                      maySlowEnd.acquireUninterruptibly();
                      return "slow";
                    });
              },
              threads));
    }
    Eventually.holds("all have come", () -> room.waiting() == 11);
    CompletableFuture<String> small =
        CompletableFuture.supplyAsync(() -> room.run(OTHER, 2 * MIB, clock -> "small"), threads);
    Eventually.holds("it has come", () -> room.waiting() == 12);

    maySlowEnd.release();

    assertThat(small.join()).isEqualTo("small");
    maySlowEnd.release(11);
    assertThat(slow).allSatisfy(each -> assertThat(each.join()).isEqualTo("slow"));
    assertThat(begun).hasSize(12);
  }

  @Test
  void run_tooManyOfATenantWait_isBusyForThatTenantAlone() {
    CompileRoom room = room(Duration.ofMinutes(1), 1);
    CountDownLatch end = new CountDownLatch(1);
    CompletableFuture<String> first = holding(room, end);
    List<CompletableFuture<String>> waiting = new ArrayList<>();
    for (int i = 0; i < CompileTurns.WAITING_PER_TENANT; i++) {
      waiting.add(
          CompletableFuture.supplyAsync(
              () -> room.run(Guests.TENANT, MIB, clock -> "waited"), threads));
    }
    Eventually.holds("all wait", () -> room.waiting() == CompileTurns.WAITING_PER_TENANT);

    assertThatExceptionOfType(CompilerBusy.class)
        .isThrownBy(() -> room.run(Guests.TENANT, MIB, clock -> "one more"))
        .withMessage("16 modules of the tenant wait to be compiled already");
    CompletableFuture<String> other =
        CompletableFuture.supplyAsync(() -> room.run(OTHER, MIB, clock -> "other"), threads);

    end.countDown();
    assertThat(first.join()).isEqualTo("first");
    assertThat(other.join()).isEqualTo("other");
    assertThat(waiting).allSatisfy(each -> assertThat(each.join()).isEqualTo("waited"));
  }

  @Test
  void run_callerIsInterrupted_leavesTheQueueAndHoldsNothing() throws Exception {
    CompileRoom room = room(Duration.ofMinutes(1), 1);
    CountDownLatch end = new CountDownLatch(1);
    CompletableFuture<String> first = holding(room, end);
    CompletableFuture<Throwable> ended = new CompletableFuture<>();
    Thread caller =
        Thread.ofVirtual()
            .start(() ->
                ended.complete(
                    catchThrowable(() -> room.run(Guests.TENANT, MIB, clock -> "never"))));
    Eventually.holds("it waits", () -> room.waiting() == 1);

    caller.interrupt();

    assertThat(ended.join()).isInstanceOf(CompilerBusy.class);
    assertThat(room.waiting()).isZero();
    end.countDown();
    assertThat(first.join()).isEqualTo("first");
    assertThat(room.<String>run(OTHER, 9 * MIB, clock -> "all of it")).isEqualTo("all of it");
  }

  @Test
  void run_moreThanThereIsForAll_isRefusedAtOnce() {
    assertThatThrownBy(
            () -> room(Duration.ofMinutes(1), 1).run(Guests.TENANT, 11 * MIB, clock -> "never"))
        .isInstanceOf(ModuleRefused.class)
        .hasMessageContaining("takes about 12 MiB of memory, this node has 10 MiB for it")
        .hasMessageContaining("larger heap");
  }

  @Test
  void run_workThatFails_givesEverythingBack() {
    CompileRoom room = room(Duration.ofMillis(20), 1);

    for (int i = 0; i < 10; i++) {
      assertThatThrownBy(() ->
              room.run(
                  Guests.TENANT,
                  9 * MIB,
                  clock -> {
                    throw new IllegalStateException("broken");
                  }))
          .hasMessage("broken");
      assertThatExceptionOfType(CompilerBusy.class)
          .isThrownBy(() ->
              room.run(
                  Guests.TENANT,
                  9 * MIB,
                  clock -> {
                    throw new OutOfMemoryError("Java heap space");
                  }));
    }

    assertThat(room.<String>run(Guests.TENANT, 9 * MIB, clock -> "free")).isEqualTo("free");
  }

  @Test
  void compile_timeIsOver_stopsAndGivesEverythingBack() {
    byte[] large = HostileModules.additions(10_000, 20);
    long need = new ModuleReader(ModuleLimits.DEFAULT).scan(large).heapBytes();
    ChicoryEngine engine = engine(new CompileBudget(Duration.ofMillis(40), need + MIB, 1));

    Inspection inspection = engine.inspectAndCompile(Guests.TENANT, large);

    assertThat(inspection.toString())
        .contains("Compiling the module took longer than the 0.04 s that a module may take");
    Eventually.holds("its thread has ended", () -> Guests.threadsNamed("compile") == 0);
    assertThat(engine.inspect(Guests.TENANT, large)).isInstanceOf(Inspection.Accepted.class);
  }

  @Test
  void compile_needsMoreMemoryThanThereIs_isRefused() {
    Inspection inspection =
        engine(new CompileBudget(Duration.ofMinutes(1), 4 * MIB, 1))
            .inspectAndCompile(Guests.TENANT, HostileModules.additions(10_000, 20));

    assertThat(inspection).isInstanceOf(Inspection.Refused.class);
    assertThat(inspection.toString()).contains("of memory, this node has 4 MiB for it");
  }

  private static CompileRoom room(Duration time, int atOnce) {
    return new CompileRoom(new CompileBudget(time, 10 * MIB, atOnce));
  }

  private static ChicoryEngine engine(CompileBudget budget) {
    return new ChicoryEngine(
        ModuleLimits.DEFAULT, budget, ClassStore.none(), GuestHeap.unbounded());
  }

  /** Work that holds 6 MiB from when this returns to when it may end. */
  private static CompletableFuture<String> holding(CompileRoom room, CountDownLatch end) {
    CountDownLatch begun = new CountDownLatch(1);
    CompletableFuture<String> held =
        CompletableFuture.supplyAsync(() ->
            room.run(
                Guests.TENANT,
                6 * MIB,
                clock -> {
                  begun.countDown();
                  await(end);
                  return "first";
                }));
    await(begun);
    return held;
  }

  private static void await(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }
}
