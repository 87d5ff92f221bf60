package dev.leat.scheduler;

import static org.assertj.core.api.Assertions.assertThat;

import dev.leat.contract.FunctionVersion;
import dev.leat.contract.Headers;
import dev.leat.contract.Invoker.Callback;
import dev.leat.contract.Outcome;
import dev.leat.contract.Usage;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

final class OwnWorkerTest {
  private static final FunctionVersion VERSION = TestVersions.version("f");

  private final List<Callback> atWorker = new ArrayList<>();
  private final OwnWorker own =
      new OwnWorker(
          "a", (invocation, ended) -> atWorker.add(ended), 2, 2, () -> true, VERSION::equals);

  @Test
  void load_isWhatItWasGivenAndHasNotEnded() {
    invoke();
    assertThat(own.load()).isEqualTo(new Load(1, 0, 2));
    invoke();
    invoke();
    assertThat(own.load()).isEqualTo(new Load(2, 1, 2));

    List<Load> seen = new ArrayList<>();
    own.invoke(TestVersions.invocation("1", VERSION), outcome -> seen.add(own.load()));
    atWorker.getLast().ended(new Outcome.Cancelled(Usage.NONE));

    assertThat(seen).containsExactly(new Load(2, 1, 2));
  }

  @Test
  void moreThanTheNodeHolds_isRefused() {
    for (int i = 0; i < Scheduler.IN_FLIGHT_MAX; i++) {
      invoke();
    }
    List<Outcome> outcomes = new ArrayList<>();

    own.invoke(TestVersions.invocation("1", VERSION), outcomes::add);

    assertThat(outcomes).singleElement().isInstanceOf(Outcome.Overloaded.class);
    assertThat(own.load().inFlight()).isEqualTo(Scheduler.IN_FLIGHT_MAX);
  }

  @Test
  void backlog_isWhatCallsTypicallyTake_sharedByTheProcessors() {
    for (int i = 0; i < 200; i++) {
      invoke();
      atWorker.getLast().ended(tookNanos(8_000));
    }
    assertThat(own.backlogNanos()).isZero();

    invoke();
    invoke();
    invoke();

    assertThat(own.backlogNanos()).isBetween(11_000L, 12_000L);
    atWorker.getLast().ended(new Outcome.Overloaded("full", Scheduler.RETRY_AFTER));
    assertThat(own.backlogNanos()).as("what did not run says nothing").isBetween(7_500L, 8_000L);
  }

  private void invoke() {
    own.invoke(TestVersions.invocation("1", VERSION), outcome -> {});
  }

  private static Outcome tookNanos(long nanos) {
    Usage usage = new Usage(0, 0, 0, Usage.Acquire.RESET, 0, 0, nanos, 0);
    return new Outcome.Responded(200, Headers.NONE, new byte[0], usage);
  }
}
