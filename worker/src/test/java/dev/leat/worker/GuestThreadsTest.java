package dev.leat.worker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.leat.contract.TenantId;
import dev.leat.testkit.Eventually;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Timeout(60)
final class GuestThreadsTest {
  private static final TenantId GREEDY = new TenantId("greedy");
  private static final TenantId MODEST = new TenantId("modest");
  private static final TenantId OTHER = new TenantId("other");
  private static final int QUEUED = 5;

  /** Expected nanoseconds. */
  private static final long BRIEF = 1_000;

  private static final long LONG = 1_000_000;

  private final GuestThreads threads = new GuestThreads(4, 2, 3, QUEUED);
  private final CountDownLatch release = new CountDownLatch(1);
  private final AtomicInteger running = new AtomicInteger();

  @AfterEach
  void close() {
    release.countDown();
    threads.close();
  }

  private void blocking() {
    running.incrementAndGet();
    await(release);
    running.decrementAndGet();
  }

  @Test
  void tenantAtItsShare_leavesAThreadForAnother() throws InterruptedException {
    threads.start();
    for (int i = 0; i < 3 + QUEUED; i++) {
      int taken = i;
      Eventually.holds("room for " + i, () -> running.get() >= Math.min(taken, 3));
      assertThat(threads.execute(GREEDY, this::blocking, LONG)).isTrue();
    }
    Eventually.holds("the greedy one runs three", () -> running.get() == 3);

    CountDownLatch served = new CountDownLatch(20);
    for (int i = 0; i < 20; i++) {
      Eventually.holds("room", () -> threads.execute(MODEST, served::countDown, LONG));
    }

    served.await();
    assertThat(running).hasValue(3);
  }

  @Test
  void queue_perTenant_isBounded() {
    for (int i = 0; i < QUEUED; i++) {
      assertThat(threads.execute(GREEDY, this::blocking, LONG)).isTrue();
    }
    assertThat(threads.execute(GREEDY, this::blocking, LONG)).isFalse();
    assertThat(threads.execute(MODEST, this::blocking, LONG)).isTrue();
    threads.start();
  }

  /** Waits as a guest does for an answer from elsewhere. */
  private void resting() {
    threads.rests();
    blocking();
    threads.resumes();
  }

  @Test
  void jobsThatWait_leaveTheirPlaces_toTheirOwnTenantAndToOthers() throws InterruptedException {
    threads.start();
    int count = 40;
    for (int i = 0; i < count; i++) {
      Eventually.holds("room", () -> threads.execute(GREEDY, this::resting, LONG));
    }
    Eventually.holds("all wait at once", () -> running.get() == count);

    CountDownLatch served = new CountDownLatch(2);
    threads.execute(GREEDY, served::countDown, LONG);
    threads.execute(MODEST, served::countDown, LONG);
    served.await();

    release.countDown();
    Eventually.holds("all go on and end", () -> running.get() == 0);
    Eventually.holds("none is left behind", () -> threads.idleThreads() == threads.threads());
    AtomicInteger after = new AtomicInteger();
    CountDownLatch blocked = new CountDownLatch(1);
    for (int i = 0; i < 3 + QUEUED; i++) {
      Runnable job =
          () -> {
            after.incrementAndGet();
            await(blocked);
          };
      int taken = i;
      Eventually.holds("room for " + i, () -> after.get() >= Math.min(taken, 3));
      assertThat(threads.execute(GREEDY, job, LONG)).isTrue();
    }
    assertThat(after).as("its share is what it was").hasValue(3);
    assertThat(threads.execute(GREEDY, this::blocking, LONG)).as("nor can more wait").isFalse();
    blocked.countDown();
  }

  /** All four threads run jobs that do not end. */
  private void occupyAll() {
    threads.start();
    for (int i = 0; i < 3; i++) {
      threads.execute(GREEDY, this::blocking, LONG);
    }
    threads.execute(OTHER, this::blocking, LONG);
    Eventually.holds("all threads are busy", () -> running.get() == 4);
  }

  @Test
  void relieve_whileAllThreadsAreBusy_addsOneForATenantOfWhomNothingRuns()
      throws InterruptedException {
    occupyAll();
    CountDownLatch served = new CountDownLatch(QUEUED);
    for (int i = 0; i < QUEUED; i++) {
      threads.execute(MODEST, served::countDown, LONG);
    }
    threads.relieve();
    assertThat(threads.threads()).as("it has not waited for long").isEqualTo(4);

    threads.relieve();

    served.await();
    assertThat(threads.threads()).isEqualTo(5);
    assertThat(running).hasValue(4);
  }

  @Test
  void addedThread_servesNoTenantOfWhomAnythingRuns() throws InterruptedException {
    occupyAll();
    AtomicInteger others = new AtomicInteger();
    threads.execute(OTHER, others::incrementAndGet, LONG);
    CountDownLatch served = new CountDownLatch(1);
    threads.execute(MODEST, served::countDown, LONG);

    threads.relieve();
    threads.relieve();
    served.await();
    Eventually.holds("the added thread is idle", () -> threads.idleThreads() == 1);
    threads.relieve();
    threads.relieve();

    assertThat(threads.waitingJobs()).isEqualTo(1);
    assertThat(others).hasValue(0);
    release.countDown();
    Eventually.holds("it is served in its turn", () -> others.get() == 1);
  }

  @Test
  void addedThread_thatIsThere_servesTheNextTenantAtOnce() throws InterruptedException {
    occupyAll();
    CountDownLatch first = new CountDownLatch(1);
    threads.execute(MODEST, first::countDown, LONG);
    threads.relieve();
    threads.relieve();
    first.await();
    Eventually.holds("the added thread is idle", () -> threads.idleThreads() == 1);

    CountDownLatch second = new CountDownLatch(1);
    threads.execute(new TenantId("another"), second::countDown, LONG);

    second.await();
  }

  @Test
  void addedThreads_haveABound() {
    occupyAll();
    for (int i = 0; i < 3; i++) {
      threads.execute(new TenantId("tenant-" + i), this::blocking, LONG);
    }

    for (int i = 0; i < 10; i++) {
      threads.relieve();
    }

    Eventually.holds("two more run", () -> running.get() == 6);
    assertThat(threads.threads()).isEqualTo(6);
    assertThat(threads.waitingJobs()).isEqualTo(1);
  }

  @Test
  void addedThreads_thatNobodyNeeds_end() {
    occupyAll();
    threads.execute(MODEST, this::blocking, LONG);
    threads.relieve();
    threads.relieve();
    Eventually.holds("one more runs", () -> running.get() == 5);
    release.countDown();
    Eventually.holds("all are idle", () -> threads.idleThreads() == 5);

    for (int i = 0; i < 1_000; i++) {
      threads.relieve();
    }

    assertThat(threads.threads()).isEqualTo(4);
    assertThat(threads.idleThreads()).isEqualTo(4);
  }

  @Test
  void withdraw_ofAQueuedJob_leavesNothingOfItAndRoomForAnother() throws InterruptedException {
    CountDownLatch served = new CountDownLatch(QUEUED);
    AtomicInteger withdrawn = new AtomicInteger();
    Runnable job = withdrawn::incrementAndGet;
    threads.execute(GREEDY, job, LONG);
    for (int i = 1; i < QUEUED; i++) {
      threads.execute(GREEDY, served::countDown, LONG);
    }

    assertThat(threads.withdraw(MODEST, job)).isFalse();
    assertThat(threads.withdraw(GREEDY, job)).isTrue();
    assertThat(threads.withdraw(GREEDY, job)).as("a second time").isFalse();

    assertThat(threads.waiting()).hasSize(QUEUED - 1).doesNotContain(job);
    assertThat(threads.execute(GREEDY, served::countDown, LONG)).isTrue();
    threads.start();
    served.await();
    assertThat(withdrawn).hasValue(0);
  }

  @Test
  void withdraw_ofATenantsLastJob_leavesTheTurnToOthers() throws InterruptedException {
    CountDownLatch served = new CountDownLatch(2);
    Runnable job = () -> {};
    threads.execute(GREEDY, job, LONG);
    threads.execute(MODEST, served::countDown, LONG);

    threads.withdraw(GREEDY, job);
    threads.start();

    Eventually.holds("the other's has run", () -> served.getCount() == 1);
    threads.execute(GREEDY, served::countDown, LONG);
    served.await();
    assertThat(threads.waitingJobs()).isZero();
  }

  @Test
  void tenants_takeTurns() {
    List<String> order = new CopyOnWriteArrayList<>();
    GuestThreads one = new GuestThreads(1, 0, 1, 10);
    for (int i = 0; i < 4; i++) {
      one.execute(GREEDY, () -> order.add("greedy"), LONG);
    }
    for (int i = 0; i < 2; i++) {
      one.execute(MODEST, () -> order.add("modest"), LONG);
    }

    one.start();
    one.close();

    assertThat(order).containsExactly("greedy", "modest", "greedy", "modest", "greedy", "greedy");
  }

  @Test
  void job_thatThrows_costsNoThread() throws InterruptedException {
    GuestThreads one = new GuestThreads(1, 0, 1, 10);
    one.start();
    one.execute(
        GREEDY,
        () -> {
          throw new StackOverflowError("as a hostile guest may cause");
        },
        LONG);
    CountDownLatch served = new CountDownLatch(1);
    one.execute(GREEDY, served::countDown, LONG);

    served.await();
    one.close();
  }

  @Test
  void close_runsWhatIsQueuedAndTakesNoMore() {
    AtomicInteger ran = new AtomicInteger();
    for (int i = 0; i < QUEUED; i++) {
      threads.execute(GREEDY, ran::incrementAndGet, LONG);
    }
    threads.start();

    threads.close();

    assertThat(ran).hasValue(QUEUED);
    assertThat(threads.execute(GREEDY, ran::incrementAndGet, LONG)).isFalse();
  }

  @Test
  void briefJob_thatTakesLongAfterAll_leavesTheOthersToAnotherThread() throws InterruptedException {
    threads.start();
    CountDownLatch queued = new CountDownLatch(1);
    threads.execute(
        GREEDY,
        () -> {
          await(queued);
          threads.takesLong();
          blocking();
        },
        BRIEF);
    CountDownLatch served = new CountDownLatch(3);
    for (int i = 0; i < 3; i++) {
      threads.execute(GREEDY, served::countDown, BRIEF);
    }
    queued.countDown();

    served.await();
    Eventually.holds("it goes on beside them", () -> running.get() == 1);
  }

  @ParameterizedTest
  @CsvSource({"1000, 50", "10000, 5", "0, 100", "20000, 2", "1000000, 0"})
  void briefJob_thatNeverSays_holdsUpNoMoreThanFiftyMicroseconds(long expectedNanos, int jobs)
      throws InterruptedException {
    try (GuestThreads many = new GuestThreads(2, 0, 2, 200)) {
      many.start();
      many.execute(GREEDY, this::blocking, BRIEF);
      Eventually.holds("it runs", () -> running.get() == 1);
      CountDownLatch served = new CountDownLatch(200);
      for (int i = 0; i < 200; i++) {
        many.execute(GREEDY, served::countDown, expectedNanos);
      }

      Eventually.holds("the others are served", () -> served.getCount() <= jobs);
      many.relieve();
      served.await();
      assertThat(running).hasValue(1);
      release.countDown();
    }
  }

  @Test
  void briefJobs_behindABriefOne_waitForItsThread() throws InterruptedException {
    threads.start();
    Eventually.holds("all threads are idle", () -> threads.idleThreads() == 4);
    threads.execute(GREEDY, this::blocking, BRIEF);
    Eventually.holds("it runs", () -> running.get() == 1);
    AtomicInteger early = new AtomicInteger();
    CountDownLatch served = new CountDownLatch(QUEUED);
    for (int i = 0; i < QUEUED; i++) {
      threads.execute(
          GREEDY,
          () -> {
            early.addAndGet(running.get());
            served.countDown();
          },
          BRIEF);
    }

    assertThat(threads.idleThreads()).isEqualTo(3);
    release.countDown();

    served.await();
    assertThat(early).hasValue(0);
  }

  @Test
  void briefJob_besideATenantAtItsShare_wakesNoThreadForWhatThatTenantQueues()
      throws InterruptedException {
    try (GuestThreads many = new GuestThreads(6, 0, 3, 100)) {
      many.start();
      Eventually.holds("all threads are idle", () -> many.idleThreads() == 6);
      for (int i = 0; i < 3; i++) {
        many.execute(GREEDY, this::blocking, LONG);
      }
      Eventually.holds("its share is taken", () -> running.get() == 3);
      for (int i = 0; i < 20; i++) {
        many.execute(GREEDY, () -> {}, LONG);
      }
      many.execute(MODEST, this::blocking, BRIEF);
      Eventually.holds("a brief one runs", () -> running.get() == 4);
      CountDownLatch served = new CountDownLatch(1);

      many.execute(MODEST, served::countDown, BRIEF);

      assertThat(many.idleThreads()).isEqualTo(2);
      release.countDown();
      served.await();
    }
  }

  @Test
  void relieve_behindAJobThatNeverSays_wakesAnotherThread() throws InterruptedException {
    threads.start();
    threads.execute(GREEDY, this::blocking, BRIEF);
    Eventually.holds("it runs", () -> running.get() == 1);
    CountDownLatch served = new CountDownLatch(1);
    threads.execute(MODEST, served::countDown, BRIEF);

    threads.relieve();

    served.await();
    assertThat(running).hasValue(1);
  }

  @Test
  void together_wakesAThreadOnceAllJobsAreQueued() throws InterruptedException {
    threads.start();
    AtomicBoolean allQueued = new AtomicBoolean();
    AtomicInteger early = new AtomicInteger();
    for (int round = 0; round < 200; round++) {
      Eventually.holds("all threads are idle", () -> threads.idleThreads() == 4);
      CountDownLatch served = new CountDownLatch(QUEUED);
      allQueued.set(false);

      threads.together(() -> {
        for (int i = 0; i < QUEUED; i++) {
          threads.execute(
              GREEDY,
              () -> {
                early.addAndGet(allQueued.get() ? 0 : 1);
                served.countDown();
              },
              BRIEF);
        }
        allQueued.set(true);
      });

      served.await();
    }
    assertThat(early).hasValue(0);
  }

  @Test
  void together_thatFailsMidway_runsWhatWasQueued() throws InterruptedException {
    threads.start();
    CountDownLatch served = new CountDownLatch(1);

    assertThatThrownBy(() ->
            threads.together(() -> {
              threads.execute(GREEDY, served::countDown, LONG);
              throw new IllegalStateException("a defect");
            }))
        .isInstanceOf(IllegalStateException.class);

    served.await();
  }

  @Test
  void together_onOneThread_holdsNoOtherUp() throws InterruptedException {
    threads.start();
    CountDownLatch served = new CountDownLatch(1);

    threads.together(() -> {
      Thread other =
          Thread.ofPlatform().start(() -> threads.execute(MODEST, served::countDown, BRIEF));
      await(served);
      joined(other);
    });

    assertThat(served.getCount()).isZero();
  }

  @Test
  void execute_oneAfterTheOther_areServedByTheSameThread() throws InterruptedException {
    threads.start();
    Set<String> names = ConcurrentHashMap.newKeySet();
    for (int i = 0; i < 100; i++) {
      Eventually.holds("all threads are idle", () -> threads.idleThreads() == 4);
      CountDownLatch served = new CountDownLatch(1);
      threads.execute(
          GREEDY,
          () -> {
            names.add(Thread.currentThread().getName());
            served.countDown();
          },
          BRIEF);
      served.await();
    }
    assertThat(names).hasSize(1);
  }

  private static void joined(Thread thread) {
    try {
      thread.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static void await(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
