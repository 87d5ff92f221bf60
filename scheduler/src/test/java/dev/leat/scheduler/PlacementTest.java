package dev.leat.scheduler;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import dev.leat.contract.FunctionVersion;
import dev.leat.testkit.Seed;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

final class PlacementTest {
  private static final Seed SEED = Seed.orElse(11);
  private static final FunctionVersion VERSION = TestVersions.version("f");

  private final Random random = SEED.random();
  private final List<WorkerNode> workers = new ArrayList<>();
  private Set<String> keepers = Set.of();
  private final Placement placement =
      new Placement(() -> workers, version -> keepers, random::nextInt);

  @Test
  void choose_sameVersion_goesToTheSameWorker_whateverTheirOrder() {
    workers.addAll(ScriptedWorker.several(7, 8));
    Map<FunctionVersion, WorkerNode> before = chosen(200);

    Collections.shuffle(workers, random);

    assertThat(chosen(200)).as("%s", SEED).isEqualTo(before);
  }

  @Test
  void choose_afterOneWorkerWent_movesOnlyWhatItHad() {
    List<ScriptedWorker> all = ScriptedWorker.several(10, 8);
    workers.addAll(all);
    Map<FunctionVersion, WorkerNode> before = chosen(2_000);
    ScriptedWorker gone = all.get(random.nextInt(all.size()));

    gone.isReady = false;

    Map<FunctionVersion, WorkerNode> after = chosen(2_000);
    before.forEach((version, worker) -> {
      if (worker != gone) {
        assertThat(after.get(version)).as("%s of %s", version, SEED).isSameAs(worker);
      }
    });
    assertThat(after.values()).doesNotContain(gone);
    Map<WorkerNode, Integer> shares = new HashMap<>();
    before.values().forEach(worker -> shares.merge(worker, 1, Integer::sum));
    assertThat(shares.values()).hasSize(10).allSatisfy(n -> assertThat(n).isBetween(120, 280));
  }

  /** Whatever comes and goes: whoever is given one has then no more than the bound. */
  @Test
  void choose_neverGoesAboveTheBound() {
    List<ScriptedWorker> all = new ArrayList<>();
    for (int i = 0; i < 6; i++) {
      all.add(new ScriptedWorker("w" + i, 1 + random.nextInt(16)));
    }
    workers.addAll(all);
    int capacity = all.stream().mapToInt(worker -> worker.load().capacity()).sum();
    int total = 0;
    for (int i = 0; i < 20_000; i++) {
      if (total > 0 && random.nextInt(100) < 48) {
        ScriptedWorker ending = all.get(random.nextInt(all.size()));
        total -= ending.inFlight > 0 ? 1 : 0;
        ending.inFlight = Math.max(0, ending.inFlight - 1);
        continue;
      }
      FunctionVersion version = TestVersions.version("f" + random.nextInt(3));

      ScriptedWorker chosen = (ScriptedWorker) requireNonNull(choose(version));

      chosen.inFlight++;
      total++;
      double share = (double) chosen.load().capacity() / capacity;
      assertThat(chosen.inFlight)
          .as("%s, step %d", SEED, i)
          .isLessThanOrEqualTo((int) Math.ceil(Placement.BOUND * total * share));
    }
  }

  @Test
  void choose_none_whereNoneIsOpen() {
    assertThat(choose(VERSION)).isNull();
    ScriptedWorker only = new ScriptedWorker("w", 1);
    workers.add(only);
    only.isReady = false;
    assertThat(choose(VERSION)).isNull();
  }

  @Test
  void choose_own_withinTheBound() {
    ScriptedWorker own = withOwn();

    own.inFlight = 1;
    assertThat(choose(VERSION))
        .as("a second is more than 1.25 thirds of two, rounded up")
        .isNotSameAs(own);

    workers.forEach(worker -> ((ScriptedWorker) worker).inFlight = 4);
    assertThat(choose(VERSION)).isSameAs(own);
    own.inFlight = 7;
    assertThat(choose(VERSION)).isNotSameAs(own);
  }

  @Test
  void choose_own_aboveTheBound_whileItsWorkIsBriefer() {
    ScriptedWorker own = withOwn();
    own.inFlight = 64;

    own.backlogNanos = Placement.HOP_NANOS - 1;
    assertThat(choose(VERSION)).isSameAs(own);

    own.backlogNanos = Placement.HOP_NANOS;
    assertThat(choose(VERSION)).isNotSameAs(own);
  }

  @Test
  void choose_keepersFirst_ownOnlyIfItIsOneOrWarm() {
    ScriptedWorker own = withOwn();
    keepers = Set.of("w1");
    assertThat(choose(VERSION)).hasToString("w1");

    own.warm.add(VERSION);
    assertThat(choose(VERSION)).isSameAs(own);

    own.warm.clear();
    keepers = Set.of("w1", "own");
    assertThat(choose(VERSION)).isSameAs(own);
  }

  @Test
  void choose_keeperIsBusy_goesToOneThatIsClearlyBetterOff() {
    List<ScriptedWorker> all = ScriptedWorker.several(3, 8);
    workers.addAll(all);
    keepers = Set.of("w1");

    all.get(1).inFlight = 3;
    assertThat(choose(VERSION)).as("below half of its capacity").isSameAs(all.get(1));
    all.get(1).inFlight = 4;
    assertThat(choose(VERSION)).isNotSameAs(all.get(1));
    all.forEach(worker -> worker.inFlight = 4);
    assertThat(choose(VERSION)).as("no other is better off").isSameAs(all.get(1));
  }

  @Test
  void choose_keepersAreGone_goesToAnother() {
    List<ScriptedWorker> all = ScriptedWorker.several(3, 8);
    workers.addAll(all);
    keepers = Set.of("w1", "w9");
    all.get(1).isReady = false;

    assertThat(choose(VERSION)).isIn(all.get(0), all.get(2));
  }

  /** Of three with room, one of them idle: it is in two pairs of three. */
  @Test
  void choose_aboveTheBound_takesTheLessUsedOfTwo() {
    List<ScriptedWorker> all = ScriptedWorker.several(4, 100);
    workers.addAll(all);
    ScriptedWorker preferred = (ScriptedWorker) requireNonNull(choose(VERSION));
    all.forEach(worker -> worker.inFlight = 50);
    preferred.inFlight = 300;
    ScriptedWorker idle = all.get(0) == preferred ? all.get(1) : all.get(0);
    idle.inFlight = 0;

    int toIdle = 0;
    for (int i = 0; i < 3_000; i++) {
      WorkerNode chosen = requireNonNull(choose(VERSION));
      assertThat(chosen).isNotSameAs(preferred);
      toIdle += chosen == idle ? 1 : 0;
    }

    assertThat(toIdle).as("%s", SEED).isBetween(1_900, 2_100);
  }

  private ScriptedWorker withOwn() {
    ScriptedWorker own = ScriptedWorker.own(8);
    workers.add(own);
    workers.addAll(ScriptedWorker.several(2, 8));
    return own;
  }

  private @Nullable WorkerNode choose(FunctionVersion version) {
    return placement.choose(version, WorkerNode::isReady);
  }

  private Map<FunctionVersion, WorkerNode> chosen(int versions) {
    Map<FunctionVersion, WorkerNode> chosen = new LinkedHashMap<>();
    for (int i = 0; i < versions; i++) {
      FunctionVersion version = TestVersions.version("f" + i);
      chosen.put(version, requireNonNull(choose(version)));
    }
    return chosen;
  }
}
