package dev.leat.gateway.invocation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.leat.contract.FunctionName;
import dev.leat.contract.FunctionRef;
import dev.leat.contract.FunctionVersion;
import dev.leat.contract.Grants;
import dev.leat.contract.GuestContract;
import dev.leat.contract.InstancePolicy;
import dev.leat.contract.Limits;
import dev.leat.contract.ModuleDigest;
import dev.leat.contract.Outcome;
import dev.leat.contract.Problem;
import dev.leat.contract.ProblemCode;
import dev.leat.contract.TenantId;
import dev.leat.contract.Usage;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class OutcomeProblemsTest {
  private static final FunctionVersion VERSION =
      new FunctionVersion(
          new FunctionRef(new TenantId("acme"), new FunctionName("mask")),
          1,
          ModuleDigest.of(new byte[0]),
          GuestContract.HANDLER,
          Limits.DEFAULT,
          InstancePolicy.DEFAULT,
          Grants.NONE,
          "{}");

  @Test
  void timeout_ofTheFunction_saysWhatToRaise() {
    Problem problem =
        OutcomeProblems.of(VERSION, new Outcome.TimedOut(VERSION.limits().timeout(), Usage.NONE));

    assertThat(problem.code()).isEqualTo(ProblemCode.FUNCTION_TIMEOUT);
    assertThat(problem.detail()).contains("its limit of 5000 ms").contains("limits.timeout");
  }

  @Test
  void timeout_ofTheWholeCall_doesNotBlameTheLimit() {
    Problem problem =
        OutcomeProblems.of(VERSION, new Outcome.TimedOut(Duration.ofMillis(40), Usage.NONE));

    assertThat(problem.code()).isEqualTo(ProblemCode.FUNCTION_TIMEOUT);
    assertThat(problem.detail()).contains("40 ms that were left").doesNotContain("limits.timeout");
  }

  @Test
  void workerLost_canBeRepeated_onlyWhenNothingRan() {
    Problem before = OutcomeProblems.of(VERSION, new Outcome.WorkerLost(false));
    Problem after = OutcomeProblems.of(VERSION, new Outcome.WorkerLost(true));

    assertThat(before.code()).isEqualTo(ProblemCode.WORKER_UNAVAILABLE);
    assertThat(before.code().isRetryable()).isTrue();
    assertThat(after.code()).isEqualTo(ProblemCode.WORKER_LOST);
    assertThat(after.code().isRetryable()).isFalse();
  }
}
