package dev.leat.scheduler;

import static org.assertj.core.api.Assertions.assertThat;

import dev.leat.contract.Cancellation;
import dev.leat.contract.FunctionName;
import dev.leat.contract.FunctionRef;
import dev.leat.contract.FunctionVersion;
import dev.leat.contract.Grants;
import dev.leat.contract.GuestContract;
import dev.leat.contract.Headers;
import dev.leat.contract.HttpCall;
import dev.leat.contract.InstancePolicy;
import dev.leat.contract.Invocation;
import dev.leat.contract.Limits;
import dev.leat.contract.ModuleDigest;
import dev.leat.contract.Outcome;
import dev.leat.contract.TenantId;
import dev.leat.contract.Usage;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

class SchedulerTest {
  private final List<Consumer<Outcome>> atWorker = new ArrayList<>();
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
    atWorker.getFirst().accept(new Outcome.Cancelled(Usage.NONE));

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
    atWorker.getFirst().accept(new Outcome.Cancelled(Usage.NONE));
    assertThat(scheduler.drain(Duration.ofMillis(5))).isTrue();
  }

  @Test
  void invoke_workerLost_isToldAndNotTriedAgain() {
    invoke();

    atWorker.getFirst().accept(new Outcome.WorkerLost(true));

    assertThat(atWorker).hasSize(1);
    assertThat(outcomes).containsExactly(new Outcome.WorkerLost(true));
    assertThat(scheduler.inFlight()).isZero();
  }

  private void invoke() {
    FunctionVersion version =
        new FunctionVersion(
            new FunctionRef(new TenantId("acme"), new FunctionName("f")),
            1,
            new ModuleDigest("0".repeat(64)),
            GuestContract.HANDLER,
            Limits.DEFAULT,
            InstancePolicy.DEFAULT,
            Grants.NONE,
            "{}");
    HttpCall call = new HttpCall("GET", "", null, Headers.NONE, new byte[0]);
    scheduler.invoke(new Invocation("1", version, call, new Cancellation()), outcomes::add);
  }
}
