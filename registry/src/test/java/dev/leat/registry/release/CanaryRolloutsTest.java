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
import dev.leat.contract.FunctionVersion;
import dev.leat.contract.Headers;
import dev.leat.contract.HttpCall;
import dev.leat.contract.Outcome;
import dev.leat.contract.ProblemCode;
import dev.leat.contract.TenantId;
import dev.leat.contract.Usage;
import dev.leat.registry.TestRegistry;
import dev.leat.registry.canary.Alarm;
import dev.leat.registry.canary.Analysis;
import dev.leat.registry.canary.Canaries;
import dev.leat.registry.canary.CanaryLog;
import dev.leat.registry.canary.Verdict;
import dev.leat.registry.function.FunctionStore;
import dev.leat.registry.function.Rollout;
import dev.leat.registry.function.Rollout.State;
import dev.leat.registry.function.RolloutPlan;
import dev.leat.registry.function.RolloutPlan.Strategy;
import dev.leat.registry.function.Traffic;
import dev.leat.registry.route.Route;
import dev.leat.registry.route.RoutingTable;
import dev.leat.store.JdbiLeases;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Canaries from their calls to what becomes of the traffic, without HTTP. */
final class CanaryRolloutsTest {
  private static final Duration INTERVAL = Duration.ofMinutes(2);

  private TestRegistry registry;
  private Gateway gateway;
  private int calls;

  @BeforeEach
  void open(@TempDir Path directory) {
    registry = new TestRegistry(directory);
    registry.deploy("mask", 1);
    registry.deployQuietly("mask", 2);
    gateway = new Gateway(registry.canaries, registry.routes, "gateway-1");
  }

  @AfterEach
  void close() {
    registry.close();
  }

  @Test
  void aWorseVersion_goesBackByItself_andSaysWhy() {
    start(2);
    gateway.call(4_000, 0.01, 0.3);
    registry.functionStore.busy =
        Optional.of(new FunctionRef(new TenantId("busy"), new FunctionName("f")));
    look();

    assertThat(text()).isEqualTo("v1=100%");
    assertThat(show().state()).isEqualTo(State.ROLLED_BACK);
    assertThat(said().verdict()).isEqualTo(Verdict.FAIL);
    assertThat(said().reason()).startsWith("error-share: ").contains("calls failed");
    assertThat(analysis().canaryCalls()).isBetween(196L, 204L);
    assertThat(analysis().controlCalls()).as("a slice of the same size").isBetween(196L, 204L);
    assertThat(registry.recorded(ACME))
        .startsWith("rollout.rollback acme/mask", "rollout.start acme/mask");
    pass(INTERVAL);
    assertThat(text()).isEqualTo("v1=100%");
  }

  @Test
  void aVersionThatIsNoWorse_takesItsStepsWhenTheyAreDue() {
    start(2);
    gateway.call(20_000, 0.001, 0.001);
    look();
    assertThat(text()).as("its interval has not passed").isEqualTo("v1=95% v2=5%");
    pass(INTERVAL);
    assertThat(text()).isEqualTo("v1=75% v2=25%");
    gateway.call(2_000, 0.001, 0.001);
    pass(INTERVAL);
    assertThat(text()).isEqualTo("v1=25% v2=75%");
    gateway.call(2_000, 0.001, 0.001);

    pass(INTERVAL);

    assertThat(show().state()).isEqualTo(State.PROMOTED);
    assertThat(said().verdict()).isEqualTo(Verdict.PASS);
    assertThat(analysis().canaryCalls()).isBetween(1_990L, 2_010L);
    assertThat(analysis().controlCalls())
        .as("a slice of the same size: 5, 25, 25 per cent")
        .isBetween(1_990L, 2_010L);
  }

  @Test
  void noTraffic_isNoFailure_andPauses_untilItIsResumed() {
    start(2);
    pass(INTERVAL);

    assertThat(show().state()).isEqualTo(State.PAUSED);
    assertThat(said().verdict()).isEqualTo(Verdict.INCONCLUSIVE);
    assertThat(text()).isEqualTo("v1=95% v2=5%");

    done(registry.rollouts.resume(ACME, ACTOR, MASK));
    gateway.call(20_000, 0.001, 0.001);
    pass(INTERVAL);
    assertThat(show().state()).isEqualTo(State.RUNNING);
    assertThat(text()).isEqualTo("v1=75% v2=25%");
  }

  @Test
  void aPausedCanary_isJudgedOn() {
    start(2);
    done(registry.rollouts.pause(ACME, ACTOR, MASK));
    gateway.call(4_000, 0.01, 0.3);
    look();

    assertThat(show().state()).isEqualTo(State.ROLLED_BACK);
  }

  @Test
  void startedAgain_itBeginsAnew() {
    start(2);
    gateway.call(4_000, 0.01, 0.3);
    look();
    assertThat(show().state()).isEqualTo(State.ROLLED_BACK);

    start(2);
    look();
    assertThat(analysis().canaryCalls()).isZero();
    assertThat(show().said()).isEmpty();
    assertThat(text()).isEqualTo("v1=95% v2=5%");
  }

  /** Deploying again while a canary is under way starts the analysis anew, with the new version. */
  @Test
  void replaced_theNewestBegins_fromWhatThereWasBeforeBoth() {
    start(2);
    gateway.call(2_000, 0.01, 0.01);
    pass(Duration.ofSeconds(1));
    registry.deployQuietly("mask", 3);
    refused(start(plan(3), false), ProblemCode.CONFLICT);

    done(start(plan(3), true));
    registry.changes.catchUp();

    assertThat(text()).isEqualTo("v1=95% v3=5%");
    assertThat(analysis().canaryCalls()).isZero();
    gateway.call(4_000, 0.01, 0.3);
    look();
    assertThat(text()).isEqualTo("v1=100%");
    assertThat(
            done(registry.traffic.rollback(ACME, ACTOR, MASK, Optional.empty(), Optional.empty()))
                .text())
        .isEqualTo("v1=100%");
  }

  /** Neither node alone knows enough. */
  @Test
  void theFiguresOfAllNodes_areAddedUp() {
    Gateway other = another("gateway-2");
    start(2);
    gateway.call(1_000, 0, 0.1);
    look();
    assertThat(show().state()).isEqualTo(State.RUNNING);

    other.call(2_000, 0, 0.1);
    other.log.write();
    look();

    assertThat(analysis().canaryCalls()).isBetween(146L, 154L);
    assertThat(show().state()).isEqualTo(State.ROLLED_BACK);
  }

  /** What was written outlives whoever counted, and whoever judged. */
  @Test
  void nodesThatAreKilled_takeNothingWithThem() {
    JdbiLeases leases = new JdbiLeases(registry.database.dataSource());
    RolloutSteps killed = new RolloutSteps(leases, "a", registry.rollouts, registry.changes);
    RolloutSteps heir = new RolloutSteps(leases, "b", freshRollouts(), registry.changes);
    start(2);
    killed.round();
    gateway.call(1_000, 0, 0.1);
    gateway.log.write();
    Gateway successor = another("gateway-1 started again");
    successor.call(2_000, 0, 0.1);
    successor.log.write();
    heir.round();
    assertThat(show().state()).as("another holds the lease").isEqualTo(State.RUNNING);

    killed.close();
    heir.round();

    assertThat(show().state()).isEqualTo(State.ROLLED_BACK);
    heir.close();
  }

  /** A source made for the test: what raises it for real lives in other rooms. */
  @Test
  void anAlarmOfItsVersion_hasItGoBack_whereverItIsRaised() {
    Gateway worker = another("worker-1");
    start(2);
    worker.canaries.alarm(version(1), new Alarm.NewHost("old.example"));
    worker.log.write();
    look();
    assertThat(show().state()).isEqualTo(State.RUNNING);

    worker.canaries.alarm(version(2), new Alarm.NewHost("evil.example"));
    worker.canaries.alarm(version(2), new Alarm.AlteredModule("sha256:1"));
    worker.log.write();
    look();

    assertThat(show().state()).isEqualTo(State.ROLLED_BACK);
    assertThat(said().reason())
        .isEqualTo(
            "alarm: it calls the host 'evil.example', which the old version may not; "
                + "alarm: its module was altered: sha256:1");
  }

  @Test
  void callsByName_areNotCounted_norAnyWithoutACanary() {
    assertThat(Objects.requireNonNull(registry.route("mask").next()).tally()).isNull();
    start(2);
    assertThat(Objects.requireNonNull(registry.route("mask").next()).tally()).isNotNull();
    done(registry.rollouts.abort(ACME, ACTOR, MASK));
    registry.changes.catchUp();
    assertThat(Objects.requireNonNull(registry.route("mask").next()).tally()).isNull();
  }

  @Test
  void aCanaryOfOneStep_isRefused_andOneCanaryTooMany() {
    refused(
        start(new RolloutPlan(2, Strategy.CANARY, List.of(10_000), INTERVAL, INTERVAL), false),
        ProblemCode.INVALID_REQUEST);
    for (int i = 0; i <= FunctionStore.CANARIES_MAX; i++) {
      registry.deploy("f" + i, 1);
      registry.deployQuietly("f" + i, 2);
      FunctionName name = new FunctionName("f" + i);
      Answer<Rollout> started = registry.rollouts.start(ACME, ACTOR, name, plan(2), false);
      if (i < FunctionStore.CANARIES_MAX) {
        done(started);
      } else {
        refused(started, ProblemCode.CONFLICT);
      }
    }
  }

  private Gateway another(String start) {
    Canaries canaries = new Canaries();
    RoutingTable routes = new RoutingTable(registry.functionStore, canaries, registry.clock);
    registry.changes.subscribe(routes);
    routes.load();
    return new Gateway(canaries, routes, start);
  }

  private Rollouts freshRollouts() {
    return new Rollouts(
        registry.functionStore,
        registry.samples,
        registry.functions,
        registry.traffic,
        registry.clock);
  }

  private FunctionVersion version(int number) {
    return Objects.requireNonNull(registry.route("mask").target("v" + number)).version();
  }

  private void start(int version) {
    done(start(plan(version), false));
    registry.changes.catchUp();
  }

  private Answer<Rollout> start(RolloutPlan plan, boolean replaces) {
    return registry.rollouts.start(ACME, ACTOR, MASK, plan, replaces);
  }

  private static RolloutPlan plan(int version) {
    return new RolloutPlan(
        version, Strategy.CANARY, List.of(500, 2_500, 7_500, 10_000), INTERVAL, Traffic.KEPT_WARM);
  }

  private void pass(Duration time) {
    registry.clock.advance(time);
    look();
  }

  /** As the node that holds the lease does each second. */
  private void look() {
    gateway.log.write();
    int failed = registry.rollouts.judge();
    int stepped = registry.rollouts.step();
    assertThat(failed + stepped).isBetween(0, 1);
    registry.changes.catchUp();
  }

  private String text() {
    return done(registry.traffic.show(ACME, MASK)).text();
  }

  private Rollout show() {
    return done(registry.rollouts.show(ACME, MASK));
  }

  private Rollout.Said said() {
    return show().said().orElseThrow();
  }

  private Analysis analysis() {
    return registry.rollouts.analysis(ACME, MASK, show()).orElseThrow();
  }

  /** A node that lets calls in. */
  private final class Gateway {
    final Canaries canaries;
    final CanaryLog log;
    private final RoutingTable routes;

    Gateway(Canaries canaries, RoutingTable routes, String start) {
      this.canaries = canaries;
      this.routes = routes;
      this.log = new CanaryLog(canaries, registry.samples, start);
    }

    /** Calls the function so often; of each version every so many calls fail. */
    void call(int count, double errorsOfOld, double errorsOfCanary) {
      registry.changes.catchUp();
      Route route = Objects.requireNonNull(routes.find("acme", "mask"));
      double old = 0;
      double canary = 0;
      for (int i = 0; i < count; i++) {
        Route.Choice choice = Objects.requireNonNull(route.next());
        boolean isOld = choice.target().version().number() == 1;
        old += isOld ? errorsOfOld : 0;
        canary += isOld ? 0 : errorsOfCanary;
        boolean fails = isOld ? old >= 1 : canary >= 1;
        old -= isOld && fails ? 1 : 0;
        canary -= !isOld && fails ? 1 : 0;
        Objects.requireNonNull(choice.tally())
            .ended(
                new HttpCall("GET", "/" + calls++, null, Headers.NONE, new byte[0]),
                fails
                    ? new Outcome.GuestFailed("no", usage())
                    : new Outcome.Responded(200, Headers.NONE, new byte[0], usage()));
      }
    }

    private Usage usage() {
      return new Usage(10_000, 0, 0, Usage.Acquire.RESET, 0, 0, 100_000, 0);
    }
  }
}
