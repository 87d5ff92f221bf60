package dev.leat.registry.route;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import dev.leat.contract.TenantId;
import dev.leat.registry.function.DeployedFunction;
import dev.leat.registry.function.DeployedVersion;
import dev.leat.registry.function.FunctionStoreContract;
import dev.leat.registry.function.Slots;
import dev.leat.registry.function.Sticky;
import dev.leat.registry.function.Traffic;
import dev.leat.registry.module.ModuleStoreContract;
import dev.leat.registry.route.Route.Target;
import dev.leat.testkit.Seed;
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

  private static void assertParts(
      Slots slots, LongFunction<@Nullable Target> choosing, int tolerance) {
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
    Route route = Route.of(new DeployedFunction(versions(3, 2, 1), traffic, List.of()), null);

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
    Route mask = Route.of(new DeployedFunction(versions("mask", 2, 1), half, List.of()), null);
    Route other = Route.of(new DeployedFunction(versions("other", 2, 1), half, List.of()), null);
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
    Map<Integer, Target> targets = new HashMap<>();
    int most = slots.weights().isEmpty() ? 1 : slots.weights().size();
    versions(IntStream.rangeClosed(1, Math.max(3, most)).toArray())
        .forEach(deployed ->
            targets.put(
                deployed.version().number(),
                new Target(deployed.version(), deployed.route(), deployed.createdAt())));
    return new TrafficPlan(slots, targets);
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

  private static int number(@Nullable Target target) {
    return Objects.requireNonNull(target).version().number();
  }
}
