package dev.leat.scheduler;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.leat.contract.Invocation;
import dev.leat.contract.Invoker;
import dev.leat.contract.Outcome;
import dev.leat.contract.Usage;
import dev.leat.testkit.Eventually;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class SchedulerTest {
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private final List<Invoker.Callback> atWorker = new ArrayList<>();
  private final List<Outcome> outcomes = new ArrayList<>();
  private final Scheduler scheduler = new Scheduler((invocation, ended) -> atWorker.add(ended), 2);

  @Test
  void invoke_overTheBound_isRefusedWithoutRunning() {
    invoke();
    invoke();

    invoke();

    assertThat(atWorker).hasSize(2);
    assertThat(outcomes).singleElement().isInstanceOf(Outcome.Overloaded.class);
    assertThat(scheduler.inFlight()).isEqualTo(2);
  }

  @Test
  void invoke_afterOneEnded_isAdmittedAgain() {
    invoke();
    invoke();
    atWorker.getFirst().ended(new Outcome.Cancelled(Usage.NONE));

    invoke();

    assertThat(atWorker).hasSize(3);
  }

  @Test
  void drain_withAnInvocationRunning_refusesNewOnesAndReportsIt() {
    invoke();

    boolean drained = scheduler.drain(Duration.ofMillis(5));
    invoke();

    assertThat(drained).isFalse();
    assertThat(outcomes).singleElement().isInstanceOf(Outcome.Overloaded.class);
    atWorker.getFirst().ended(new Outcome.Cancelled(Usage.NONE));
    assertThat(scheduler.drain(Duration.ofMillis(5))).isTrue();
  }

  @Test
  void invoke_workerLost_isToldAndNotTriedAgain() {
    invoke();

    atWorker.getFirst().ended(new Outcome.WorkerLost(true));

    assertThat(atWorker).hasSize(1);
    assertThat(outcomes).containsExactly(new Outcome.WorkerLost(true));
    assertThat(scheduler.inFlight()).isZero();
  }

  @Test
  void refusal_saysWhyAndWhenToTryAgain() {
    invoke();
    invoke();
    invoke();
    scheduler.drain(Duration.ZERO);
    invoke();

    assertThat(outcomes)
        .containsExactly(
            new Outcome.Overloaded("This node runs 2 invocations already", Duration.ofSeconds(1)),
            new Outcome.Overloaded(
                "This node is shutting down; another will answer", Duration.ofSeconds(1)));
    assertThat(scheduler.inFlight()).isEqualTo(2);
  }

  /** Whoever waits for the end of all finds every answer handed over. */
  @Test
  void invocation_isInFlightUntilItsAnswerIsHandedOver() {
    List<Integer> seen = new ArrayList<>();
    scheduler.invoke(invocation(), outcome -> seen.add(scheduler.inFlight()));

    end(0);

    assertThat(seen).containsExactly(1);
    assertThat(scheduler.inFlight()).isZero();
  }

  @Test
  void listener_thatThrows_doesNotKeepItsPlace() {
    scheduler.invoke(
        invocation(),
        outcome -> {
          throw new IllegalStateException("a defect");
        });

    assertThatThrownBy(() -> end(0)).hasMessage("a defect");

    assertThat(scheduler.inFlight()).isZero();
    assertThat(scheduler.drain(Duration.ZERO)).isTrue();
  }

  @Test
  void worker_thatThrows_doesNotKeepThePlace_norGivesItBackTwice() {
    Scheduler broken =
        new Scheduler(
            (invocation, ended) -> {
              if (outcomes.isEmpty()) {
                ended.ended(new Outcome.Cancelled(Usage.NONE));
              }
              throw new IllegalStateException("a defect");
            },
            2);

    assertThatThrownBy(() -> broken.invoke(invocation(), outcomes::add)).hasMessage("a defect");
    assertThat(broken.inFlight()).as("it was ended, too").isZero();
    assertThatThrownBy(() -> broken.invoke(invocation(), outcomes::add)).hasMessage("a defect");
    assertThat(broken.inFlight()).isZero();
  }

  @Test
  void invocation_isHandedOnAsItIs_withItsCancellation() {
    List<Invocation> handed = new ArrayList<>();
    Scheduler passing = new Scheduler((invocation, ended) -> handed.add(invocation), 1);
    Invocation invocation = invocation();

    passing.invoke(invocation, outcomes::add);
    invocation.cancellation().cancel();

    assertThat(handed).singleElement().isSameAs(invocation);
    assertThat(handed.getFirst().cancellation().isCancelled()).isTrue();
    assertThat(outcomes).as("the worker ends it, not the scheduler").isEmpty();
  }

  @Test
  void drain_returnsOnceTheLastHasEnded() throws InterruptedException {
    invoke();
    invoke();
    AtomicBoolean drained = new AtomicBoolean();
    Thread draining = Thread.startVirtualThread(() -> drained.set(scheduler.drain(PATIENCE)));
    Eventually.holds(
        "new ones are refused",
        () -> {
          invoke();
          return outcomes.getLast() instanceof Outcome.Overloaded(String reason, Duration _)
              && reason.contains("shutting down");
        });

    end(0);
    assertThat(draining.isAlive()).isTrue();
    end(1);
    draining.join();

    assertThat(drained).isTrue();
  }

  @Test
  void invoke_fromManyThreads_neverExceedsTheBound_andEndsEachOnce() throws Exception {
    int bound = 3;
    AtomicInteger running = new AtomicInteger();
    AtomicInteger most = new AtomicInteger();
    AtomicInteger ended = new AtomicInteger();
    Scheduler shared =
        new Scheduler(
            (invocation, end) -> {
              most.accumulateAndGet(running.incrementAndGet(), Math::max);
              Thread.yield();
              running.decrementAndGet();
              end.ended(new Outcome.Cancelled(Usage.NONE));
            },
            bound);
    int threads = 8;
    int each = 2_000;

    List<Thread> all = new ArrayList<>();
    for (int i = 0; i < threads; i++) {
      all.add(
          Thread.ofPlatform()
              .start(() -> {
                for (int n = 0; n < each; n++) {
                  shared.invoke(invocation(), outcome -> ended.incrementAndGet());
                }
              }));
    }
    for (Thread thread : all) {
      thread.join();
    }

    assertThat(most.get()).isBetween(1, bound);
    assertThat(ended).hasValue(threads * each);
    assertThat(shared.inFlight()).isZero();
  }

  @Test
  void together_isTheWorkersToGather() {
    List<String> order = new ArrayList<>();
    Scheduler gathering =
        new Scheduler(
            new Invoker() {
              @Override
              public void invoke(Invocation invocation, Callback ended) {
                order.add("invoked");
              }

              @Override
              public void together(Runnable invocations) {
                order.add("gathered");
                invocations.run();
                order.add("woken");
              }
            },
            1);

    gathering.together(() -> gathering.invoke(invocation(), outcomes::add));

    assertThat(order).containsExactly("gathered", "invoked", "woken");
  }

  @Test
  void inACluster_isPlaced_togetherAtItsOwn_andDrainsInTwoPhases() {
    ScriptedWorker own = ScriptedWorker.own(8);
    ScriptedWorker other = new ScriptedWorker("w", 8);
    Scheduler placing =
        new Scheduler(() -> List.of(own, other), Assignments.NONE, (invocation, outcome) -> {}, 10);

    placing.together(() -> placing.invoke(invocation(), outcomes::add));
    assertThat(own.given).hasSize(1);
    placing.leaveOff();
    placing.invoke(invocation(), outcomes::add);
    assertThat(other.given).hasSize(1);
    assertThat(placing.drain(Duration.ZERO)).isFalse();
    placing.invoke(invocation(), outcomes::add);

    assertThat(outcomes)
        .containsExactly(new Outcome.Overloaded(Scheduler.LEAVING, Duration.ofSeconds(1)));
    assertThat(placing.inFlight()).isEqualTo(2);
  }

  private void end(int index) {
    atWorker.get(index).ended(new Outcome.Cancelled(Usage.NONE));
  }

  private void invoke() {
    scheduler.invoke(invocation(), outcomes::add);
  }

  private static Invocation invocation() {
    return TestVersions.invocation("1", TestVersions.version("f"));
  }
}
