package dev.leat.registry.route;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import dev.leat.contract.FunctionVersion;
import dev.leat.contract.TenantId;
import dev.leat.registry.function.DeployedVersion;
import dev.leat.registry.function.FunctionStoreContract;
import dev.leat.registry.module.ModuleStoreContract;
import dev.leat.registry.route.Route.Target;
import dev.leat.registry.route.TrafficPlan.Share;
import dev.leat.testkit.Seed;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

final class TrafficPlanTest {
  private static final int KEYS = 100_000;
  private static final Target OLD = target(1);
  private static final Target NEW = target(2);
  private static final Target NEWEST = target(3);

  @Test
  void choose_oneVersion_isThatForEveryKey() {
    TrafficPlan plan = TrafficPlan.allTo(NEW);

    assertThat(List.of(plan.choose(0), plan.choose(-1), plan.choose(Long.MIN_VALUE)))
        .containsOnly(NEW);
  }

  @Test
  void choose_sameKey_isTheSameVersion() {
    Seed seed = Seed.orElse(7);
    TrafficPlan plan = plan(new Share(NEW, 50), new Share(OLD, 50));
    TrafficPlan equal = plan(new Share(NEW, 50), new Share(OLD, 50));
    Random random = seed.random();

    for (int i = 0; i < 1_000; i++) {
      long key = random.nextLong();
      assertThat(plan.choose(key)).as("%s", seed).isSameAs(plan.choose(key));
      assertThat(plan.choose(key)).as("%s", seed).isSameAs(equal.choose(key));
    }
  }

  @Test
  void choose_keysAtRandom_giveEachItsPartWithinOnePerCent() {
    Seed seed = Seed.orElse(11);
    Random random = seed.random();
    List<Long> keys = new ArrayList<>();
    for (int i = 0; i < KEYS; i++) {
      keys.add(random.nextLong());
    }

    assertParts(keys, seed.toString());
  }

  @Test
  void choose_keysThatCount_giveEachItsPartToo() {
    List<Long> keys = new ArrayList<>();
    for (long key = 0; key < KEYS; key++) {
      keys.add(key);
    }

    assertParts(keys, "0 to " + KEYS);
  }

  private static void assertParts(List<Long> keys, String which) {
    TrafficPlan plan = plan(new Share(NEWEST, 5), new Share(NEW, 15), new Share(OLD, 80));
    Map<Target, Integer> chosen = new HashMap<>();
    keys.forEach(key -> chosen.merge(plan.choose(key), 1, Integer::sum));

    assertThat(chosen.get(NEWEST)).as(which).isCloseTo(KEYS * 5 / 100, within(KEYS / 100));
    assertThat(chosen.get(NEW)).as(which).isCloseTo(KEYS * 15 / 100, within(KEYS / 100));
    assertThat(chosen.get(OLD)).as(which).isCloseTo(KEYS * 80 / 100, within(KEYS / 100));
  }

  @Test
  void choose_newestRaised_keepsWhomItHad() {
    Seed seed = Seed.orElse(13);
    Random random = seed.random();
    TrafficPlan before = plan(new Share(NEW, 5), new Share(OLD, 95));
    TrafficPlan after = plan(new Share(NEW, 25), new Share(OLD, 75));
    int had = 0;

    for (int i = 0; i < KEYS; i++) {
      long key = random.nextLong();
      if (before.choose(key).equals(NEW)) {
        had++;
        assertThat(after.choose(key)).as("%s", seed).isSameAs(NEW);
      }
    }
    assertThat(had).isPositive();
  }

  @Test
  void weights_outOfBounds_areRefused() {
    assertThatIllegalArgumentException().isThrownBy(() -> new Share(NEW, 0));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new Share(NEW, TrafficPlan.WEIGHTS_SUM_MAX + 1));
    assertThatIllegalArgumentException().isThrownBy(() -> plan());
    assertThatIllegalArgumentException()
        .isThrownBy(() -> plan(new Share(NEW, TrafficPlan.WEIGHTS_SUM_MAX), new Share(OLD, 1)));
  }

  @Test
  void route_servesWhatItsPlanNames_andHasTheRestByName() {
    Route route =
        new Route(List.of(NEWEST, NEW, OLD), plan(new Share(NEWEST, 1), new Share(OLD, 9)));

    assertThat(route.serving()).containsExactlyInAnyOrder(NEWEST, OLD);
    assertThat(route.targets()).containsExactlyInAnyOrder(NEWEST, NEW, OLD);
    assertThat(route.target("v2")).isSameAs(NEW);
    assertThat(route.active()).isSameAs(NEWEST);
  }

  private static TrafficPlan plan(Share... shares) {
    return new TrafficPlan(List.of(shares));
  }

  private static Target target(int number) {
    DeployedVersion deployed =
        FunctionStoreContract.version(
            new TenantId("acme"), "mask", number, ModuleStoreContract.digest(1));
    FunctionVersion version = deployed.version();
    return new Target(version, deployed.route(), deployed.createdAt());
  }
}
