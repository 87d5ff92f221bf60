package dev.leat.worker;

import static org.assertj.core.api.Assertions.assertThat;

import dev.leat.contract.Cancellation;
import dev.leat.contract.FunctionVersion;
import dev.leat.contract.InstancePolicy.Reuse;
import dev.leat.contract.Outcome;
import dev.leat.contract.Usage;
import dev.leat.engine.ClassStore;
import dev.leat.engine.CompileBudget;
import dev.leat.engine.GuestHeap;
import dev.leat.engine.ModuleLimits;
import dev.leat.engine.chicory.ChicoryEngine;
import dev.leat.testkit.Eventually;
import dev.leat.testkit.Seed;
import dev.leat.testkit.WasmBuilder;
import dev.leat.testkit.WasmCode;
import java.lang.ref.WeakReference;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What becomes of a call that nobody waits for any more, or that has waited for too long. */
@Timeout(60)
final class GivenUpTest {
  private static final Outcome CANCELLED = new Outcome.Cancelled(Usage.NONE);
  private static final Duration LONG = Duration.ofMinutes(1);

  /** No module is loaded before this is counted down; each test that wants that sets it. */
  private CountDownLatch mayLoad = new CountDownLatch(0);

  private final Cancellation spinning = new Cancellation();
  private final List<CompletableFuture<Outcome>> started = new ArrayList<>();
  private TestWorker worker = worker(Duration.ofSeconds(20));

  private TestWorker worker(Duration waitMax) {
    ChicoryEngine engine =
        new ChicoryEngine(
            ModuleLimits.DEFAULT,
            CompileBudget.ofThisJvm(),
            ClassStore.none(),
            GuestHeap.unbounded());
    return new TestWorker(
        new WorkerConfig(1, 0, 1, 1, 100, 100, waitMax, 64 << 20),
        (tenant, digest, module) -> {
          try {
            mayLoad.await();
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
          }
          return engine.load(tenant, digest, module);
        });
  }

  @AfterEach
  void everyCallEndsAndNothingIsLeft() {
    mayLoad.countDown();
    spinning.cancel();
    started.forEach(TestWorker::ending);
    Eventually.holds("all places are back", () -> worker.worker.runningInvocations() == 0);
    assertThat(worker.worker.waitingInvocations()).isZero();
    worker.close();
  }

  private static TestFunction quick() {
    return TestFunction.handler(
        new WasmBuilder()
            .memory(1)
            .export("allocate", "(i32)->i32", new WasmCode().i32Const(64))
            .export("handle", "(i32,i32)->i64", new WasmCode().i64Const(8L << 32 | 2))
            .data(8, "ok"));
  }

  private static TestFunction endless() {
    return TestFunction.handler(
            new WasmBuilder()
                .memory(1)
                .export("allocate", "(i32)->i32", new WasmCode().i32Const(64))
                .export("handle", "(i32,i32)->i64", new WasmCode().loop().br(0).end().i64Const(0)))
        .timeout(LONG)
        .instances(0, 1, Reuse.RESET);
  }

  /** A version whose one instance, on the worker's one thread, runs for ever. */
  private FunctionVersion spin() {
    FunctionVersion endless = worker.publish(endless());
    int others = worker.worker.idleInstances();
    worker.worker.prewarm(endless).join();
    CompletableFuture<Outcome> call;
    do { // again where it had to wait for too long
      call = worker.start(endless, spinning);
      CompletableFuture<Outcome> begun = call;
      Eventually.holds(
          "it has taken the instance",
          () -> begun.isDone() || worker.worker.idleInstances() == others);
    } while (call.isDone());
    started.add(call);
    return endless;
  }

  private CompletableFuture<Outcome> start(FunctionVersion version, Cancellation cancellation) {
    CompletableFuture<Outcome> call = worker.start(version, cancellation);
    started.add(call);
    return call;
  }

  @Test
  void waitingForAnInstance_endsAtOnce() {
    FunctionVersion busy = spin();
    Cancellation cancellation = new Cancellation();
    CompletableFuture<Outcome> call = start(busy, cancellation);
    assertThat(worker.worker.waitingInvocations()).isEqualTo(1);

    cancellation.cancel();

    assertThat(call).isCompletedWithValue(CANCELLED);
    assertThat(worker.worker.waitingInvocations()).isZero();
  }

  @Test
  void waitingForAThread_endsAtOnce_andLeavesItsPlaceToTheNext() {
    FunctionVersion quick = worker.publish(quick().version(2).instances(0, 1, Reuse.RESET));
    worker.worker.prewarm(quick).join();
    spin();
    Cancellation cancellation = new Cancellation();
    CompletableFuture<Outcome> call = start(quick, cancellation);
    CompletableFuture<Outcome> next = start(quick, new Cancellation());

    cancellation.cancel();

    assertThat(call).isCompletedWithValue(CANCELLED);
    assertThat(worker.worker.waitingInvocations()).isEqualTo(1);
    spinning.cancel();
    assertThat(TestWorker.ending(next)).isInstanceOf(Outcome.Responded.class);
  }

  @Test
  void waitingForItsModule_endsAtOnce_andLeavesItsPlaceToTheNext() {
    mayLoad = new CountDownLatch(1);
    FunctionVersion version = worker.publish(quick().instances(0, 1, Reuse.RESET));
    Cancellation cancellation = new Cancellation();
    CompletableFuture<Outcome> call = start(version, cancellation);
    CompletableFuture<Outcome> next = start(version, new Cancellation());

    cancellation.cancel();

    assertThat(call).isCompletedWithValue(CANCELLED);
    mayLoad.countDown();
    assertThat(TestWorker.ending(next)).isInstanceOf(Outcome.Responded.class);
  }

  @Test
  void deadline_whileWaitingForAnInstance_isOverload() {
    FunctionVersion busy = spin();

    assertOverloadedByItsDeadline(busy, "no instance became free in time");
  }

  @Test
  void deadline_whileWaitingForAThread_isOverload() {
    FunctionVersion quick = worker.publish(quick().version(2));
    worker.worker.prewarm(quick).join();
    spin();

    assertOverloadedByItsDeadline(quick, "no thread became free in time");
  }

  @Test
  void deadline_whileWaitingForItsModule_isOverload() {
    mayLoad = new CountDownLatch(1);

    assertOverloadedByItsDeadline(worker.publish(quick()), "its module was not loaded in time");
  }

  /** Long before the 20 s that calls may wait. */
  private void assertOverloadedByItsDeadline(FunctionVersion version, String why) {
    CompletableFuture<Outcome> call = worker.startWithin(Duration.ofMillis(50), version);
    started.add(call);

    assertThat(call)
        .succeedsWithin(Duration.ofSeconds(10))
        .isInstanceOfSatisfying(
            Outcome.Overloaded.class, overloaded -> assertThat(overloaded.reason()).contains(why));
  }

  @Test
  void givenUpBeforeItComes_neverWaits() {
    Cancellation cancellation = new Cancellation();
    cancellation.cancel();

    assertThat(start(worker.publish(quick()), cancellation)).isCompletedWithValue(CANCELLED);
  }

  @Test
  void givenUpWhileItWaits_isKeptByNothing() {
    FunctionVersion other = worker.publish(quick().version(2));
    worker.worker.prewarm(other).join();
    FunctionVersion busy = spin();
    Cancellation cancellation = new Cancellation();
    List<WeakReference<byte[]>> bodies = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      bodies.add(startWithBody(i % 2 == 0 ? busy : other, cancellation));
    }

    cancellation.cancel();

    Eventually.holds("all bodies are let go", () -> isCollected(bodies));
  }

  @Test
  void givenUpWhileItsModuleIsLoaded_isKeptByNothing() {
    mayLoad = new CountDownLatch(1);
    FunctionVersion version = worker.publish(quick());
    Cancellation cancellation = new Cancellation();
    List<WeakReference<byte[]>> bodies = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      bodies.add(startWithBody(version, cancellation));
    }

    cancellation.cancel();

    Eventually.holds("all bodies are let go", () -> isCollected(bodies));
  }

  @Test
  void whatRanAndIsOver_isKeptByNothing() {
    FunctionVersion version = worker.publish(quick());
    Cancellation cancellation = new Cancellation();
    List<WeakReference<byte[]>> bodies = List.of(startWithBody(version, cancellation));
    TestWorker.ending(started.getLast());

    Eventually.holds("its body is let go", () -> isCollected(bodies));
    Eventually.holds("its instance is not", () -> worker.worker.idleInstances() == 1);
  }

  @Test
  void whatRanAndIsOver_keepsNotWhatHangsOnItsCancellation() {
    FunctionVersion version = worker.publish(quick());
    WeakReference<byte[]> kept = callWithListener(version);

    Eventually.holds("the listener is let go", () -> isCollected(List.of(kept)));
    Eventually.holds("the instance is not", () -> worker.worker.idleInstances() == 1);
  }

  @Test
  void waitingTooLongForAModule_isOverloaded() {
    worker.close();
    mayLoad = new CountDownLatch(1);
    worker = worker(Duration.ofMillis(100));

    CompletableFuture<Outcome> call = start(worker.publish(quick()), new Cancellation());

    assertOverloaded(call, "its module was not loaded in time");
  }

  @Test
  void waitingTooLongForAThread_isOverloadedWhileNoneIsFree() {
    worker.close();
    worker = worker(Duration.ofMillis(100));
    FunctionVersion quick = worker.publish(quick().version(2));
    worker.worker.prewarm(quick).join();
    spin();

    CompletableFuture<Outcome> call = start(quick, new Cancellation());

    assertOverloaded(call, "no thread became free in time");
    assertThat(started.getFirst()).as("the one that spins").isNotDone();
  }

  @Test
  void waitingTooLongForAnInstance_isOverloadedWhileNoneIsFree() {
    worker.close();
    worker = worker(Duration.ofMillis(100));

    CompletableFuture<Outcome> call = start(spin(), new Cancellation());

    assertOverloaded(call, "no instance became free in time");
    assertThat(started.getFirst()).as("the one that spins").isNotDone();
  }

  @Test
  void givenUpAtAnyMoment_endsOnceAndGivesItsPlaceBack() throws InterruptedException {
    Seed seed = Seed.orElse(7);
    Random random = seed.random();
    List<FunctionVersion> versions = new ArrayList<>();
    for (int i = 1; i <= 8; i++) {
      versions.add(worker.publish(quick().version(i).instances(0, 1 + i % 2, Reuse.RESET)));
    }
    for (int round = 0; round < 300; round++) {
      List<Cancellation> cancellations = new ArrayList<>();
      for (int i = 0; i < 8; i++) {
        cancellations.add(new Cancellation());
      }
      Thread canceller =
          Thread.ofPlatform().start(() -> cancellations.forEach(Cancellation::cancel));
      for (Cancellation cancellation : cancellations) {
        var unused = start(versions.get(random.nextInt(versions.size())), cancellation);
      }
      canceller.join();
    }

    assertThat(started)
        .as(seed.toString())
        .allSatisfy(call ->
            assertThat(TestWorker.ending(call).word())
                .isIn("responded", "cancelled", "overloaded"));
  }

  /** A method of its own, so that no local variable keeps the body. */
  private WeakReference<byte[]> startWithBody(FunctionVersion version, Cancellation cancellation) {
    byte[] body = new byte[1_024];
    started.add(worker.start(version, body, cancellation));
    return new WeakReference<>(body);
  }

  private WeakReference<byte[]> callWithListener(FunctionVersion version) {
    byte[] answer = new byte[1_024];
    Cancellation cancellation = new Cancellation();
    cancellation.onCancel(() -> answer[0] = 1);
    TestWorker.ending(start(version, cancellation));
    return new WeakReference<>(answer);
  }

  private static boolean isCollected(List<WeakReference<byte[]>> references) {
    System.gc();
    return references.stream().allMatch(reference -> reference.refersTo(null));
  }

  private static void assertOverloaded(CompletableFuture<Outcome> call, String why) {
    assertThat(TestWorker.ending(call))
        .isInstanceOfSatisfying(
            Outcome.Overloaded.class, overloaded -> assertThat(overloaded.reason()).contains(why));
  }
}
