package dev.leat.gateway.invocation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.leat.contract.FunctionName;
import dev.leat.contract.FunctionRef;
import dev.leat.contract.FunctionVersion;
import dev.leat.contract.Grants;
import dev.leat.contract.GuestContract;
import dev.leat.contract.Headers;
import dev.leat.contract.InstancePolicy;
import dev.leat.contract.Limits;
import dev.leat.contract.ModuleDigest;
import dev.leat.contract.Outcome;
import dev.leat.contract.Problem;
import dev.leat.contract.ProblemCode;
import dev.leat.contract.TenantId;
import dev.leat.contract.Usage;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class OutcomeProblemsTest {
  private static final FunctionVersion VERSION =
      new FunctionVersion(
          new FunctionRef(new TenantId("acme"), new FunctionName("f")),
          3,
          new ModuleDigest("0".repeat(64)),
          GuestContract.HANDLER,
          Limits.DEFAULT,
          InstancePolicy.DEFAULT,
          Grants.NONE,
          "{}");
  private static final Usage USED = Usage.NONE;

  private static final Map<Outcome, ProblemCode> CODES =
      Map.ofEntries(
          Map.entry(new Outcome.GuestFailed("no", USED), ProblemCode.FUNCTION_FAILED),
          Map.entry(new Outcome.Trapped("no", USED), ProblemCode.FUNCTION_TRAPPED),
          Map.entry(new Outcome.StackExhausted(USED), ProblemCode.STACK_EXHAUSTED),
          Map.entry(
              new Outcome.TimedOut(Duration.ofSeconds(5), USED), ProblemCode.FUNCTION_TIMEOUT),
          Map.entry(new Outcome.FuelExhausted(7, USED), ProblemCode.FUEL_EXHAUSTED),
          Map.entry(new Outcome.MemoryExceeded(7, USED), ProblemCode.MEMORY_EXCEEDED),
          Map.entry(new Outcome.ResponseTooLarge(8, 7, USED), ProblemCode.RESPONSE_TOO_LARGE),
          Map.entry(new Outcome.Cancelled(USED), ProblemCode.CLIENT_CLOSED),
          Map.entry(new Outcome.Overloaded("Full", Duration.ZERO), ProblemCode.OVERLOADED),
          Map.entry(
              new Outcome.StoreUnavailable("Away", Duration.ZERO), ProblemCode.STORE_UNAVAILABLE),
          Map.entry(new Outcome.Tampered("it was changed"), ProblemCode.MODULE_TAMPERED),
          Map.entry(new Outcome.Unrunnable("no", USED), ProblemCode.FUNCTION_UNRUNNABLE),
          Map.entry(new Outcome.WorkerLost(true), ProblemCode.WORKER_LOST),
          Map.entry(new Outcome.WorkerLost(false), ProblemCode.WORKER_UNAVAILABLE));

  @Test
  void ending_hasItsCode() {
    CODES.forEach((outcome, code) ->
        assertThat(OutcomeProblems.of(VERSION, outcome).code()).as(outcome.word()).isEqualTo(code));
  }

  /** So that this test names each ending that there is. */
  @Test
  void endings_areAllHere() {
    Set<String> words = new java.util.HashSet<>(Outcome.words());
    CODES.keySet().forEach(outcome -> words.remove(outcome.word()));

    assertThat(words).containsExactly("responded");
  }

  /** What, and what to do: those that the function can help name it and the limit. */
  @Test
  void message_namesTheFunctionAndTheLimit() {
    Map<Outcome, String> said = new HashMap<>();
    CODES.keySet().forEach(it -> said.put(it, OutcomeProblems.of(VERSION, it).detail()));

    assertThat(said).allSatisfy((outcome, detail) -> assertThat(detail).isNotBlank());
    assertThat(said.get(new Outcome.FuelExhausted(7, USED))).contains("acme/f@v3", "7 units");
    assertThat(said.get(new Outcome.MemoryExceeded(7, USED))).contains("7 bytes");
    assertThat(said.get(new Outcome.ResponseTooLarge(8, 7, USED))).contains("8 bytes", "is 7");
    assertThat(said.get(new Outcome.TimedOut(Duration.ofSeconds(5), USED)))
        .contains("its limit of 5000 ms");
  }

  @Test
  void timeout_shortenedByTheCaller_blamesNoLimit() {
    Problem problem = OutcomeProblems.of(VERSION, new Outcome.TimedOut(Duration.ofMillis(9), USED));

    assertThat(problem.detail()).contains("9 ms that were left").doesNotContain("limits.timeout");
  }

  @Test
  void response_isNoProblem() {
    assertThatThrownBy(() ->
            OutcomeProblems.of(
                VERSION, new Outcome.Responded(500, Headers.NONE, new byte[0], USED)))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
