package dev.leat.registry.canary;

import static org.assertj.core.api.Assertions.assertThat;

import dev.leat.contract.FunctionName;
import dev.leat.contract.FunctionRef;
import dev.leat.contract.Headers;
import dev.leat.contract.HttpCall;
import dev.leat.contract.Input;
import dev.leat.contract.Outcome;
import dev.leat.contract.TenantId;
import dev.leat.contract.Usage;
import dev.leat.registry.canary.Analysis.Check;
import java.time.Duration;
import java.util.function.LongFunction;
import org.junit.jupiter.api.Test;

final class CanaryJudgeTest {
  private final Sampling sampling =
      new Sampling(new FunctionRef(new TenantId("acme"), new FunctionName("mask")), 1, 2);
  private final Sampling.Tally canary = sampling.canary(true);
  private final Sampling.Tally control = sampling.control(true);

  @Test
  void noTraffic_isNoFailure() {
    assertThat(judge().verdict()).isEqualTo(Verdict.INCONCLUSIVE);
    assertThat(check("error-share").verdict()).isEqualTo(Verdict.INCONCLUSIVE);

    for (int i = 0; i < 1_000; i++) {
      control.ended(input(i), good(i));
    }
    assertThat(judge().verdict()).isEqualTo(Verdict.INCONCLUSIVE);
    assertThat(judge().reason()).contains("50 calls of each are needed");
  }

  @Test
  void asMuchAsBefore_passes_withItsFigures() {
    both(1_000, CanaryJudgeTest::good);

    assertThat(judge())
        .satisfies(passed -> {
          assertThat(passed.verdict()).isEqualTo(Verdict.PASS);
          assertThat(passed.controlCalls()).isEqualTo(1_000);
          assertThat(passed.canaryCalls()).isEqualTo(1_000);
          assertThat(passed.checks())
              .extracting(Check::name)
              .containsExactly(
                  "error-share",
                  "latency-p50-ms",
                  "latency-p95-ms",
                  "fuel-same-input",
                  "new-stops");
          assertThat(passed.reason()).isEmpty();
        });
  }

  /** Sure, and too little to matter. */
  @Test
  void aDifferenceThatDoesNoHarm_failsNothing() {
    for (int i = 0; i < 200_000; i++) {
      canary.ended(input(i), i % 500 == 0 ? failed(i) : good(i));
      control.ended(input(i), i % 1_000 == 0 ? failed(i) : good(i));
    }
    assertThat(SequentialTest.isConvincing(400, 200, 0.5, 0.001)).isTrue();
    assertThat(check("error-share").verdict()).isEqualTo(Verdict.PASS);
  }

  @Test
  void whatFails_isSaidWithBothShares() {
    both(500, CanaryJudgeTest::good);
    for (int i = 0; i < 100; i++) {
      canary.ended(input(i), failed(i));
      control.ended(input(i), good(i));
    }
    assertThat(judge().verdict()).isEqualTo(Verdict.FAIL);
    assertThat(judge().reason())
        .isEqualTo("error-share: 16.67% of 600 calls failed, of the old version's 0.00% of 600");
  }

  /** One may be chance: the old version has it as seldom. */
  @Test
  void aNewKindOfStop_failsAtOnce_unlessTheOldVersionHasItToo() {
    Sampling.Tally others = sampling.control(false);
    for (int i = 0; i < 1_800; i++) {
      others.ended(input(i), good(i));
    }
    both(100, CanaryJudgeTest::good);
    canary.ended(input(1), trapped("out of bounds at 77, after it said: \"secret\""));
    assertThat(check("new-stops").verdict()).isEqualTo(Verdict.PASS);

    canary.ended(input(1), trapped("out of bounds at 12"));
    canary.ended(input(1), trapped("out of bounds at 13"));
    assertThat(check("new-stops").verdict()).isEqualTo(Verdict.FAIL);
    assertThat(judge().reason())
        .isEqualTo(
            "new-stops: the old version was never stopped by 'trapped: out of bounds at N' 3 times");

    others.ended(input(1), trapped("out of bounds at 9"));
    assertThat(check("new-stops").verdict()).isEqualTo(Verdict.PASS);
  }

  @Test
  void fuel_isComparedInPairs_whereInputsAreTheSame_andElseByQuantiles() {
    for (int i = 0; i < 400; i++) {
      canary.ended(input(i), used((1 + i % 50) * 13_000L));
      control.ended(input(i), used((1 + i % 50) * 10_000L));
    }
    assertThat(check("fuel-same-input"))
        .satisfies(fuel -> {
          assertThat(fuel.verdict()).isEqualTo(Verdict.FAIL);
          assertThat(fuel.canary() / fuel.control()).isEqualTo(1.3);
        });

    Sampling unlike =
        new Sampling(new FunctionRef(new TenantId("acme"), new FunctionName("mask")), 2, 2);
    for (int i = 0; i < 400; i++) {
      unlike.canary(true).ended(input(i), used((1 + i % 50) * 13_000L));
      unlike.control(true).ended(input(-1 - i), used((1 + i % 50) * 10_000L));
    }
    assertThat(CanaryJudge.judge(unlike.figures()).checks())
        .filteredOn(check -> check.name().startsWith("fuel"))
        .extracting(Check::name)
        .containsExactly("fuel-p50", "fuel-p95");
  }

  @Test
  void anAlarm_failsAtOnce() {
    sampling.alarm("calls a new host: evil.example");

    assertThat(judge().verdict()).isEqualTo(Verdict.FAIL);
    assertThat(judge().reason()).isEqualTo("alarm: calls a new host: evil.example");
  }

  @Test
  void anAlteredModule_isAnAlarm_ofTheCanaryAlone() {
    control.ended(input(1), new Outcome.Tampered("the bytes of sha256:1 differ"));
    assertThat(judge().verdict()).isEqualTo(Verdict.INCONCLUSIVE);
    canary.ended(input(1), new Outcome.Tampered("the bytes of sha256:2 differ"));

    assertThat(judge().reason())
        .isEqualTo("alarm: its module was altered: the bytes of sha256:2 differ");
  }

  @Test
  void whatIsNotItsDoing_isNotCounted() {
    canary.ended(input(1), new Outcome.Overloaded("full", Duration.ZERO));
    canary.ended(input(1), new Outcome.StoreUnavailable("away", Duration.ZERO));
    canary.ended(input(1), new Outcome.WorkerLost(true));
    canary.ended(input(1), new Outcome.Cancelled(Usage.NONE));
    canary.ended(input(1), new Outcome.Responded(404, Headers.NONE, new byte[0], usage(1)));

    assertThat(judge().canaryCalls()).isEqualTo(1);
    assertThat(sampling.figures().canary().errors()).isZero();
    canary.ended(input(1), new Outcome.Responded(500, Headers.NONE, new byte[0], usage(1)));
    assertThat(sampling.figures().canary().errors()).isEqualTo(1);
  }

  @Test
  void hostThatTheOldVersionNeverCalls_fails_whenThatIsNoChance() {
    for (int i = 0; i < 100; i++) {
      canary.ended(input(i), used(1_000));
      control.ended(input(i), used(1_000));
      sampling.called(2, "both.example");
      sampling.called(1, "both.example");
    }
    for (int i = 0; i < 9; i++) {
      sampling.called(2, "evil.example");
    }
    assertThat(judge().checks()).extracting(Check::name).doesNotContain("new-hosts");
    sampling.called(2, "evil.example");
    assertThat(check("new-hosts"))
        .isEqualTo(
            new Check(
                "new-hosts",
                Verdict.FAIL,
                0,
                10,
                "the old version never called 'evil.example' 10 times"));

    sampling.called(1, "evil.example");
    assertThat(judge().checks()).extracting(Check::name).doesNotContain("new-hosts");
    for (int i = 0; i < 1_000; i++) {
      sampling.called(2, i + ".example");
    }
    assertThat(sampling.figures().canary().hosts()).hasSize(ArmFigures.HOSTS_MAX + 1);
  }

  /** What a guest says cannot make the node hold more. */
  @Test
  void kindsOfStops_areBounded() {
    for (int i = 0; i < 1_000; i++) {
      canary.ended(input(i), trapped("x".repeat(1 + i % 60) + Character.toString('a' + i % 26)));
      sampling.alarm("alarm " + i);
    }
    CanaryFigures both = sampling.figures().plus(sampling.figures());

    assertThat(both.canary().stops()).hasSizeLessThanOrEqualTo(ArmFigures.KINDS_MAX + 1);
    assertThat(both.canary().stops().values().stream().mapToLong(count -> count).sum())
        .isEqualTo(2_000);
    assertThat(both.alarms()).hasSize(CanaryFigures.ALARMS_MAX);
  }

  private Analysis judge() {
    return CanaryJudge.judge(sampling.figures());
  }

  private Check check(String name) {
    return judge().checks().stream()
        .filter(check -> check.name().equals(name))
        .findFirst()
        .orElseThrow();
  }

  private void both(int calls, LongFunction<Outcome> outcome) {
    for (int i = 0; i < calls; i++) {
      canary.ended(input(i), outcome.apply(i));
      control.ended(input(i), outcome.apply(i));
    }
  }

  private static Input input(long number) {
    return new HttpCall("GET", "/" + number, null, Headers.NONE, new byte[0]);
  }

  private static Outcome good(long number) {
    return used(10_000 + number % 100);
  }

  private static Outcome used(long fuel) {
    return new Outcome.Responded(200, Headers.NONE, new byte[0], usage(fuel));
  }

  private static Outcome failed(long number) {
    return new Outcome.GuestFailed("no", usage(10_000 + number % 100));
  }

  private static Outcome trapped(String reason) {
    return new Outcome.Trapped(reason, usage(1));
  }

  private static Usage usage(long fuel) {
    return new Usage(fuel, 0, 0, Usage.Acquire.RESET, 0, 0, fuel * 10, 0);
  }
}
