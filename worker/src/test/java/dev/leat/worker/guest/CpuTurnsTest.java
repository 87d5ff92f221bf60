package dev.leat.worker.guest;

import static org.assertj.core.api.Assertions.assertThat;

import dev.leat.contract.Cancellation;
import dev.leat.contract.TenantId;
import dev.leat.engine.GuestBudget;
import dev.leat.testkit.Eventually;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Timeout(60)
class CpuTurnsTest {
  private static final Duration LONG = Duration.ofMinutes(1);
  private static final TenantId ACME = new TenantId("acme");

  private final CpuTurns turns = new CpuTurns(1, () -> {});

  @Test
  void pause_ofAShortCall_neverWaits() {
    CpuTurns.Turn held = longCall(budget(LONG));
    held.pause();

    // As if it began in an hour: this thread may be held up for longer than a call is short.
    long inAnHour = System.nanoTime() + Duration.ofHours(1).toNanos();
    turns.begin(ACME, budget(LONG), CpuTime.begin(), inAnHour).pause();

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
    GuestBudget soon = budget(Duration.ofMillis(50));

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

    longCall(new GuestBudget(1, System.nanoTime() + LONG.toNanos(), cancellation)).pause();

    held.close();
  }

  @Test
  void pause_ofACallCancelledWhileItWaits_returns() throws InterruptedException {
    CpuTurns.Turn held = longCall(budget(LONG));
    held.pause();
    Cancellation cancellation = new Cancellation();
    CpuTurns.Turn waiting =
        longCall(new GuestBudget(1, System.nanoTime() + LONG.toNanos(), cancellation));
    Thread call = Thread.ofPlatform().start(waiting::pause);
    Eventually.holds("it waits", () -> turns.waiting() == 1);

    cancellation.cancel();

    call.join();
    assertThat(turns.waiting()).isZero();
    held.close();
  }

  @ParameterizedTest
  @CsvSource({"60000, call", "0, preparation"})
  void preparation_waitsBehindCalls_butNotForEver(long patienceMillis, String first)
      throws InterruptedException {
    CpuTurns patient = new CpuTurns(1, () -> {}, Duration.ofMillis(patienceMillis));
    List<String> order = new CopyOnWriteArrayList<>();
    CpuTurns.Turn held = patient.begin(ACME, budget(LONG));
    spin(Duration.ofMillis(1));
    held.pause();
    CpuTurns.Turn preparation = patient.beginPreparation(ACME, budget(LONG));
    Thread preparing = taking("preparation", preparation, order);
    Eventually.holds("it waits", () -> patient.waiting() == 1);
    CpuTurns.Turn call = patient.begin(ACME, budget(LONG));
    spin(Duration.ofMillis(1));
    Thread calling = taking("call", call, order);
    Eventually.holds("both wait", () -> patient.waiting() == 2);

    held.close();

    preparing.join();
    calling.join();
    assertThat(order).hasSize(2).startsWith(first);
  }

  @Test
  void call_besideAPreparationAlone_keepsItsTurn() throws InterruptedException {
    CpuTurns patient = new CpuTurns(1, () -> {}, LONG);
    CpuTurns.Turn held = patient.begin(ACME, budget(LONG));
    spin(Duration.ofMillis(1));
    held.pause();
    List<String> order = new CopyOnWriteArrayList<>();
    Thread preparing = taking("preparation", patient.beginPreparation(ACME, budget(LONG)), order);
    Eventually.holds("it waits", () -> patient.waiting() == 1);

    spin(Duration.ofMillis(2));
    held.pause();

    assertThat(patient.waiting()).isEqualTo(1);
    held.close();
    preparing.join();
    assertThat(order).containsExactly("preparation");
  }

  /** Calls of one tenant that woke together, and one of another that comes last. */
  @Test
  void call_besideManyOfAnotherTenant_waitsForOneOfThem() throws InterruptedException {
    CpuTurns.Turn held = longCall(budget(LONG));
    held.pause();
    List<String> order = new CopyOnWriteArrayList<>();
    List<Thread> calls = new ArrayList<>();
    for (int i = 1; i <= 5; i++) {
      int number = i;
      calls.add(taking("hostile", overdue(new TenantId("hostile")), order));
      Eventually.holds("it waits", () -> turns.waiting() == number);
    }
    calls.add(taking("acme", overdue(ACME), order));
    Eventually.holds("all wait", () -> turns.waiting() == 6);

    held.close();

    for (Thread call : calls) {
      call.join();
    }
    assertThat(order)
        .containsExactly("hostile", "acme", "hostile", "hostile", "hostile", "hostile");
  }

  private static Thread taking(String name, CpuTurns.Turn turn, List<String> order) {
    return Thread.ofPlatform()
        .start(() -> {
          turn.pause();
          order.add(name);
          turn.close();
        });
  }

  @Test
  void close_twice_passesTheTurnOnOnce() {
    CpuTurns.Turn first = longCall(budget(LONG));
    first.pause();
    first.close();
    first.close();
    CpuTurns.Turn second = longCall(budget(LONG));
    second.pause();
    GuestBudget soon = budget(Duration.ofMillis(20));

    longCall(soon).pause();

    assertThat(System.nanoTime() - soon.deadlineNanos()).isNotNegative();
    second.close();
  }

  /** A call that has run for long enough to need a turn. */
  private CpuTurns.Turn longCall(GuestBudget budget) {
    CpuTurns.Turn turn = turns.begin(ACME, budget);
    spin(Duration.ofMillis(1));
    return turn;
  }

  /** The same of any tenant, without having run. */
  private CpuTurns.Turn overdue(TenantId tenant) {
    return turns.begin(tenant, budget(LONG), CpuTime.begin(), System.nanoTime() - LONG.toNanos());
  }

  private static void spin(Duration time) {
    long end = System.nanoTime() + time.toNanos();
    while (System.nanoTime() - end < 0) {
      Thread.onSpinWait();
    }
  }

  private static GuestBudget budget(Duration time) {
    return new GuestBudget(1, System.nanoTime() + time.toNanos(), new Cancellation());
  }
}
