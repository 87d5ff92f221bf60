package dev.leat.registry.release;

import static dev.leat.registry.TestRegistry.ACME;
import static dev.leat.registry.TestRegistry.ACTOR;
import static dev.leat.registry.TestRegistry.MASK;
import static dev.leat.registry.TestRegistry.OTHER;
import static dev.leat.registry.TestRegistry.done;
import static dev.leat.registry.TestRegistry.refused;
import static org.assertj.core.api.Assertions.assertThat;

import dev.leat.contract.Answer;
import dev.leat.contract.Finding;
import dev.leat.contract.FunctionName;
import dev.leat.contract.ProblemCode;
import dev.leat.registry.TestRegistry;
import dev.leat.registry.function.Slots;
import dev.leat.registry.function.Sticky;
import dev.leat.registry.function.Traffic;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class MoveTrafficTest {
  private TestRegistry registry;

  @BeforeEach
  void open(@TempDir Path directory) {
    registry = new TestRegistry(directory);
  }

  @AfterEach
  void close() {
    registry.close();
  }

  @Test
  void deploy_takesAllTraffic_unlessItIsToTakeNone() {
    registry.deploy("mask", 1);
    registry.deploy("mask", 2);
    registry.deployQuietly("mask", 3);

    assertThat(show().text()).isEqualTo("v2=100%");
    assertThat(show().previous()).contains(1);
    assertThat(answering()).isEqualTo(2);
    assertThat(registry.route("mask").target("latest"))
        .isEqualTo(registry.route("mask").target("v3"));
  }

  @Test
  void deploy_firstWithoutTraffic_isCalledByNameOnly() {
    registry.deployQuietly("mask", 1);

    assertThat(show().slots()).isEqualTo(Slots.NONE);
    assertThat(registry.route("mask").next()).isNull();
    assertThat(registry.route("mask").target("v1")).isNotNull();
    assertThat(registry.route("mask").path()).isEqualTo("/mask");
    assertThat(done(set(Map.of(1, 10_000))).text()).isEqualTo("v1=100%");
  }

  @Test
  void deploy_theSameAgain_afterGoingBack_getsTheTraffic() {
    registry.deploy("mask", 1);
    registry.deploy("mask", 2);
    done(rollback(Optional.empty()));

    assertThat(registry.deployQuietly("mask", 2).version().number()).isEqualTo(2);
    assertThat(show().text()).isEqualTo("v1=100%");
    assertThat(registry.deploy("mask", 2).version().number()).isEqualTo(2);
    assertThat(show().text()).isEqualTo("v2=100%");
  }

  @Test
  void set_givesEachItsShare_andIsRecorded() {
    registry.deploy("mask", 1);
    registry.deployQuietly("mask", 2);

    Traffic now = done(set(Map.of(1, 8_950, 2, 1_050)));

    assertThat(now.text()).isEqualTo("v1=89.5% v2=10.5%");
    assertThat(now.changedBy()).isEqualTo(ACTOR);
    assertThat(show()).isEqualTo(now);
    assertThat(registry.recorded(ACME)).startsWith("function.traffic acme/mask");
    assertThat(done(set(Map.of(2, 1_050, 1, 8_950)))).as("the same").isEqualTo(now);
    assertThat(done(set(Map.of(1, 10_000, 2, 0))).text()).isEqualTo("v1=100%");
  }

  @Test
  void set_badWeights_areRefusedWithTheirNumbers() {
    registry.deploy("mask", 1);
    registry.deployQuietly("mask", 2);
    Traffic before = show();

    assertThat(refused(set(Map.of(1, 9_000, 2, 500)), ProblemCode.INVALID_REQUEST).findings())
        .extracting(Finding::toString)
        .containsExactly(
            "weights: must add up to 100 per cent, were 95. Say what each version gets");
    refused(set(Map.of()), ProblemCode.INVALID_REQUEST);
    refused(set(Map.of(1, 0)), ProblemCode.INVALID_REQUEST);
    assertThat(refused(set(Map.of(1, 5_000, 9, 5_000)), ProblemCode.FUNCTION_NOT_FOUND).detail())
        .contains("no such version; the newest is v2");
    Map<Integer, Integer> many = new TreeMap<>();
    for (int version = 1; version <= Traffic.VERSIONS_MAX + 1; version++) {
      many.put(version, version == 1 ? Slots.COUNT - Traffic.VERSIONS_MAX : 1);
    }
    assertThat(refused(set(many), ProblemCode.INVALID_REQUEST).findings().getFirst().message())
        .isEqualTo("may name 40 versions, named 41");
    refused(registry.traffic.show(OTHER, MASK), ProblemCode.FUNCTION_NOT_FOUND);
    assertThat(show()).isEqualTo(before);
  }

  @Test
  void set_ifMatch_isHonoured() {
    registry.deploy("mask", 1);
    registry.deployQuietly("mask", 2);
    Traffic before = show();
    Map<Integer, Integer> half = Map.of(1, 5_000, 2, 5_000);

    assertThat(refused(set(half, Optional.of("\"t9\"")), ProblemCode.PRECONDITION_FAILED).detail())
        .isEqualTo(
            "If-Match was \"t9\", the traffic is \"t1\": v1=100%. Look at it before changing it.");
    Traffic after = done(set(half, Optional.of(before.etag())));
    assertThat(after.revision()).isEqualTo(before.revision() + 1);
    refused(set(Map.of(1, 10_000), Optional.of(before.etag())), ProblemCode.PRECONDITION_FAILED);
    refused(
        registry.traffic.rollback(ACME, ACTOR, MASK, Optional.empty(), Optional.of(before.etag())),
        ProblemCode.PRECONDITION_FAILED);
    done(set(Map.of(1, 10_000), Optional.of("*")));
  }

  @Test
  void sticky_staysUntilItIsChanged() {
    Sticky sticky = new Sticky(Sticky.Kind.HEADER, "x-user");
    registry.deploy("mask", 1);
    done(
        registry.traffic.set(
            ACME,
            ACTOR,
            MASK,
            Map.of(1, 10_000),
            Optional.of(Optional.of(sticky)),
            Optional.empty()));
    registry.deploy("mask", 2);
    done(set(Map.of(1, 5_000, 2, 5_000)));
    done(rollback(Optional.empty()));

    assertThat(show().sticky()).contains(sticky);
    done(
        registry.traffic.set(
            ACME, ACTOR, MASK, Map.of(1, 10_000), Optional.of(Optional.empty()), Optional.empty()));
    assertThat(show().sticky()).isEmpty();
  }

  @Test
  void rollback_goesToWhatLedBefore_andTwiceIsAsOnce() {
    registry.deploy("mask", 1);
    registry.deploy("mask", 2);
    registry.deploy("mask", 3);

    Traffic once = done(rollback(Optional.empty()));
    assertThat(once.text()).isEqualTo("v2=100%");
    assertThat(answering()).isEqualTo(2);
    assertThat(done(rollback(Optional.empty()))).isEqualTo(once);
    assertThat(registry.recorded(ACME))
        .filteredOn("function.rollback acme/mask"::equals)
        .hasSize(1);

    Traffic further = done(rollback(Optional.of(1)));
    assertThat(further.text()).isEqualTo("v1=100%");
    assertThat(done(rollback(Optional.of(1)))).isEqualTo(further);
    assertThat(done(rollback(Optional.empty()))).isEqualTo(further);
    registry.deploy("mask", 4);
    assertThat(done(rollback(Optional.empty())).text()).isEqualTo("v1=100%");
  }

  @Test
  void rollback_fromSteps_goesToWhatLedWhenTheNewOneBegan() {
    registry.deploy("mask", 1);
    registry.deployQuietly("mask", 2);
    done(set(Map.of(1, 9_500, 2, 500)));
    assertThat(done(rollback(Optional.empty())).text()).isEqualTo("v1=100%");
    done(set(Map.of(1, 9_500, 2, 500)));
    done(set(Map.of(1, 2_000, 2, 8_000)));
    assertThat(show().previous()).contains(1);
    done(set(Map.of(2, 10_000)));

    assertThat(done(rollback(Optional.empty())).text()).isEqualTo("v1=100%");
  }

  @Test
  void rollback_whereNothingWasBefore_isRefused() {
    registry.deploy("mask", 1);

    assertThat(refused(rollback(Optional.empty()), ProblemCode.CONFLICT).detail())
        .isEqualTo("No version of 'mask' had traffic before. Name the one to go to.");
    refused(rollback(Optional.of(7)), ProblemCode.FUNCTION_NOT_FOUND);
    refused(
        registry.traffic.rollback(
            ACME, ACTOR, new FunctionName("none"), Optional.empty(), Optional.empty()),
        ProblemCode.FUNCTION_NOT_FOUND);
  }

  @Test
  void former_areTheLastThreeThatLostTraffic_andForAWhile() {
    for (int number = 1; number <= 5; number++) {
      registry.deploy("mask", number);
      registry.clock.advance(Duration.ofSeconds(1));
    }
    assertThat(show().former().keySet()).containsExactlyInAnyOrder(2, 3, 4);
    registry.clock.advance(Traffic.KEPT_WARM);
    registry.deploy("mask", 6);

    assertThat(show().former().keySet()).containsExactly(5);
  }

  private int answering() {
    registry.changes.catchUp();
    return Objects.requireNonNull(registry.route("mask").next()).target().version().number();
  }

  private Traffic show() {
    return done(registry.traffic.show(ACME, MASK));
  }

  private Answer<Traffic> rollback(Optional<Integer> to) {
    return registry.traffic.rollback(ACME, ACTOR, MASK, to, Optional.empty());
  }

  private Answer<Traffic> set(Map<Integer, Integer> shares) {
    return set(shares, Optional.empty());
  }

  private Answer<Traffic> set(Map<Integer, Integer> shares, Optional<String> ifMatch) {
    return registry.traffic.set(ACME, ACTOR, MASK, shares, Optional.empty(), ifMatch);
  }
}
