package dev.leat.registry.release;

import static dev.leat.registry.TestRegistry.ACME;
import static dev.leat.registry.TestRegistry.ACTOR;
import static dev.leat.registry.TestRegistry.MASK;
import static dev.leat.registry.TestRegistry.done;
import static dev.leat.registry.TestRegistry.refused;
import static org.assertj.core.api.Assertions.assertThat;

import dev.leat.contract.Answer;
import dev.leat.contract.FunctionName;
import dev.leat.contract.FunctionRef;
import dev.leat.contract.ProblemCode;
import dev.leat.contract.TenantId;
import dev.leat.registry.GuestModules;
import dev.leat.registry.TestRegistry;
import dev.leat.registry.function.Rollout;
import dev.leat.registry.function.Rollout.State;
import dev.leat.registry.function.RolloutPlan;
import dev.leat.registry.function.RolloutPlan.Strategy;
import dev.leat.registry.function.Traffic;
import dev.leat.registry.route.Route;
import dev.leat.store.Database;
import dev.leat.store.JdbiLeases;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class RolloutsTest {
  private static final Duration INTERVAL = Duration.ofMinutes(2);

  private TestRegistry registry;

  @BeforeEach
  void open(@TempDir Path directory) {
    registry = new TestRegistry(directory);
    registry.deploy("mask", 1);
    registry.deployQuietly("mask", 2);
  }

  @AfterEach
  void close() {
    registry.close();
  }

  @Test
  void start_takesTheFirstStep_andOneEachInterval_untilItIsPromoted() {
    assertThat(done(start(500, 5_000, 10_000)).state()).isEqualTo(State.RUNNING);
    assertThat(text()).isEqualTo("v1=95% v2=5%");
    pass(INTERVAL.minusMillis(1));
    assertThat(text()).isEqualTo("v1=95% v2=5%");
    pass(Duration.ofMillis(1));
    assertThat(text()).isEqualTo("v1=50% v2=50%");
    pass(INTERVAL);

    assertThat(text()).isEqualTo("v2=100%");
    assertThat(show().state()).isEqualTo(State.PROMOTED);
    assertThat(show().nextAt()).isEmpty();
    pass(INTERVAL);
    assertThat(registry.recorded(ACME))
        .startsWith("rollout.step acme/mask", "rollout.step acme/mask", "rollout.start acme/mask");
    assertThat(done(rollback()).text()).as("what led before it").isEqualTo("v1=100%");
  }

  @Test
  void aTenantForWhomThereIsNoTurn_hindersNoOther() {
    done(start(500, 5_000, 10_000));
    registry.functionStore.busy =
        Optional.of(new FunctionRef(new TenantId("busy"), new FunctionName("f")));
    registry.clock.advance(INTERVAL);

    assertThat(registry.rollouts.step()).isEqualTo(1);
    assertThat(text()).isEqualTo("v1=50% v2=50%");
  }

  @Test
  void due_tenantsTakeTurns() {
    done(start(500, 5_000, 10_000));
    registry.clock.advance(INTERVAL);
    Database database = new Database(registry.database.dataSource());
    database.useTransaction(
        "Adding functions whose rollouts have been due for longer",
        handle -> {
          for (String name : List.of("a", "b", "c")) {
            handle.execute(
                """
                INSERT INTO functions (tenant, name, last_version, rollout_due)
                VALUES ('busy', ?, 1, TIMESTAMP WITH TIME ZONE '2000-01-01 00:00:00+00')
                """,
                name);
          }
        });

    assertThat(registry.functionStore.due(registry.clock.instant(), 2))
        .extracting(function -> function.tenant().value())
        .containsExactly("busy", "acme");
    assertThat(registry.functionStore.due(registry.clock.instant(), 100)).hasSize(4);
  }

  @Test
  void blueGreen_isOneStep() {
    assertThat(done(start(10_000)).state()).isEqualTo(State.PROMOTED);
    assertThat(text()).isEqualTo("v2=100%");
  }

  @Test
  void blueGreen_keepsTheOldVersionWarm_forAsLongAsSaid() {
    Duration keep = Duration.ofHours(2);
    done(
        registry.rollouts.start(
            ACME,
            ACTOR,
            MASK,
            new RolloutPlan(2, Strategy.BLUE_GREEN, List.of(10_000), INTERVAL, keep),
            false));
    registry.changes.catchUp();
    Traffic traffic = done(registry.traffic.show(ACME, MASK));
    assertThat(traffic.former()).containsOnlyKeys(1);

    registry.clock.advance(keep.minusMillis(1));
    assertThat(warmth(1)).isEqualTo(Route.Warmth.FORMER);
    assertThat(traffic.pinned(registry.clock.instant())).contains(1);
    registry.clock.advance(Duration.ofMillis(1));
    assertThat(warmth(1)).isEqualTo(Route.Warmth.NONE);

    refused(
        registry.rollouts.start(
            ACME,
            ACTOR,
            MASK,
            new RolloutPlan(
                1,
                Strategy.BLUE_GREEN,
                List.of(10_000),
                INTERVAL,
                RolloutPlan.KEEP_MAX.plusSeconds(1)),
            false),
        ProblemCode.INVALID_REQUEST);
  }

  private Route.Warmth warmth(int version) {
    return registry.routes.warmth(
        Objects.requireNonNull(registry.route("mask").target("v" + version)).version());
  }

  @Test
  void pause_takesNoSteps_resume_waitsAWholeInterval() {
    done(start(500, 10_000));
    Rollout paused = done(registry.rollouts.pause(ACME, ACTOR, MASK));
    assertThat(done(registry.rollouts.pause(ACME, ACTOR, MASK))).isEqualTo(paused);
    pass(INTERVAL.multipliedBy(10));
    assertThat(text()).isEqualTo("v1=95% v2=5%");

    done(registry.rollouts.resume(ACME, ACTOR, MASK));
    pass(INTERVAL.minusMillis(1));
    assertThat(text()).isEqualTo("v1=95% v2=5%");
    pass(Duration.ofMillis(1));
    assertThat(text()).isEqualTo("v2=100%");
  }

  @Test
  void abort_givesOthersTheirTrafficBack_inTheirProportions() {
    registry.deployQuietly("mask", 3);
    done(
        registry.traffic.set(
            ACME, ACTOR, MASK, Map.of(1, 7_500, 2, 2_500), Optional.empty(), Optional.empty()));
    done(startOf(3, 1_000, 10_000));
    assertThat(text()).isEqualTo("v1=67.5% v2=22.5% v3=10%");

    assertThat(done(registry.rollouts.abort(ACME, ACTOR, MASK)).state()).isEqualTo(State.ABORTED);

    assertThat(text()).isEqualTo("v1=75% v2=25%");
    done(registry.rollouts.abort(ACME, ACTOR, MASK));
    refused(registry.rollouts.promote(ACME, ACTOR, MASK), ProblemCode.CONFLICT);
    pass(INTERVAL);
    assertThat(text()).isEqualTo("v1=75% v2=25%");
    done(startOf(3, 10_000));
  }

  @Test
  void promote_givesAllAtOnce_alsoWhilePaused() {
    done(start(500, 10_000));
    done(registry.rollouts.pause(ACME, ACTOR, MASK));

    assertThat(done(registry.rollouts.promote(ACME, ACTOR, MASK)).state())
        .isEqualTo(State.PROMOTED);
    assertThat(text()).isEqualTo("v2=100%");
  }

  @Test
  void whileUnderWay_nothingElseGivesTraffic_andARollbackEndsIt() {
    done(start(500, 10_000));

    refused(
        registry.traffic.set(
            ACME, ACTOR, MASK, Map.of(1, 10_000), Optional.empty(), Optional.empty()),
        ProblemCode.CONFLICT);
    refused(start(500, 10_000), ProblemCode.CONFLICT);
    refused(registry.deploy("mask", TestRegistry.manifest("mask", digest())), ProblemCode.CONFLICT);
    registry.deployQuietly("mask", 4);

    assertThat(done(rollback()).text()).isEqualTo("v1=100%");
    assertThat(show().state()).isEqualTo(State.ROLLED_BACK);
    pass(INTERVAL);
    assertThat(text()).isEqualTo("v1=100%");
  }

  private String digest() {
    return registry.publish("m", "9", GuestModules.handler(9)).digest().toString();
  }

  @Test
  void start_badPlans_areRefused() {
    refused(start(500, 5_000), ProblemCode.INVALID_REQUEST);
    refused(start(5_000, 500, 10_000), ProblemCode.INVALID_REQUEST);
    refused(start(), ProblemCode.INVALID_REQUEST);
    refused(startOf(9, 10_000), ProblemCode.FUNCTION_NOT_FOUND);
    refused(startOf(1, 10_000), ProblemCode.CONFLICT);
    refused(
        registry.rollouts.start(
            ACME, ACTOR, MASK, plan(2, Strategy.ROLLING, Duration.ZERO, 10_000), false),
        ProblemCode.INVALID_REQUEST);
    refused(registry.rollouts.show(ACME, MASK), ProblemCode.NOT_FOUND);
    refused(registry.rollouts.pause(ACME, ACTOR, MASK), ProblemCode.NOT_FOUND);
  }

  /** Whichever node looks, a step is taken once, and what is under way outlives the node. */
  @Test
  void steps_areTakenByTheNodeThatHoldsTheLease_andByAnotherAfterIt() {
    JdbiLeases leases = new JdbiLeases(registry.database.dataSource());
    RolloutSteps a = new RolloutSteps(leases, "a", registry.rollouts, registry.changes);
    RolloutSteps b = new RolloutSteps(leases, "b", registry.rollouts, registry.changes);
    done(start(500, 2_500, 10_000));
    a.round();
    registry.clock.advance(INTERVAL);
    b.round();
    assertThat(text()).as("another holds the lease").isEqualTo("v1=95% v2=5%");
    a.round();
    b.round();
    assertThat(text()).isEqualTo("v1=75% v2=25%");
    assertThat(registry.route("mask").leading().version().number()).isEqualTo(1);

    a.close();
    registry.clock.advance(INTERVAL);
    b.round();
    assertThat(text()).isEqualTo("v2=100%");
    b.close();
  }

  private void pass(Duration time) {
    registry.clock.advance(time);
    int unused = registry.rollouts.step();
  }

  private String text() {
    return done(registry.traffic.show(ACME, MASK)).text();
  }

  private Rollout show() {
    return done(registry.rollouts.show(ACME, MASK));
  }

  private Answer<Traffic> rollback() {
    return registry.traffic.rollback(ACME, ACTOR, MASK, Optional.empty(), Optional.empty());
  }

  private Answer<Rollout> start(int... steps) {
    return startOf(2, steps);
  }

  private Answer<Rollout> startOf(int version, int... steps) {
    return registry.rollouts.start(
        ACME, ACTOR, MASK, plan(version, Strategy.ROLLING, INTERVAL, steps), false);
  }

  private static RolloutPlan plan(int version, Strategy strategy, Duration interval, int... steps) {
    return new RolloutPlan(
        version, strategy, Arrays.stream(steps).boxed().toList(), interval, Traffic.KEPT_WARM);
  }
}
