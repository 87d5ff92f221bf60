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
import dev.leat.testkit.Seed;
import java.util.SplittableRandom;
import java.util.function.ToIntFunction;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/**
 * What the judge says of simulated rollouts, each of another seed. It is asked again and again, as
 * in a rollout: a false alarm at any time counts.
 */
final class CanarySimulationTest {
  private static final int ROLLOUTS = 1_000;
  private static final int CALLS_MAX = 10_000;
  private static final int NEVER = Integer.MAX_VALUE;
  private static final Input INPUT = new HttpCall("GET", "", null, Headers.NONE, new byte[0]);
  private static final Outcome TRAPPED = new Outcome.Trapped("unreachable", Usage.NONE);
  private static final Outcome FAILED = new Outcome.GuestFailed("no", Usage.NONE);
  private static final Seed SEED = Seed.orElse(20_260_701);

  @Test
  void nothingChanged_falseAlarmsAreUnderOnePerCent() {
    Version same = new Version(0.01, 1_000, 100_000);

    assertThat(failed(seed -> failsAt(same, same, seed, CALLS_MAX, 100)))
        .as("of 1,000; %s", SEED)
        .isLessThan(ROLLOUTS / 100);
  }

  @Test
  void nothingChanged_whateverFailsAnyway_falseAlarmsAreUnderOnePerCent() {
    for (double errors : new double[] {0, 0.0005, 0.2, 0.9}) {
      Version same = new Version(errors, 20_000, 1_000_000);

      assertThat(failed(seed -> failsAt(same, same, seed, 1_000, 50)))
          .as("errors=%s; %s", errors, SEED)
          .isLessThan(ROLLOUTS / 100);
    }
  }

  @Test
  void errorsThatDouble_areFoundWithinTenThousandCalls() {
    Version old = new Version(0.01, 1_000, 100_000);
    Version worse = new Version(0.02, 1_000, 100_000);

    assertThat(failed(seed -> failsAt(old, worse, seed, CALLS_MAX, 100)))
        .as("of 1,000; %s", SEED)
        .isGreaterThanOrEqualTo(ROLLOUTS * 9 / 10);
  }

  @Test
  void aFifthThatFails_isFoundWithinTwoHundredCalls() {
    Version old = new Version(0.01, 1_000, 100_000);
    Version worse = new Version(0.2, 1_000, 100_000);

    assertThat(failed(seed -> failsAt(old, worse, seed, 200, 10)))
        .as("of 1,000; %s", SEED)
        .isGreaterThanOrEqualTo(ROLLOUTS * 99 / 100);
  }

  @Test
  void halfAsSlowAgain_orHalfAsMuchFuelAgain_isFound() {
    Version old = new Version(0.001, 20_000, 100_000);

    assertThat(failed(seed -> failsAt(old, new Version(0.001, 30_000, 100_000), seed, 2_000, 100)))
        .as("latency; %s", SEED)
        .isGreaterThanOrEqualTo(ROLLOUTS * 9 / 10);
    assertThat(failed(seed -> failsAt(old, new Version(0.001, 20_000, 150_000), seed, 2_000, 100)))
        .as("fuel; %s", SEED)
        .isGreaterThanOrEqualTo(ROLLOUTS * 9 / 10);
  }

  /** After so many calls of each nothing is worse than before, and it is not held up for long. */
  @Test
  void nothingChanged_mostPass() {
    Version same = new Version(0.001, 1_000, 100_000);

    assertThat(
            IntStream.range(0, ROLLOUTS)
                .filter(i -> {
                  Simulation simulation = new Simulation(same, same, SEED.value() + i);
                  simulation.callEach(2_000);
                  return simulation.judge() == Verdict.PASS;
                })
                .count())
        .as("%s", SEED)
        .isGreaterThanOrEqualTo(ROLLOUTS * 9 / 10);
  }

  /** How many of them fail. */
  private static long failed(ToIntFunction<Long> rollout) {
    return IntStream.range(0, ROLLOUTS)
        .parallel()
        .filter(i -> rollout.applyAsInt(SEED.value() + i) != NEVER)
        .count();
  }

  /** After how many calls of each it fails. */
  private static int failsAt(Version old, Version canary, long seed, int callsMax, int each) {
    Simulation simulation = new Simulation(old, canary, seed);
    for (int calls = each; calls <= callsMax; calls += each) {
      simulation.callEach(each);
      if (simulation.judge() == Verdict.FAIL) {
        return calls;
      }
    }
    return NEVER;
  }

  /**
   * How a version behaves.
   *
   * @param errors their part, half of which are traps
   * @param micros how long it takes, in the median
   * @param fuel likewise
   */
  private record Version(double errors, long micros, long fuel) {
    Outcome call(SplittableRandom random) {
      Usage usage =
          new Usage(
              spread(fuel, random),
              0,
              0,
              Usage.Acquire.RESET,
              0,
              0,
              spread(micros, random) * 1_000,
              0);
      double chance = random.nextDouble();
      return chance >= errors
          ? new Outcome.Responded(200, Headers.NONE, new byte[0], usage)
          : chance < errors / 2
              ? new Outcome.Trapped("unreachable", usage)
              : new Outcome.GuestFailed("no", usage);
    }

    /** Spread as such times are: log-normal, a tenth takes three times as long or more. */
    private static long spread(long median, SplittableRandom random) {
      return (long) (median * Math.exp(0.85 * random.nextGaussian()));
    }
  }

  /** A rollout at its second step: 25 of a hundred calls, compared with 25 of the others. */
  private static final class Simulation {
    private static final int OTHERS_FOR_EACH = 2;

    private final Sampling sampling =
        new Sampling(new FunctionRef(new TenantId("acme"), new FunctionName("mask")), 1, 2);
    private final Sampling.Tally canaries = sampling.canary(true);
    private final Sampling.Tally controls = sampling.control(true);
    private final Sampling.Tally others = sampling.control(false);
    private final Version old;
    private final Version canary;
    private final SplittableRandom random;

    Simulation(Version old, Version canary, long seed) {
      this.old = old;
      this.canary = canary;
      this.random = new SplittableRandom(seed);
    }

    void callEach(int count) {
      for (int i = 0; i < count; i++) {
        canaries.ended(inputOfOne(), canary.call(random));
        controls.ended(inputOfOne(), old.call(random));
        for (int other = 0; other < OTHERS_FOR_EACH; other++) {
          others.ended(INPUT, random.nextDouble() < old.errors / 2 ? TRAPPED : FAILED);
        }
      }
    }

    private Input inputOfOne() {
      return new HttpCall("GET", Long.toString(random.nextLong()), null, Headers.NONE, new byte[0]);
    }

    Verdict judge() {
      return CanaryJudge.judge(sampling.figures()).verdict();
    }
  }
}
