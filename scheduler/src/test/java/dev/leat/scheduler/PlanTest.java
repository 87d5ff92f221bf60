package dev.leat.scheduler;

import static org.assertj.core.api.Assertions.assertThat;

import dev.leat.contract.FunctionVersion;
import dev.leat.contract.InstancePolicy;
import dev.leat.contract.VersionRef;
import dev.leat.testkit.Seed;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

final class PlanTest {
  private static final Seed SEED = Seed.orElse(13);

  private final Random random = SEED.random();

  @Test
  void fewWanted_areKeptByOne() {
    assertThat(keepers(version("f", 0, 8), 3, workers(5, 8)).values()).containsExactly(3);
  }

  @Test
  void moreThanOneHasRoomFor_areKeptByAsFewAsNeeded() {
    assertThat(keepers(version("f", 0, 8), 9, workers(5, 8)).values())
        .as("4 each: half of what a worker runs at once")
        .containsExactlyInAnyOrder(3, 3, 3);
    assertThat(keepers(version("f", 0, 2), 3, workers(5, 8)).values())
        .containsExactlyInAnyOrder(2, 1);
  }

  @Test
  void moreThanAllHaveRoomFor_noneKeepsMoreThanItsMax() {
    assertThat(keepers(version("f", 0, 8), 100, workers(3, 8)).values()).containsExactly(8, 8, 8);
    assertThat(keepers(version("f", 0, 20), 30, workers(3, 8)).values())
        .containsExactly(10, 10, 10);
  }

  @Test
  void minimum_isSpread() {
    assertThat(keepers(version("f", 3, 8), 3, workers(5, 8)).values()).containsExactly(1, 1, 1);
    assertThat(keepers(version("f", 5, 8), 5, workers(2, 8)).values())
        .containsExactlyInAnyOrder(3, 2);
  }

  @Test
  void noWorkers_keepNothing() {
    assertThat(Plan.of(Map.of(version("f", 1, 8), 1), Map.of())).isEmpty();
  }

  @Test
  void keepers_areThoseThatGatewaysPrefer() {
    FunctionVersion version = version("f", 0, 8);
    Map<String, Integer> keepers = keepers(version, 1, workers(5, 8));

    assertThat(keepers.keySet())
        .containsExactly(Placement.preferred(version, workers(5, 8).keySet()).getFirst());
  }

  @Test
  void anyPlan_keepsWhatIsWantedOrAllThatCan_andWithoutAChangeIsTheSame() {
    for (int i = 0; i < 300; i++) {
      Map<String, Integer> workers = workers(1 + random.nextInt(9), 1 + random.nextInt(32));
      Map<FunctionVersion, Integer> wanted = wanted(50);

      Map<VersionRef, Map<String, Integer>> plan = Plan.of(wanted, workers);

      wanted.forEach((version, instances) -> {
        Map<String, Integer> keepers = plan.getOrDefault(version.ref(), Map.of());
        int max = version.instances().max();
        assertThat(keepers.values()).as("%s", SEED).allMatch(n -> n >= 1 && n <= max);
        assertThat(keepers.values().stream().mapToInt(n -> n).sum())
            .as("%s", SEED)
            .isEqualTo(Math.min(instances, keepers.size() * max));
        assertThat(workers.keySet()).containsAll(keepers.keySet());
        assertThat(keepers.size())
            .as("all workers, or enough, of %s", SEED)
            .isGreaterThanOrEqualTo(Math.min(workers.size(), (instances + max - 1) / max));
      });
      assertThat(Plan.changes(plan, Plan.of(new HashMap<>(wanted), workers))).isEmpty();
    }
  }

  @Test
  void workerComes_takesItsShareFromEach_andNothingElseMoves() {
    Map<FunctionVersion, Integer> wanted = new HashMap<>();
    for (int i = 0; i < 900; i++) {
      wanted.put(version("f" + i, 0, 8), 2);
    }
    Map<String, Integer> workers = workers(3, 8);
    Map<VersionRef, Map<String, Integer>> before = Plan.of(wanted, workers);
    workers.put("new", 8);

    Map<VersionRef, Map<String, Integer>> changes = Plan.changes(before, Plan.of(wanted, workers));

    assertThat(changes.values()).allSatisfy(keepers -> assertThat(keepers).containsOnlyKeys("new"));
    assertThat(changes).as("%s", SEED).hasSizeBetween(160, 290);
  }

  @Test
  void workerGoes_itsVersionsGoToOthers_andNothingElseMoves() {
    Map<FunctionVersion, Integer> wanted = wanted(500);
    Map<String, Integer> workers = workers(5, 8);
    Map<VersionRef, Map<String, Integer>> before = Plan.of(wanted, workers);
    workers.remove("w2");

    Map<VersionRef, Map<String, Integer>> changes = Plan.changes(before, Plan.of(wanted, workers));

    assertThat(changes).isNotEmpty();
    changes.forEach((version, keepers) -> {
      assertThat(before.get(version)).containsKey("w2");
      assertThat(keepers).isNotEmpty().doesNotContainKey("w2");
    });
  }

  @Test
  void moreThanCanBeKept_mostWantedComeFirst() {
    Map<FunctionVersion, Integer> wanted = new HashMap<>();
    for (int i = 0; i < Plan.ROWS_MAX + 10; i++) {
      wanted.put(version("f" + i, 0, 8), i < 20 ? 2 : 1);
    }

    Map<VersionRef, Map<String, Integer>> plan = Plan.of(wanted, workers(3, 8));

    assertThat(plan).hasSize(Plan.ROWS_MAX);
    for (int i = 0; i < 20; i++) {
      assertThat(plan).containsKey(version("f" + i, 0, 8).ref());
    }
  }

  private Map<FunctionVersion, Integer> wanted(int versions) {
    Map<FunctionVersion, Integer> wanted = new HashMap<>();
    for (int i = 0; i < versions; i++) {
      int max = 1 + random.nextInt(20);
      wanted.put(version("f" + i, random.nextInt(max + 1), max), 1 + random.nextInt(30));
    }
    return wanted;
  }

  private static Map<String, Integer> keepers(
      FunctionVersion version, int wanted, Map<String, Integer> workers) {
    return Plan.of(Map.of(version, wanted), workers).getOrDefault(version.ref(), Map.of());
  }

  private static FunctionVersion version(String name, int min, int max) {
    return TestVersions.version(
        name, new InstancePolicy(min, max, Duration.ofSeconds(30), InstancePolicy.Reuse.RESET));
  }

  private static Map<String, Integer> workers(int count, int capacity) {
    Map<String, Integer> workers = new TreeMap<>();
    for (int i = 0; i < count; i++) {
      workers.put("w" + i, capacity);
    }
    return workers;
  }
}
