package dev.leat.worker.guest;

import static org.assertj.core.api.Assertions.assertThat;

import dev.leat.contract.Cancellation;
import dev.leat.engine.Budget;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class CpuTurnsTest {
  private static final Duration LONG = Duration.ofMinutes(1);

  private final CpuTurns turns = new CpuTurns(1, () -> {});

  @Test
  void pause_ofAShortCall_neverWaits() {
    CpuTurns.Turn held = longCall(budget(LONG));
    held.pause();

    turns.begin(budget(LONG)).pause();

    held.close();
  }

  @Test
  void pause_ofLongCalls_letsAsManyRunAsThereAreTurns() throws InterruptedException {
    AtomicInteger running = new AtomicInteger();
    AtomicInteger most = new AtomicInteger();
    AtomicInteger finished = new AtomicInteger();
    Runnable call =
        () -> {
          try (CpuTurns.Turn turn = longCall(budget(LONG))) {
            for (int slice = 0; slice < 20; slice++) {
              turn.pause();
              most.accumulateAndGet(running.incrementAndGet(), Math::max);
              spin(Duration.ofNanos(200_000));
              running.decrementAndGet();
            }
            finished.incrementAndGet();
          }
        };
    List<Thread> calls = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      calls.add(Thread.ofPlatform().start(call));
    }
    for (Thread thread : calls) {
      thread.join();
    }

    assertThat(most).hasValue(1);
    assertThat(finished).hasValue(4);
  }

  @Test
  void rest_ofALongCall_leavesItsTurnToAnother() {
    CpuTurns.Turn resting = longCall(budget(LONG));
    resting.pause();

    resting.rest();

    CpuTurns.Turn other = longCall(budget(LONG));
    other.pause(); // would wait for a minute
    other.close();
  }

  @Test
  void pause_whenTheDeadlineComesFirst_returnsForTheBudgetToEndIt() {
    CpuTurns.Turn held = longCall(budget(LONG));
    held.pause();
    Budget soon = budget(Duration.ofMillis(50));

    longCall(soon).pause();

    assertThat(System.nanoTime() - soon.deadlineNanos()).isNotNegative();
    held.close();
  }

  @Test
  void pause_ofACancelledCall_doesNotWait() {
    CpuTurns.Turn held = longCall(budget(LONG));
    held.pause();
    Cancellation cancellation = new Cancellation();
    cancellation.cancel();

    longCall(new Budget(1, System.nanoTime() + LONG.toNanos(), cancellation)).pause();

    held.close();
  }

  @Test
  void close_twice_passesTheTurnOnOnce() {
    CpuTurns.Turn first = longCall(budget(LONG));
    first.pause();
    first.close();
    first.close();
    CpuTurns.Turn second = longCall(budget(LONG));
    second.pause();
    Budget soon = budget(Duration.ofMillis(20));

    longCall(soon).pause();

    assertThat(System.nanoTime() - soon.deadlineNanos()).isNotNegative();
    second.close();
  }

  /** A call that has run for long enough to need a turn. */
  private CpuTurns.Turn longCall(Budget budget) {
    CpuTurns.Turn turn = turns.begin(budget);
    spin(Duration.ofMillis(1));
    return turn;
  }

  private static void spin(Duration time) {
    long end = System.nanoTime() + time.toNanos();
    while (System.nanoTime() - end < 0) {
      Thread.onSpinWait();
    }
  }

  private static Budget budget(Duration time) {
    return new Budget(1, System.nanoTime() + time.toNanos(), new Cancellation());
  }
}
