package dev.leat.worker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.leat.contract.InstancePolicy.Reuse;
import dev.leat.contract.Invocation;
import dev.leat.contract.Outcome;
import dev.leat.contract.Usage;
import dev.leat.testkit.WasmBuilder;
import dev.leat.worker.InstancePool.Entry;
import dev.leat.worker.guest.CpuTime;
import dev.leat.worker.guest.Guest;
import java.time.Duration;
import org.junit.jupiter.api.Test;

final class InstancePoolTest {
  private record Waiting(int number) implements InstancePool.Job {
    @Override
    public long arrivedNanos() {
      return System.nanoTime();
    }
  }

  /** A guest that is only kept. */
  static final class KeptGuest implements Guest {
    boolean closed;

    @Override
    public Outcome run(
        Invocation invocation,
        Usage.Acquire acquire,
        long queueNanos,
        long loadNanos,
        CpuTime time) {
      throw new UnsupportedOperationException("A kept guest does not run");
    }

    @Override
    public long initFuel() {
      return 0;
    }

    @Override
    public boolean isOutdated() {
      return false;
    }

    @Override
    public long heldBytes() {
      return 100;
    }

    @Override
    public boolean hasServed() {
      return false;
    }

    @Override
    public boolean recycle() {
      return true;
    }

    @Override
    public void close() {
      closed = true;
    }
  }

  private int kept;

  private InstancePool pool(int min, int max, int waitersMax, Reuse reuse) {
    kept = min;
    return new InstancePool(
        TestFunction.handler(new WasmBuilder()).instances(min, max, reuse).version(),
        waitersMax,
        () -> kept,
        System::nanoTime);
  }

  @Test
  void enter_upToMax_runsThenWaitsThenIsRefused() {
    InstancePool pool = pool(0, 2, 2, Reuse.RESET);
    assertThat(pool.enter(new Waiting(1))).isEqualTo(Entry.RUNS);
    assertThat(pool.enter(new Waiting(2))).isEqualTo(Entry.RUNS);
    assertThat(pool.enter(new Waiting(3))).isEqualTo(Entry.WAITS);
    assertThat(pool.enter(new Waiting(4))).isEqualTo(Entry.WAITS);
    assertThat(pool.enter(new Waiting(5))).isEqualTo(Entry.REFUSED);
    assertThat(pool.runningInvocations()).isEqualTo(2);

    assertThat(pool.leave()).isEqualTo(new Waiting(3));
    assertThat(pool.leave()).isEqualTo(new Waiting(4));
    assertThat(pool.runningInvocations()).isEqualTo(2);
    assertThat(pool.leave()).isNull();
    assertThat(pool.leave()).isNull();
    assertThat(pool.runningInvocations()).isZero();
  }

  @Test
  void waiting_isThoseThatWait() {
    InstancePool pool = pool(0, 1, 10, Reuse.RESET);
    for (int arrived = 1; arrived <= 4; arrived++) {
      pool.enter(new Waiting(arrived));
    }

    assertThat(pool.waiting()).containsExactly(new Waiting(2), new Waiting(3), new Waiting(4));
    assertThat(pool.leave()).isEqualTo(new Waiting(2));
  }

  @Test
  void withdraw_takesAWaitingJobOut_andNoOther() {
    InstancePool pool = pool(0, 1, 10, Reuse.RESET);
    for (int arrived = 1; arrived <= 4; arrived++) {
      pool.enter(new Waiting(arrived));
    }

    assertThat(pool.withdraw(new Waiting(1))).as("it runs").isFalse();
    assertThat(pool.withdraw(new Waiting(3))).isTrue();
    assertThat(pool.withdraw(new Waiting(3))).as("a second time").isFalse();
    assertThat(pool.waitingInvocations()).isEqualTo(2);
    assertThat(pool.leave()).isEqualTo(new Waiting(2));
    assertThat(pool.leave()).isEqualTo(new Waiting(4));
  }

  @Test
  void take_lastUsedFirst() {
    InstancePool pool = pool(0, 3, 0, Reuse.RESET);
    Guest first = new KeptGuest();
    Guest second = new KeptGuest();
    pool.give(first);
    pool.give(second);

    assertThat(pool.take()).isSameAs(second);
    assertThat(pool.take()).isSameAs(first);
    assertThat(pool.take()).isNull();
  }

  @Test
  void give_moreThanMax_keepsMax() {
    InstancePool pool = pool(0, 2, 0, Reuse.RESET);
    for (int i = 0; i < 5; i++) {
      pool.give(new KeptGuest());
    }
    assertThat(pool.idleInstances()).isEqualTo(2);
  }

  @Test
  void give_fresh_keepsNone() {
    InstancePool pool = pool(0, 2, 0, Reuse.FRESH);
    pool.give(new KeptGuest());
    assertThat(pool.idleInstances()).isZero();
  }

  @Test
  void reap_afterTheIdleTime_keepsWhatIsToBeKept() {
    InstancePool pool = pool(1, 3, 0, Reuse.RESET);
    for (int i = 0; i < 3; i++) {
      pool.give(new KeptGuest());
    }
    long now = System.nanoTime();

    pool.reap(now + Duration.ofSeconds(29).toNanos());
    assertThat(pool.idleInstances()).isEqualTo(3);

    pool.reap(now + Duration.ofSeconds(31).toNanos());
    assertThat(pool.idleInstances()).isEqualTo(1);
  }

  @Test
  void busy_isTheAverageOfWhatIsAskedFor() {
    InstancePool pool = pool(0, 2, 10, Reuse.RESET);
    pool.sample();
    assertThat(pool.busy()).isZero();

    pool.enter(new Waiting(1));
    sample(pool);
    assertThat(pool.busy()).isCloseTo(1, within(0.01));
    for (int i = 0; i < 8; i++) {
      pool.enter(new Waiting(i));
    }
    sample(pool);
    assertThat(pool.busy()).as("2 run, and 2 of 7 count").isCloseTo(4, within(0.01));
    for (int i = 0; i < 9; i++) {
      pool.leave();
    }
    sample(pool);
    assertThat(pool.busy()).isCloseTo(0, within(0.01));
  }

  private static void sample(InstancePool pool) {
    for (int i = 0; i < 50; i++) {
      pool.sample();
    }
  }

  @Test
  void forget_whileAnythingIsLeft_isRefused() {
    long later = System.nanoTime() + Duration.ofMinutes(2).toNanos();
    long minute = Duration.ofMinutes(1).toNanos();
    InstancePool pool = pool(0, 1, 1, Reuse.RESET);
    assertThat(pool.forget(System.nanoTime(), minute)).as("just made").isFalse();

    pool.enter(new Waiting(1));
    assertThat(pool.forget(later, minute)).as("one runs").isFalse();

    pool.give(new KeptGuest());
    pool.leave();
    assertThat(pool.forget(later, minute)).as("one is kept").isFalse();
  }

  @Test
  void forget_whenNothingIsLeft_letsNothingInAnyMore() {
    InstancePool pool = pool(0, 1, 1, Reuse.RESET);
    KeptGuest late = new KeptGuest();

    assertThat(pool.forget(System.nanoTime() + Duration.ofMinutes(2).toNanos(), 0)).isTrue();

    assertThat(pool.enter(new Waiting(1))).isEqualTo(Entry.GONE);
    pool.give(late);
    assertThat(late.closed).isTrue();
    assertThat(pool.idleInstances()).isZero();
  }

  @Test
  void delete_closesWhatIsIdleAndWhatComesBack() {
    InstancePool pool = pool(2, 2, 1, Reuse.RESET);
    KeptGuest idle = new KeptGuest();
    KeptGuest running = new KeptGuest();
    pool.give(idle);
    pool.enter(new Waiting(1));

    pool.delete();
    pool.leave(running, System.nanoTime());

    assertThat(idle.closed).isTrue();
    assertThat(running.closed).isTrue();
    assertThat(pool.idleInstances()).isZero();
  }

  @Test
  void typicalNanos_areLearntFromCallsThatRan() {
    InstancePool pool = pool(0, 1, 1, Reuse.RESET);
    for (int i = 0; i < 100; i++) {
      pool.enter(new Waiting(1));
      pool.leave(null, System.nanoTime());
    }
    assertThat(pool.typicalNanos()).as("none ran").isEqualTo(InstancePool.UNKNOWN_NANOS);

    for (int i = 0; i < 100; i++) {
      pool.enter(new Waiting(1));
      pool.leave(new KeptGuest(), System.nanoTime());
    }
    assertThat(pool.typicalNanos()).isLessThan(GuestThreads.BRIEF_NANOS);
  }

  @Test
  void whatIsNotKept_isClosed() {
    KeptGuest notKept = new KeptGuest();
    pool(0, 1, 1, Reuse.FRESH).give(notKept);

    KeptGuest reaped = new KeptGuest();
    InstancePool pool = pool(0, 1, 1, Reuse.RESET);
    pool.give(reaped);
    pool.reap(System.nanoTime() + Duration.ofMinutes(1).toNanos());

    assertThat(notKept.closed).isTrue();
    assertThat(reaped.closed).isTrue();
  }

  @Test
  void reap_nothingIsToBeKeptAnyMore_keepsNone() {
    InstancePool pool = pool(1, 1, 1, Reuse.RESET);
    pool.give(new KeptGuest());
    long later = System.nanoTime() + Duration.ofMinutes(1).toNanos();
    pool.reap(later);
    assertThat(pool.idleInstances()).isEqualTo(1);

    kept = 0;
    pool.reap(later);

    assertThat(pool.idleInstances()).isZero();
  }
}
