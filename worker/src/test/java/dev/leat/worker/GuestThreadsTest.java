package dev.leat.worker;

import static org.assertj.core.api.Assertions.assertThat;

import dev.leat.contract.TenantId;
import dev.leat.testkit.Eventually;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
final class GuestThreadsTest {
  private static final TenantId GREEDY = new TenantId("greedy");
  private static final TenantId MODEST = new TenantId("modest");
  private static final int QUEUED = 5;

  private final GuestThreads threads = new GuestThreads(4, 3, QUEUED);
  private final CountDownLatch release = new CountDownLatch(1);
  private final AtomicInteger running = new AtomicInteger();

  @AfterEach
  void close() {
    release.countDown();
    threads.close();
  }

  private void blocking() {
    running.incrementAndGet();
    try {
      release.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    running.decrementAndGet();
  }

  @Test
  void tenantAtItsShare_leavesAThreadForAnother() throws InterruptedException {
    threads.start();
    for (int i = 0; i < 3 + QUEUED; i++) {
      int taken = i;
      Eventually.holds("room for " + i, () -> running.get() >= Math.min(taken, 3));
      assertThat(threads.execute(GREEDY, this::blocking)).isTrue();
    }
    Eventually.holds("the greedy one runs three", () -> running.get() == 3);

    CountDownLatch served = new CountDownLatch(20);
    for (int i = 0; i < 20; i++) {
      Eventually.holds("room", () -> threads.execute(MODEST, served::countDown));
    }

    served.await();
    assertThat(running).hasValue(3);
  }

  @Test
  void queue_perTenant_isBounded() {
    for (int i = 0; i < QUEUED; i++) {
      assertThat(threads.execute(GREEDY, this::blocking)).isTrue();
    }
    assertThat(threads.execute(GREEDY, this::blocking)).isFalse();
    assertThat(threads.execute(MODEST, this::blocking)).isTrue();
    threads.start();
  }

  @Test
  void tenants_takeTurns() {
    List<String> order = new CopyOnWriteArrayList<>();
    GuestThreads one = new GuestThreads(1, 1, 10);
    for (int i = 0; i < 4; i++) {
      one.execute(GREEDY, () -> order.add("greedy"));
    }
    for (int i = 0; i < 2; i++) {
      one.execute(MODEST, () -> order.add("modest"));
    }

    one.start();
    one.close();

    assertThat(order).containsExactly("greedy", "modest", "greedy", "modest", "greedy", "greedy");
  }

  @Test
  void job_thatThrows_costsNoThread() throws InterruptedException {
    GuestThreads one = new GuestThreads(1, 1, 10);
    one.start();
    one.execute(
        GREEDY,
        () -> {
          throw new StackOverflowError("as a hostile guest may cause");
        });
    CountDownLatch served = new CountDownLatch(1);
    one.execute(GREEDY, served::countDown);

    served.await();
    one.close();
  }

  @Test
  void close_runsWhatIsQueuedAndTakesNoMore() {
    AtomicInteger ran = new AtomicInteger();
    for (int i = 0; i < QUEUED; i++) {
      threads.execute(GREEDY, ran::incrementAndGet);
    }
    threads.start();

    threads.close();

    assertThat(ran).hasValue(QUEUED);
    assertThat(threads.execute(GREEDY, ran::incrementAndGet)).isFalse();
  }
}
