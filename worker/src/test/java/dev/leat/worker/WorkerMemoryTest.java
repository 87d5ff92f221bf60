package dev.leat.worker;

import static org.assertj.core.api.Assertions.assertThat;

import dev.leat.contract.Cancellation;
import dev.leat.contract.ExecutionRecord;
import dev.leat.contract.FunctionVersion;
import dev.leat.contract.GuestContract;
import dev.leat.contract.InstancePolicy.Reuse;
import dev.leat.contract.Outcome;
import dev.leat.contract.Usage;
import dev.leat.engine.GuestHeap;
import dev.leat.testkit.Eventually;
import dev.leat.testkit.WasmBuilder;
import dev.leat.testkit.WasmCode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** What a worker keeps of memory, and the record that each invocation leaves. */
class WorkerMemoryTest {
  private static final WorkerConfig CONFIG =
      new WorkerConfig(4, 4, 3, 2, 100, 100, Duration.ofSeconds(20), 64 << 20);

  /** Room for a few instances of the sample, which takes some 200 KiB each. */
  private static final long HEAP_BYTES = 1 << 20;

  @Test
  void invoke_moreVersionsThanTheHeapHolds_letsTheLongestIdleGo() throws IOException {
    try (TestWorker worker = new TestWorker(CONFIG, new GuestHeap(HEAP_BYTES))) {
      for (int number = 1; number <= 40; number++) {
        assertThat(invoke(worker, number)).isInstanceOf(Outcome.Responded.class);
      }

      assertThat(worker.heap.heldBytes()).isBetween(1L, HEAP_BYTES);
      assertThat(worker.worker.idleInstances()).isBetween(1, 39);
    }
  }

  @Test
  void invoke_heapTooSmallForOneInstance_isOverload() throws IOException {
    try (TestWorker worker = new TestWorker(CONFIG, new GuestHeap(1_000))) {
      assertThat(invoke(worker, 1)).isInstanceOf(Outcome.Overloaded.class);
      assertThat(worker.heap.heldBytes()).isZero();
    }
  }

  /** Its memory fits; the copy of it that it is put back from does not. */
  @Test
  void invoke_heapTooSmallForTheSnapshot_isOverload() {
    WasmCode fill = new WasmCode().i32Const(0).i32Const(1).i32Const(8 * 65_536).op(0xfc, 0x0b, 0);
    WasmBuilder full = endless(8).function("()->", fill).start(2);
    try (TestWorker worker = new TestWorker(CONFIG, new GuestHeap(12 * 65_536))) {
      assertThat(worker.invoke(TestFunction.handler(full), ""))
          .isInstanceOf(Outcome.Overloaded.class);
      assertThat(worker.heap.heldBytes()).isZero();
    }
  }

  /** As a program whose allocator finds no memory while it initialises itself. */
  @Test
  void invoke_heapTooSmallToInitialise_isOverload() {
    WasmCode grow = new WasmCode().i32Const(20).memoryGrow().i32Const(0).op(0x48); // i32.lt_s
    WasmBuilder growing = endless(1).function("()->", grow.ifTrue().unreachable().end()).start(2);
    try (TestWorker worker = new TestWorker(CONFIG, new GuestHeap(12 * 65_536))) {
      assertThat(worker.invoke(TestFunction.handler(growing), ""))
          .isInstanceOf(Outcome.Overloaded.class);
      assertThat(worker.heap.heldBytes()).isZero();
    }
  }

  @Test
  void invoke_noRoomBesideWhatRuns_letsNoIdleInstanceGo() throws IOException {
    Cancellation cancellation = new Cancellation();
    try (TestWorker worker = new TestWorker(CONFIG, new GuestHeap(HEAP_BYTES))) {
      invoke(worker, 1);
      long idle = worker.heap.heldBytes();
      TestFunction hog = TestFunction.handler(endless(8)).timeout(Duration.ofMinutes(1));
      CompletableFuture<Outcome> running = worker.start(worker.publish(hog), cancellation);
      long held = idle + 8 * 65_536;
      Eventually.holds("it has its memory", () -> worker.heap.heldBytes() == held);

      assertThat(worker.invoke(TestFunction.handler(endless(9)), ""))
          .isInstanceOf(Outcome.Overloaded.class);

      assertThat(worker.heap.heldBytes()).isEqualTo(held);
      assertThat(invoke(worker, 1).usage().acquire()).isEqualTo(Usage.Acquire.RESET);
      cancellation.cancel();
      TestWorker.ending(running);
    }
  }

  @Test
  void invoke_freshInstances_giveTheirMemoryBack() throws IOException {
    try (TestWorker worker = new TestWorker()) {
      FunctionVersion version = worker.publish(maskPii(1).instances(0, 2, Reuse.FRESH));
      for (int i = 0; i < 20; i++) {
        assertThat(worker.invoke(version, new byte[] {'1'})).isInstanceOf(Outcome.Responded.class);
      }

      Eventually.holds("all memory is given back", () -> worker.heap.heldBytes() == 0);
    }
  }

  @Test
  void invoke_leavesARecordThatEqualsItsUsage() throws IOException {
    try (TestWorker worker = new TestWorker()) {
      Outcome outcome = invoke(worker, 1);

      ExecutionRecord record = worker.executions.getFirst();
      assertThat(record.usage()).isEqualTo(outcome.usage());
      assertThat(record.usage().fuel()).isPositive();
      assertThat(record.usage().acquire()).isEqualTo(Usage.Acquire.COLD);
      assertThat(record.isSuccess()).isTrue();
    }
  }

  @Test
  void prewarm_ofTheNextVersion_keepsNoInstancesOfTheLast() throws IOException {
    try (TestWorker worker = new TestWorker()) {
      FunctionVersion first = worker.publish(maskPii(1).instances(1, 2, Reuse.RESET));
      FunctionVersion second = worker.publish(maskPii(2).instances(1, 2, Reuse.RESET));
      worker.worker.prewarm(first).join();
      worker.worker.prewarm(second).join();
      long both = worker.heap.heldBytes();

      worker.worker.reclaim(1);

      assertThat(worker.heap.heldBytes()).isEqualTo(both / 2);
      assertThat(worker.invoke(second, new byte[] {'1'}).usage().acquire())
          .isEqualTo(Usage.Acquire.WARM);
    }
  }

  @Test
  void moduleCacheUse_countsHitsAndMisses() throws IOException {
    try (TestWorker worker = new TestWorker()) {
      invoke(worker, 1);
      invoke(worker, 2);

      ModuleCacheUse use = worker.worker.moduleCacheUse();
      assertThat(use).isEqualTo(new ModuleCacheUse(1, 1, 1));
    }
  }

  @Test
  void modules_moreThanThereIsRoomFor_areLoadedAgainWhenCalled() {
    int functions = 20;
    long room = 600_000; // for about five of them
    WorkerConfig config = new WorkerConfig(4, 4, 3, 2, 100, 100, Duration.ofSeconds(20), room);
    try (TestWorker worker = new TestWorker(config)) {
      for (int round = 0; round < 2; round++) {
        for (int i = 0; i < functions; i++) {
          String text = "answer " + i;
          assertThat(worker.invoke(answering(text), ""))
              .isInstanceOfSatisfying(
                  Outcome.Responded.class,
                  responded -> assertThat(responded.body()).asString().isEqualTo(text));
        }
        Eventually.holds(
            "most have been let go",
            () -> worker.worker.moduleCacheUse().entries() <= functions / 2L);
      }
      assertThat(worker.worker.moduleCacheUse().misses()).isGreaterThan(functions * 3L / 2);
    }
  }

  private static TestFunction answering(String text) {
    return TestFunction.handler(
        new WasmBuilder()
            .memory(1)
            .export("allocate", "(i32)->i32", new WasmCode().i32Const(64))
            .export("handle", "(i32,i32)->i64", new WasmCode().i64Const(8L << 32 | text.length()))
            .data(8, text));
  }

  @Test
  void figures_tellBusyFromWaiting() {
    WorkerConfig oneThread =
        new WorkerConfig(1, 0, 1, 1, 100, 100, Duration.ofSeconds(20), 64 << 20);
    Cancellation cancellation = new Cancellation();
    try (TestWorker worker = new TestWorker(oneThread)) {
      TestFunction endless = TestFunction.handler(endless(1)).instances(0, 1, Reuse.RESET);
      FunctionVersion first = worker.publish(endless.timeout(Duration.ofMinutes(1)));
      List<CompletableFuture<Outcome>> calls = new ArrayList<>();
      calls.add(worker.start(first, cancellation));
      Eventually.holds("it is in its thread", () -> worker.worker.busyInstances() == 1);

      calls.add(worker.start(first, cancellation));
      calls.add(worker.start(worker.publish(endless.version(2)), cancellation));

      Eventually.holds(
          "one is busy, one waits for an instance, one for a thread",
          () -> worker.worker.busyInstances() == 1 && worker.worker.waitingInvocations() == 2);
      cancellation.cancel();
      calls.forEach(TestWorker::ending);
      Eventually.holds(
          "all is over",
          () -> worker.worker.busyInstances() + worker.worker.waitingInvocations() == 0);
    }
  }

  private static WasmBuilder endless(int pages) {
    return new WasmBuilder()
        .memory(pages)
        .export("allocate", "(i32)->i32", new WasmCode().i32Const(1_024))
        .export("handle", "(i32,i32)->i64", new WasmCode().loop().br(0).end().i64Const(0));
  }

  private static Outcome invoke(TestWorker worker, int number) throws IOException {
    return worker.invoke(
        worker.publish(maskPii(number)), "{\"email\":\"a@b.c\"}".getBytes(StandardCharsets.UTF_8));
  }

  private static TestFunction maskPii(int number) throws IOException {
    return TestFunction.of(
            GuestContract.HANDLER,
            Files.readAllBytes(Path.of("../sdk/samples/mask-pii/mask_pii.wasm")))
        .config("{\"fields_to_mask\":[\"email\"]}")
        .version(number);
  }
}
