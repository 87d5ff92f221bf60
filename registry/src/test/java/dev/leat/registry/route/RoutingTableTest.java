package dev.leat.registry.route;

import static dev.leat.registry.TestRegistry.ACME;
import static dev.leat.registry.TestRegistry.ACTOR;
import static dev.leat.registry.TestRegistry.MASK;
import static dev.leat.registry.TestRegistry.done;
import static dev.leat.registry.TestRegistry.manifest;
import static org.assertj.core.api.Assertions.assertThat;

import dev.leat.contract.Change;
import dev.leat.contract.FunctionName;
import dev.leat.contract.FunctionVersion;
import dev.leat.contract.ModuleDigest;
import dev.leat.contract.VersionRef;
import dev.leat.registry.GuestModules;
import dev.leat.registry.TestRegistry;
import dev.leat.registry.function.DeployedVersion;
import dev.leat.registry.function.Traffic;
import dev.leat.registry.route.Route.Warmth;
import dev.leat.store.PolledChangeFeed;
import dev.leat.store.WakeUp;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class RoutingTableTest {
  private final List<String> heard = new ArrayList<>();
  private TestRegistry registry;

  @BeforeEach
  void open(@TempDir Path directory) {
    registry = new TestRegistry(directory);
    listenTo(registry.routes);
  }

  @AfterEach
  void close() {
    registry.close();
  }

  @Test
  void find_nothingThere_isNull() {
    registry.deploy("mask", 1);

    assertThat(registry.routes.find("acme", "mask2")).isNull();
    assertThat(registry.routes.find("other", "mask")).isNull();
    assertThat(registry.routes.findByPath("other", "/mask")).isNull();
  }

  @Test
  void warm_isWhatTrafficAndAliasesGoTo_andForAWhileWhatItWentTo() {
    FunctionVersion first = registry.deploy("mask", 1).version();
    FunctionVersion second = registry.deploy("mask", 2).version();
    FunctionVersion third = registry.deploy("mask", 3).version();
    FunctionVersion other = registry.deploy("other", 1).version();
    registry.clock.advance(Traffic.KEPT_WARM);
    FunctionVersion quiet = registry.deployQuietly("mask", 4).version();
    done(registry.naming.set(ACME, ACTOR, MASK, "stable", 1, Optional.empty()));
    registry.changes.catchUp();

    assertThat(registry.routes.warm(version -> true))
        .containsExactlyInAnyOrder(first, third, other);
    assertThat(registry.routes.warm(other::equals)).containsExactly(other);
    assertThat(registry.routes.warmth(second)).isEqualTo(Warmth.NONE);
    assertThat(registry.routes.warmth(quiet)).isEqualTo(Warmth.NONE);

    done(registry.traffic.rollback(ACME, ACTOR, MASK, Optional.empty(), Optional.empty()));
    registry.changes.catchUp();
    assertThat(registry.routes.warmth(second)).isEqualTo(Warmth.ASKED_FOR);
    assertThat(registry.routes.warmth(third)).isEqualTo(Warmth.FORMER);
    registry.clock.advance(Traffic.KEPT_WARM.minusMillis(1));
    assertThat(registry.routes.warm(version -> true))
        .containsExactlyInAnyOrder(first, second, third, other);
    registry.clock.advance(Duration.ofMillis(1));
    assertThat(registry.routes.warm(version -> true))
        .containsExactlyInAnyOrder(first, second, other);
  }

  @Test
  void load_givesWhatTheStoreHas() {
    DeployedVersion first = registry.deploy("mask", 1);
    DeployedVersion second = registry.deploy("mask", 2);
    registry.deploy("resize", 3);
    heard.clear();

    RoutingTable restarted =
        new RoutingTable(registry.functionStore, registry.canaries, registry.clock);
    listenTo(restarted);
    restarted.load();

    Route route = Objects.requireNonNull(restarted.find("acme", "mask"));
    assertThat(route.leading().version()).isEqualTo(second.version());
    assertThat(route.target(1))
        .isEqualTo(new Route.Target(first.version(), first.route(), first.createdAt()));
    assertThat(route.path()).isEqualTo("/mask");
    assertThat(route.leading().spec().methods()).isEmpty();
    assertThat(route.leading().spec().isPublic()).isFalse();
    assertThat(heard).containsExactlyInAnyOrder("+acme/mask@v2", "+acme/resize@v1");
  }

  /**
   * Versions are keys of hot maps: an equal copy would be compared field by field for each call.
   */
  @Test
  void version_thatDidNotChange_staysTheSameObject() {
    registry.deploy("mask", 1);
    FunctionVersion first = leading("mask");

    registry.deploy("mask", 2);
    FunctionVersion second = leading("mask");
    registry.routes.load();

    Route route = Objects.requireNonNull(registry.routes.find("acme", "mask"));
    assertThat(Objects.requireNonNull(route.target(1)).version()).isSameAs(first);
    assertThat(leading("mask")).isSameAs(second).isNotSameAs(first);
  }

  private FunctionVersion leading(String function) {
    return Objects.requireNonNull(registry.routes.find("acme", function)).leading().version();
  }

  @Test
  void reference_ofAnotherNode_isFoundHere() {
    FunctionVersion first = registry.deploy("mask", 1).version();
    FunctionVersion second = registry.deploy("mask", 2).version();
    RoutingTable here = new RoutingTable(registry.functionStore, registry.canaries, registry.clock);

    assertThat(here.find(first.ref())).as("not told of it yet").isNull();
    here.load();

    assertThat(here.find(first.ref())).isEqualTo(first);
    assertThat(here.find(second.ref())).isEqualTo(second);
    assertThat(here.find(new VersionRef(first.function(), 3, second.module()))).isNull();
    ModuleDigest other = ModuleDigest.of(new byte[] {1});
    assertThat(here.find(new VersionRef(first.function(), 1, other)))
        .as("of another module")
        .isNull();
  }

  @ParameterizedTest
  @CsvSource({"v1,1", "v2,2", "latest,2"})
  void version_ofASelector_isFound(String selector, int number) {
    registry.deploy("mask", 1);
    registry.deploy("mask", 2);

    Route route = registry.route("mask");
    assertThat(route.target(selector)).isNotNull().isEqualTo(route.target(number));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "v", "v0", "v3", "v01", "V1", "1", "v1 ", "v-1", "v4294967297", "lates"})
  void version_ofNoSelector_isNull(String selector) {
    registry.deploy("mask", 1);

    assertThat(registry.route("mask").target(selector)).isNull();
  }

  @ParameterizedTest
  @CsvSource({
    "/a, short",
    "/a/x, short",
    "/a/bc, short",
    "/a/b, long",
    "/a/b/, long",
    "/a/b/c/d, long",
    "/short/x, ",
    "/ab, ",
    "/, ",
    "'', ",
    "a, ",
  })
  void findByPath_longestPrefixOfWholeSegments(String path, String function) {
    ModuleDigest module = registry.publish("m", "1", GuestModules.handler(1)).digest();
    done(registry.deploy("short", manifest("short", module) + "  route: {path: /a}\n"));
    done(registry.deploy("long", manifest("long", module) + "  route: {path: /a/b}\n"));

    Route route = registry.routes.findByPath("acme", path);

    assertThat(route == null ? null : route.leading().version().function().name().value())
        .isEqualTo(function);
  }

  @Test
  void findByPath_hugePath_isCut() {
    registry.deploy("mask", 1);

    assertThat(registry.routes.findByPath("acme", "/mask" + "/".repeat(100_000))).isNotNull();
    assertThat(registry.routes.findByPath("acme", "/".repeat(100_000))).isNull();
  }

  @Test
  void route_carriesWhatTheManifestSays() {
    ModuleDigest module = registry.publish("m", "1", GuestModules.handler(1)).digest();
    done(
        registry.deploy(
            "mask", manifest("mask", module) + "  route: {methods: [GET, POST], auth: public}\n"));

    Route route = registry.route("mask");

    assertThat(route.leading().spec().methods()).containsExactlyInAnyOrder("GET", "POST");
    assertThat(route.leading().spec().isPublic()).isTrue();
  }

  @Test
  void listeners_hearOfEachChangeOnce() {
    registry.deploy("mask", 1);
    registry.deploy("mask", 1);
    registry.deploy("mask", 2);
    done(registry.functions.delete(ACME, ACTOR, MASK));
    registry.changes.catchUp();

    assertThat(heard.subList(0, 2)).containsExactly("+acme/mask@v1", "+acme/mask@v2");
    assertThat(heard.subList(2, heard.size()))
        .containsExactlyInAnyOrder("-acme/mask@v1", "-acme/mask@v2");
    assertThat(registry.routes.find("acme", "mask")).isNull();
    assertThat(registry.routes.findByPath("acme", "/mask")).isNull();
  }

  @Test
  void load_again_announcesWhatHasChangedOnly() {
    registry.deploy("mask", 1);
    registry.deploy("gone", 2);
    registry.deploy("same", 3);
    RoutingTable late = new RoutingTable(registry.functionStore, registry.canaries, registry.clock);
    late.load();
    registry.deploy("mask", 4);
    registry.deploy("new", 5);
    done(registry.functions.delete(ACME, ACTOR, new FunctionName("gone")));
    registry.changes.catchUp();
    heard.clear();
    listenTo(late);

    late.load();
    late.load();

    assertThat(heard).containsExactlyInAnyOrder("+acme/mask@v2", "+acme/new@v1", "-acme/gone@v1");
    assertThat(late.find("acme", "gone")).isNull();
    assertThat(late.find("acme", "new")).isNotNull();
  }

  @Test
  void tenantForgotten_itsFunctionsAreRemoved_butNotThoseDeployedSince() {
    registry.deploy("mask", 1);
    registry.deploy("resize", 2);
    RoutingTable late = new RoutingTable(registry.functionStore, registry.canaries, registry.clock);
    late.load();
    registry.functionStore.forget(ACME);
    registry.deploy("mask", 3);
    listenTo(late);
    heard.clear();

    late.changed(new Change.RoutesForgotten(ACME));

    assertThat(late.find("acme", "resize")).isNull();
    assertThat(late.find("acme", "mask")).isNotNull();
    assertThat(heard).contains("-acme/resize@v1");
  }

  @Test
  void listeners_oneFailing_hindersNobody() {
    registry.routes.onChange(change -> {
      throw new IllegalStateException("on purpose");
    });
    listenTo(registry.routes);

    registry.deploy("mask", 1);

    assertThat(heard).containsExactly("+acme/mask@v1", "+acme/mask@v1");
  }

  /** Another node, which looks only when the name is taken again. */
  @Test
  void tenantDeletedAndMadeAgain_betweenTwoLooks_oldVersionGoesAndTheEqualNewOneBegins() {
    registry.deploy("mask", 1);
    RoutingTable there =
        new RoutingTable(registry.functionStore, registry.canaries, registry.clock);
    PolledChangeFeed feed = new PolledChangeFeed(registry.database.dataSource(), WakeUp.NONE);
    feed.subscribe(there);
    feed.load();
    listenTo(there);
    makeAgain();
    heard.clear();

    feed.catchUp();

    assertThat(heard).containsExactlyInAnyOrder("-acme/mask@v1", "+acme/mask@v1");
  }

  @Test
  void tenantDeletedAndMadeAgain_allIsLoaded_oldVersionGoesAndTheEqualNewOneBegins() {
    registry.deploy("mask", 1);
    RoutingTable there =
        new RoutingTable(registry.functionStore, registry.canaries, registry.clock);
    there.load();
    listenTo(there);
    makeAgain();
    heard.clear();

    there.load();
    there.load();

    assertThat(heard).containsExactlyInAnyOrder("-acme/mask@v1", "+acme/mask@v1");
  }

  private void makeAgain() {
    registry.forgetTenant.forgetSome(ACME);
    registry.clock.advance(Duration.ofSeconds(1));
    done(registry.keys.register(ACME, ACTOR, registry.key.toPublicJWK().toJSONString()));
    registry.deploy("mask", 1);
  }

  private void listenTo(RoutingTable routes) {
    routes.onChange(change -> {
      change.begun().forEach(version -> heard.add("+" + version));
      change.gone().forEach(version -> heard.add("-" + version));
    });
  }
}
