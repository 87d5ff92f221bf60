package dev.leat.registry.function;

import static org.assertj.core.api.Assertions.assertThat;

import dev.leat.registry.canary.Verdict;
import dev.leat.registry.function.RolloutPlan.Strategy;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class StoredTrafficTest {
  private static final Instant NOW = Instant.ofEpochMilli(1_800_000_000_123L);

  @Test
  void aCanary_isReadAsItWasWritten() {
    RolloutPlan plan =
        new RolloutPlan(
            2, Strategy.CANARY, List.of(500, 10_000), Duration.ofSeconds(7), Duration.ofHours(1));
    Traffic before = Traffic.NONE.moved(Map.of(1, 9_000, 3, 1_000), "someone", NOW);
    Rollout rollout =
        Rollout.begun(2, plan, before.slots().weights(), "someone", NOW)
            .stepped(NOW)
            .saying(new Rollout.Said(Verdict.INCONCLUSIVE, "x".repeat(1_000)));
    Traffic traffic = before.stepped(rollout, "someone", NOW);

    assertThat(StoredTraffic.read(traffic.revision(), StoredTraffic.write(traffic)))
        .isEqualTo(traffic);
    assertThat(rollout.control()).isEqualTo(1);
  }

  /** As it was written when rollouts were rolling, and all versions kept warm for ten minutes. */
  @Test
  void whatAnEarlierReleaseWrote_isStillRead() {
    Traffic read =
        StoredTraffic.read(
            4,
            "{\"slots\":\"1:9500,2:500\",\"former\":{\"3\":1800000000123},\"rollout\":{\"version\":2,"
                + "\"base\":{\"1\":10000},\"steps\":[500,10000],\"intervalMillis\":120000,\"step\":1,"
                + "\"state\":\"RUNNING\",\"nextAt\":1800000000123,\"startedAt\":1800000000123,"
                + "\"startedBy\":\"a\",\"changedAt\":1800000000123},\"changedAt\":1800000000123,"
                + "\"changedBy\":\"a\"}");

    assertThat(read.former()).containsExactly(Map.entry(3, NOW.plus(Traffic.KEPT_WARM)));
    assertThat(read.rollout().orElseThrow().plan().strategy()).isEqualTo(Strategy.ROLLING);
    assertThat(read.rollout().orElseThrow().plan().keep()).isEqualTo(Traffic.KEPT_WARM);
    assertThat(read.canary()).isEmpty();
  }
}
