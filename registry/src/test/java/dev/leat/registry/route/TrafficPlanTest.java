package dev.leat.registry.route;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import dev.leat.contract.FunctionName;
import dev.leat.contract.FunctionRef;
import dev.leat.contract.TenantId;
import dev.leat.registry.canary.Sampling;
import dev.leat.registry.function.DeployedFunction;
import dev.leat.registry.function.DeployedVersion;
import dev.leat.registry.function.FunctionStoreContract;
import dev.leat.registry.function.Rollout;
import dev.leat.registry.function.RolloutPlan;
import dev.leat.registry.function.RolloutPlan.Strategy;
import dev.leat.registry.function.Slots;
import dev.leat.registry.function.Sticky;
import dev.leat.registry.function.Traffic;
import dev.leat.registry.module.ModuleStoreContract;
import dev.leat.registry.route.Route.Choice;
import dev.leat.registry.route.Route.Target;
import dev.leat.testkit.Seed;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;
import java.util.function.LongFunction;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The laws of {@link TrafficPlan}, by their numbers. */
final class TrafficPlanTest {
  private static final int CALLS = 100_000;

  @Test
  void oneVersion_answersEverything_andNoneNothing() {
    TrafficPlan plan = plan(Slots.allTo(2));

    assertThat(List.of(number(plan.next()), number(plan.choose(0)), number(plan.choose(-1))))
        .containsOnly(2);
    assertThat(plan(Slots.NONE).next()).isNull();
    assertThat(plan(Slots.NONE).choose(1)).isNull();
    assertThatIllegalArgumentException().isThrownBy(() -> plan(Slots.allTo(9)));
  }

  @Test
  void law1_key_movesOnlyWhenItsSlotDoes() {
    Seed seed = Seed.orElse(7);
    Random random = seed.random();
    Slots before = Slots.allTo(1).moved(Map.of(1, 6_000, 2, 3_000, 3, 1_000));
    Slots after = before.moved(Map.of(1, 5_000, 2, 3_000, 3, 2_000));
    TrafficPlan old = plan(before);
    TrafficPlan same = plan(before);
    TrafficPlan next = plan(after);
    int moved = 0;
    for (int i = 0; i < CALLS; i++) {
      long key = random.nextLong();
      int version = number(old.choose(key));
      assertThat(number(same.choose(key))).as("%s", seed).isEqualTo(version);
      if (number(next.choose(key)) != version) {
        moved++;
        assertThat(version).as("%s: who moves comes from who lost", seed).isEqualTo(1);
        assertThat(number(next.choose(key))).as("%s", seed).isEqualTo(3);
      }
    }
    assertThat(moved).as("%s", seed).isCloseTo(CALLS / 10, within(CALLS / 100));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "1:8000,2:1500,3:500",
        "3:500,2:1500,1:8000",
        "1:9999,2:1",
        "1:3333,2:3333,3:3334"
      })
  void law2_keys_giveEachItsPartWithinOnePerCentOfAll(String slots) {
    Random random = Seed.orElse(11).random();
    Slots parsed = slots(slots);
    TrafficPlan plan = plan(parsed);

    assertParts(parsed, number -> plan.choose(random.nextLong()), CALLS / 100);
    assertParts(parsed, plan::choose, CALLS / 100);
  }

  /** Exact within 1 % of each version's own part, however many runs its slots lie in. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "1:9000,2:1000",
        "1:9900,2:100",
        "1:8000,2:1500,3:500",
        "1:2500,2:2500,1:2500,2:2500",
        "1:4900,3:100,1:100,2:4900",
        "1:3333,2:3333,3:3334"
      })
  void law3_turns_giveEachItsPartWithinOnePerCentOfItsOwn(String slots) {
    Slots parsed = slots(slots);
    int least = parsed.weights().values().stream().mapToInt(weight -> weight).min().orElseThrow();
    TrafficPlan plan = plan(parsed);

    assertParts(parsed, number -> plan.next(), CALLS / Slots.COUNT * least / 100);
  }

  @Test
  void law3_fortyVersions_alsoWithinAFewInEachTenThousand() {
    StringBuilder text = new StringBuilder();
    IntStream.rangeClosed(1, 40)
        .forEach(version -> text.append(version > 1 ? "," : "").append(version).append(":250"));
    TrafficPlan plan = plan(slots(text.toString()));
    for (int round = 0; round < 5; round++) {
      Map<Integer, Integer> chosen = new HashMap<>();
      for (int i = 0; i < Slots.COUNT; i++) {
        chosen.merge(number(plan.next()), 1, Integer::sum);
      }
      assertThat(chosen.values()).allSatisfy(count -> assertThat(count).isBetween(246, 254));
    }
  }

  @Test
  void law4_slicesOfOneSizeAreCompared_andCallersStayInThem() {
    Seed seed = Seed.orElse(13);
    Rollout rollout =
        Rollout.begun(
            2,
            new RolloutPlan(
                3,
                Strategy.CANARY,
                List.of(500, 2_500, 5_000, 7_500, 10_000),
                Duration.ofMinutes(2),
                Traffic.KEPT_WARM),
            Map.of(1, 8_000, 2, 2_000),
            "someone",
            Instant.EPOCH);
    Traffic traffic = Traffic.NONE.moved(Map.of(1, 8_000, 2, 2_000), "someone", Instant.EPOCH);
    Sampling sampling =
        new Sampling(new FunctionRef(new TenantId("acme"), new FunctionName("mask")), 2, 3);
    Map<Long, Integer> before = Map.of();
    for (int slots : new int[] {500, 2_500, 4_000, 2_000}) {
      rollout = rollout.stepped(Instant.EPOCH);
      traffic = traffic.stepped(rollout, "someone", Instant.EPOCH);
      TrafficPlan plan = new TrafficPlan(traffic, targets(3), sampling);
      Random random = seed.random();
      Map<Long, Integer> compared = new HashMap<>();
      for (int i = 0; i < CALLS; i++) {
        long key = random.nextLong();
        Choice choice = Objects.requireNonNull(plan.choose(key));
        Sampling.Tally tally = choice.tally();
        assertThat(tally == null).as("%s", seed).isEqualTo(number(choice) == 2);
        if (tally != null && tally.isCompared()) {
          compared.put(key, number(choice));
        }
      }
      for (int version : new int[] {1, 3}) {
        assertThat(compared.values().stream().filter(number -> number == version).count())
            .as("v%d, %d slots; %s", version, slots, seed)
            .isCloseTo((long) CALLS / Slots.COUNT * slots, within(CALLS / 200L));
      }
      if (compared.size() > before.size()) {
        assertThat(compared).as("%s", seed).containsAllEntriesOf(before);
      }
      before = compared;
    }
  }

  private static void assertParts(
      Slots slots, LongFunction<@Nullable Choice> choosing, int tolerance) {
    Map<Integer, Integer> chosen = new HashMap<>();
    for (long i = 0; i < CALLS; i++) {
      chosen.merge(number(choosing.apply(i)), 1, Integer::sum);
    }
    slots
        .weights()
        .forEach((version, weight) ->
            assertThat(chosen.getOrDefault(version, 0))
                .as("v%d of %s", version, slots)
                .isCloseTo(CALLS / Slots.COUNT * weight, within(tolerance)));
  }

  @Test
  void route_servesWhatItsTrafficNames_andHasTheRestByName() {
    Traffic traffic = Traffic.NONE.moved(Map.of(3, 1_000, 1, 9_000), "someone", Instant.EPOCH);
    Route route = Route.of(new DeployedFunction(versions(3, 2, 1), traffic, List.of()), null, null);

    assertThat(route.serving()).containsExactlyInAnyOrder(route.target("v3"), route.target("v1"));
    assertThat(route.targets()).hasSize(3);
    assertThat(number(route.target("v2"))).isEqualTo(2);
    assertThat(number(route.leading())).isEqualTo(1);
    assertThat(number(route.target("latest"))).isEqualTo(3);
  }

  @Test
  void route_sameCallerOfTwoFunctions_isChosenForIndependently() {
    Traffic half =
        Traffic.NONE
            .moved(Map.of(1, 5_000, 2, 5_000), "someone", Instant.EPOCH)
            .with(Optional.of(new Sticky(Sticky.Kind.HEADER, "x-user")));
    Route mask =
        Route.of(new DeployedFunction(versions("mask", 2, 1), half, List.of()), null, null);
    Route other =
        Route.of(new DeployedFunction(versions("other", 2, 1), half, List.of()), null, null);
    int both = 0;
    int first = 0;
    for (int i = 0; i < 10_000; i++) {
      int chosen = number(mask.choose("user-" + i));
      first += chosen == 1 ? 1 : 0;
      both += chosen == number(other.choose("user-" + i)) ? 1 : 0;
    }

    assertThat(first).isCloseTo(5_000, within(200));
    assertThat(both).isCloseTo(5_000, within(200));
  }

  private static TrafficPlan plan(Slots slots) {
    Map<Integer, Target> targets = targets(Math.max(3, slots.weights().size()));
    return new TrafficPlan(
        new Traffic(
            1,
            slots,
            Optional.empty(),
            Map.of(),
            Optional.empty(),
            Optional.empty(),
            Instant.EPOCH,
            ""),
        targets,
        null);
  }

  private static Map<Integer, Target> targets(int count) {
    Map<Integer, Target> targets = new HashMap<>();
    versions(IntStream.rangeClosed(1, count).toArray())
        .forEach(deployed ->
            targets.put(
                deployed.version().number(),
                new Target(deployed.version(), deployed.route(), deployed.createdAt())));
    return targets;
  }

  private static Slots slots(String text) {
    return new Slots(
        List.of(text.split(",")).stream()
            .map(run -> run.split(":"))
            .map(run -> new Slots.Run(Integer.parseInt(run[0]), Integer.parseInt(run[1])))
            .toList());
  }

  private static List<DeployedVersion> versions(int... numbers) {
    return versions("mask", numbers);
  }

  private static List<DeployedVersion> versions(String name, int... numbers) {
    return IntStream.of(numbers)
        .mapToObj(number ->
            FunctionStoreContract.version(
                new TenantId("acme"), name, number, ModuleStoreContract.digest(1)))
        .toList();
  }

  private static int number(@Nullable Choice choice) {
    return number(Objects.requireNonNull(choice).target());
  }

  private static int number(@Nullable Target target) {
    return Objects.requireNonNull(target).version().number();
  }
}
