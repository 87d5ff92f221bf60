package dev.leat.worker.capability;

import static org.assertj.core.api.Assertions.assertThat;

import dev.leat.contract.TenantId;
import dev.leat.testkit.Eventually;
import java.lang.ref.WeakReference;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What one tenant's guests can do to others: places, and memory. */
@Timeout(30)
final class HostWorkTest {
  private static final TenantId HOSTILE = new TenantId("hostile");
  private static final TenantId ACME = new TenantId("acme");

  /** A quarter, as FairRoom has it. */
  private static final int TASKS_PER_TENANT = HostWork.TASKS_MAX / 4;

  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final CountDownLatch release = new CountDownLatch(1);

  @AfterEach
  void close() {
    release.countDown();
    threads.close();
  }

  @Test
  void oneTenant_hasHalfOfThePlaces_andItsQueueHindersNobody() {
    HostWork work = new HostWork(threads, 4);
    AtomicInteger atOnce = new AtomicInteger();
    for (int i = 0; i < 20; i++) {
      threads.execute(() ->
          work.await(
              HOSTILE,
              HostWorkTest::isDone,
              () -> {
                atOnce.incrementAndGet();
                return hang();
              }));
    }
    Eventually.holds("all wait", () -> work.tasks() == 20 && atOnce.get() >= 2);

    assertThat(work.await(ACME, HostWorkTest::isDone, () -> "done")).contains("done");
    assertThat(atOnce).hasValue(2);
    release.countDown();
    Eventually.holds("the rest is done, too", () -> work.tasks() == 0 && atOnce.get() == 20);
  }

  @Test
  void whatNobodyWaitsFor_holdsNothing_whileItStandsInTheQueue() {
    HostWork work = new HostWork(threads, 1);
    takeAllPlacesOf(HOSTILE, work, 1);

    WeakReference<byte[]> left = leaveBehind(work);
    Eventually.holds(
        "the value is not kept",
        () -> {
          System.gc();
          return left.get() == null;
        });
    assertThat(work.tasks()).as("it stands there still").isEqualTo(2);
  }

  /** Calls that give up at once, time after time, of what takes long. */
  @Test
  void whatOneTenantLeavesBehind_isBounded_andLeavesOthersTheirs() {
    HostWork work = new HostWork(threads, 4);
    takeAllPlacesOf(HOSTILE, work, 2);
    for (int i = 0; i < 2 * TASKS_PER_TENANT; i++) {
      assertThat(work.await(HOSTILE, result -> false, this::hang)).isEmpty();
    }
    assertThat(work.tasks()).isEqualTo(TASKS_PER_TENANT);

    assertThat(work.await(ACME, HostWorkTest::isDone, () -> "done")).contains("done");
    release.countDown();
    Eventually.holds("all is let go", () -> work.tasks() == 0);
    assertThat(work.await(HOSTILE, HostWorkTest::isDone, () -> "again")).contains("again");
  }

  /** Only once all its places are taken does what it gives up stay in the queue. */
  private void takeAllPlacesOf(TenantId tenant, HostWork work, int places) {
    for (int i = 0; i < places; i++) {
      CountDownLatch begun = new CountDownLatch(1);
      assertThat(
              work.await(
                  tenant,
                  result -> !isOver(begun),
                  () -> {
                    begun.countDown();
                    return hang();
                  }))
          .isEmpty();
    }
  }

  private static boolean isOver(CountDownLatch latch) {
    try {
      return latch.await(20, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  private static WeakReference<byte[]> leaveBehind(HostWork work) {
    byte[] value = new byte[512 << 10];
    assertThat(work.await(ACME, result -> false, () -> value)).isEmpty();
    return new WeakReference<>(value);
  }

  private static boolean isDone(CompletableFuture<?> result) {
    try {
      var unused = result.get(5, TimeUnit.SECONDS);
      return true;
    } catch (TimeoutException | InterruptedException | ExecutionException e) {
      return false;
    }
  }

  private boolean hang() {
    try {
      return release.await(20, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }
}
