package dev.leat.registry.function;

import static dev.leat.registry.TestRegistry.ACME;
import static dev.leat.registry.TestRegistry.ACTOR;
import static dev.leat.registry.TestRegistry.MASK;
import static dev.leat.registry.TestRegistry.OTHER;
import static dev.leat.registry.TestRegistry.done;
import static dev.leat.registry.TestRegistry.manifest;
import static dev.leat.registry.TestRegistry.refused;
import static org.assertj.core.api.Assertions.assertThat;

import dev.leat.contract.Allowance;
import dev.leat.contract.Answer;
import dev.leat.contract.Finding;
import dev.leat.contract.FunctionRef;
import dev.leat.contract.FunctionVersion;
import dev.leat.contract.Grants;
import dev.leat.contract.GuestContract;
import dev.leat.contract.InstancePolicy;
import dev.leat.contract.Limits;
import dev.leat.contract.ModuleDigest;
import dev.leat.contract.Problem;
import dev.leat.contract.ProblemCode;
import dev.leat.registry.GuestModules;
import dev.leat.registry.TestRegistry;
import dev.leat.registry.module.PublishedModule;
import dev.leat.registry.route.Route;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class DeployFunctionTest {
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
  void deploy_manifest_becomesTheFirstVersionAndIsRouted() {
    DeployedVersion deployed = registry.deploy("mask", 1);

    assertThat(deployed.version())
        .isEqualTo(
            new FunctionVersion(
                new FunctionRef(ACME, MASK),
                1,
                ModuleDigest.of(GuestModules.handler(1)),
                GuestContract.HANDLER,
                Limits.DEFAULT,
                InstancePolicy.DEFAULT,
                Grants.NONE,
                "{}"));
    assertThat(deployed.etag()).isEqualTo("\"v1\"");
    assertThat(done(registry.functions.show(ACME, MASK))).isEqualTo(deployed);
    assertThat(registry.route("mask").leading().version()).isEqualTo(deployed.version());
    assertThat(registry.recorded(ACME).getFirst()).isEqualTo("function.deploy acme/mask@v1");
  }

  @Test
  void deploy_versionThatDoesNotComeUp_isRefusedAndLeavesNothing() {
    PublishedModule module = registry.publish("mask", "1", GuestModules.handler(1));
    registry.trial.refuse("spec.config", "init refused it");

    Finding finding = badManifest("mask", manifest("mask", module.digest()));

    assertThat(finding).isEqualTo(new Finding("spec.config", "init refused it"));
    assertThat(done(registry.functions.list(ACME, 10, Optional.empty())).items()).isEmpty();
    assertThat(registry.routes.find("acme", "mask")).isNull();
    registry.trial.comeUp();
    assertThat(registry.deploy("mask", 2).version().number()).isEqualTo(1);
  }

  @Test
  void deploy_noRoomForATrial_isOverloaded() {
    PublishedModule module = registry.publish("mask", "1", GuestModules.handler(1));
    registry.trial.beBusy("no memory is left");

    Problem problem =
        refused(registry.deploy("mask", manifest("mask", module.digest())), ProblemCode.OVERLOADED);

    assertThat(problem.detail())
        .isEqualTo(
            "The function 'mask' was not brought up: no memory is left. Deploy it again later.");
  }

  @Test
  void deploy_cameUp_keepsTheInstance_butNotOfWhatIsRefusedAfterAll() {
    registry.deploy("mask", 1);
    PublishedModule module = registry.publish("other", "1", GuestModules.handler(2));

    refused(
        registry.deploy("other", manifest("other", module.digest()) + "  route: {path: /mask}\n"),
        ProblemCode.CONFLICT);

    assertThat(registry.trial.happened)
        .containsExactly(
            "tried acme/mask@v1",
            "kept acme/mask@v1",
            "tried acme/other@v1",
            "closed acme/other@v1");
  }

  @Test
  void deploy_theSameAgain_isNotTriedAgain() {
    DeployedVersion first = registry.deploy("mask", 1);
    registry.trial.refuse("spec", "broken");

    assertThat(done(registry.deploy("mask", manifest("mask", first.version().module()))))
        .isEqualTo(first);
  }

  @Test
  void deploy_routesCannotBeReadAfterTheCommit_isDoneAndTakenOverLater() {
    registry.functionStore.failToFind = true;
    DeployedVersion deployed = registry.deploy("mask", 1);
    assertThat(registry.routes.find("acme", "mask")).isNull();
    registry.functionStore.failToFind = false;

    assertThat(registry.changes.catchUp()).isTrue();

    assertThat(registry.route("mask").leading().version()).isEqualTo(deployed.version());
  }

  @Test
  void forget_endsTheTenantsTrials() {
    assertThat(registry.forgetTenant.forgetSome(ACME)).isFalse();

    assertThat(registry.trial.happened).containsExactly("forgot acme");
  }

  @Test
  void deploy_toATenantThatIsBeingDeleted_isRefused() {
    registry.publish("mask", "1", GuestModules.handler(1));
    assertThat(registry.forgetTenant.close(ACME, false)).isZero();

    assertThat(
            refused(registry.deploy("mask", manifest("mask", "acme/mask@1")), ProblemCode.CONFLICT)
                .detail())
        .startsWith("Tenant 'acme' is being deleted.");

    registry.forgetTenant.open(ACME);
    done(registry.deploy("mask", manifest("mask", "acme/mask@1")));
  }

  @Test
  void deploy_byName_findsTheModule() {
    PublishedModule module = registry.publish("masker", "2.0", GuestModules.handler(1));

    DeployedVersion deployed = done(registry.deploy("mask", manifest("mask", "acme/masker@2.0")));

    assertThat(deployed.version().module()).isEqualTo(module.digest());
  }

  @Test
  void deploy_anotherModule_isTheNextVersionAndGetsAllTraffic() {
    DeployedVersion first = registry.deploy("mask", 1);
    DeployedVersion second = registry.deploy("mask", 2);

    assertThat(second.version().number()).isEqualTo(2);
    assertThat(done(registry.functions.versions(ACME, MASK))).containsExactly(second, first);
    Route route = registry.route("mask");
    assertThat(route.leading().version()).isEqualTo(second.version());
    assertThat(route.target("v1"))
        .isEqualTo(new Route.Target(first.version(), first.route(), first.createdAt()));
  }

  /** As a release kept it that knew no metrics, had another order and wrote no defaults. */
  @Test
  void deploy_sameAsWhatAnOlderReleaseKept_changesNothing() {
    registry.publish("mask", "1", GuestModules.handler(1));
    String manifest = manifest("mask", ModuleDigest.of(GuestModules.handler(1)));
    DeployedVersion first = done(registry.deploy("mask", manifest));
    registry.database.execute(
        "UPDATE function_versions SET manifest ="
            + " '{\"kind\":\"Function\",\"apiVersion\":\"leat/v1\",\"spec\":{\"contract\":\"handler\",\"module\":\"%s\"}}'"
                .formatted(first.version().module()));

    DeployedVersion again = done(registry.deploy("mask", manifest));

    assertThat(again.version()).isEqualTo(first.version());
    DeployedVersion other =
        done(registry.deployAccepting("mask", manifest + "  capabilities: {metrics: true}\n"));
    assertThat(other.version().number()).isEqualTo(2);
  }

  @Test
  void deploy_sameAgain_changesNothing() {
    DeployedVersion first = registry.deploy("mask", 1);
    int recorded = registry.recorded(ACME).size();

    DeployedVersion again = done(registry.deploy("mask", first.manifest()));

    assertThat(again).isEqualTo(first);
    assertThat(registry.recorded(ACME)).hasSize(recorded);
  }

  @Test
  void deploy_afterDelete_continuesTheNumbers() {
    registry.deploy("mask", 1);
    done(registry.functions.delete(ACME, ACTOR, MASK));

    assertThat(registry.deploy("mask", 1).version().number()).isEqualTo(2);
  }

  @Test
  void deploy_manyVersions_dropsTheOldest() {
    ModuleDigest module = registry.deploy("mask", 1).version().module();
    for (int i = 2; i <= DeployFunction.VERSIONS_KEPT + 1; i++) {
      done(registry.deploy("mask", manifest("mask", module) + "  limits: {fuel: " + i + "}\n"));
    }

    List<DeployedVersion> versions = done(registry.functions.versions(ACME, MASK));
    assertThat(versions).hasSize(DeployFunction.VERSIONS_KEPT);
    assertThat(versions.getLast().version().number()).isEqualTo(2);
    assertThat(registry.route("mask").target("v1")).isNull();
  }

  @Test
  void deploy_ifMatch_isHonoured() {
    DeployedVersion first = registry.deploy("mask", 1);
    String next = manifest("mask", first.version().module()) + "  limits: {fuel: 9}\n";

    refused(registry.deploy("mask", next, Optional.of("\"v2\"")), ProblemCode.PRECONDITION_FAILED);
    refused(registry.deploy("mask", next, Optional.of("v1")), ProblemCode.PRECONDITION_FAILED);
    refused(
        registry.deploy("mask", next, Optional.of("W/\"v1\"")), ProblemCode.PRECONDITION_FAILED);
    refused(registry.deploy("mask", next, Optional.of("")), ProblemCode.PRECONDITION_FAILED);
    assertThat(done(registry.deploy("mask", next, Optional.of("\"v7\", \"v1\""))).etag())
        .isEqualTo("\"v2\"");
    assertThat(done(registry.deploy("mask", next, Optional.of("*"))).etag()).isEqualTo("\"v2\"");
  }

  @Test
  void deploy_ifMatchOnNothing_isRefused() {
    PublishedModule module = registry.publish("mask", "1", GuestModules.handler(1));

    refused(
        registry.deploy("mask", manifest("mask", module.digest()), Optional.of("*")),
        ProblemCode.PRECONDITION_FAILED);
  }

  @Test
  void deploy_otherNameThanThePath_isRefused() {
    assertThat(badManifest("mask", manifest("other", "x.wasm")).at()).isEqualTo("metadata.name");
  }

  @Test
  void deploy_aFile_saysToPublishIt() {
    Finding finding = badManifest("mask", manifest("mask", "./mask.wasm"));

    assertThat(finding.at()).isEqualTo("spec.module");
    assertThat(finding.message()).contains("Publish it first", "'leat deploy' does both");
  }

  @ParameterizedTest
  @ValueSource(strings = {"acme/mask@1", "other/mask@1", "sha256:%064d"})
  void deploy_unknownModule_isRefused(String module) {
    assertThat(badManifest("mask", manifest("mask", module.formatted(0))).message())
        .contains("has no module");
  }

  @Test
  void deploy_anotherTenantsModule_isRefused() {
    done(registry.keys.register(OTHER, ACTOR, registry.key.toPublicJWK().toJSONString()));
    byte[] module = GuestModules.handler(1);
    done(
        registry.publishModule.publish(
            OTHER, ACTOR, module, registry.sign(registry.key, "mask", "1", module)));

    badManifest("mask", manifest("mask", "other/mask@1"));
    badManifest("mask", manifest("mask", ModuleDigest.of(module)));
  }

  @Test
  void deploy_contractMismatch_tellsEachOne() {
    PublishedModule module = registry.publish("mask", "1", GuestModules.misfit());

    Problem problem =
        refused(
            registry.deploy("mask", manifest("mask", module.digest())), ProblemCode.INVALID_MODULE);

    assertThat(problem.findings())
        .extracting(Finding::at)
        .containsExactly("export allocate", "export handle");
  }

  @Test
  void deploy_moreMemoryThanTheLimit_isRefused() {
    PublishedModule module = registry.publish("mask", "1", GuestModules.handler(1, 3));
    String manifest = manifest("mask", module.digest());

    Problem problem =
        refused(
            registry.deploy("mask", manifest + "  limits: {memory: 128Ki}\n"),
            ProblemCode.INVALID_MODULE);

    assertThat(problem.findings()).extracting(Finding::at).containsExactly("spec.limits.memory");
    done(registry.deploy("mask", manifest + "  limits: {memory: 192Ki}\n"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"/mask", "/pii"})
  void deploy_takenRoute_isAConflict(String path) {
    DeployedVersion mask = registry.deploy("mask", 1);
    String routed = "  route: {path: %s}\n";
    done(
        registry.deploy(
            "mask", manifest("mask", mask.version().module()) + routed.formatted("/pii")));

    Problem problem =
        refused(
            registry.deploy(
                "other", manifest("other", mask.version().module()) + routed.formatted(path)),
            ProblemCode.CONFLICT);

    assertThat(problem.detail()).contains("'mask'");
  }

  @Test
  void deploy_nameThatIsAnothersRoute_isAConflict() {
    ModuleDigest module = registry.deploy("mask", 1).version().module();
    done(registry.deploy("mask", manifest("mask", module) + "  route: {path: /pii}\n"));

    refused(
        registry.deploy("pii", manifest("pii", module) + "  route: {path: /x}\n"),
        ProblemCode.CONFLICT);

    done(registry.functions.delete(ACME, ACTOR, MASK));
    done(registry.deploy("pii", manifest("pii", module) + "  route: {path: /x}\n"));
  }

  @Test
  void deploy_badManifest_tellsEverything() {
    Problem problem =
        refused(registry.deploy("mask", "apiVersion: 2\nkind: x\n"), ProblemCode.INVALID_MANIFEST);

    assertThat(problem.findings())
        .extracting(Finding::at)
        .containsExactlyInAnyOrder("apiVersion", "kind", "metadata", "spec");
  }

  @Test
  void deploy_manyAtOnce_numbersThemWithoutGaps() throws Exception {
    ModuleDigest module = registry.publish("mask", "1", GuestModules.handler(1)).digest();
    List<Callable<DeployedVersion>> deployments =
        IntStream.rangeClosed(1, 6)
            .mapToObj(fuel -> manifest("mask", module) + "  limits: {fuel: " + fuel + "}\n")
            .<Callable<DeployedVersion>>map(
                manifest -> () -> done(registry.deploy("mask", manifest)))
            .toList();

    List<Integer> numbers;
    try (ExecutorService threads = Executors.newFixedThreadPool(6)) {
      numbers =
          threads.invokeAll(deployments).stream()
              .map(Future::resultNow)
              .map(deployed -> deployed.version().number())
              .sorted()
              .toList();
    }

    assertThat(numbers).containsExactly(1, 2, 3, 4, 5, 6);
    assertThat(registry.route("mask").leading().version())
        .isEqualTo(done(registry.functions.show(ACME, MASK)).version());
  }

  @Test
  void deploy_latest_isPinned() {
    registry.publish("mask", "1", GuestModules.handler(1));
    ModuleDigest second = registry.publish("mask", "2", GuestModules.handler(2)).digest();
    registry.publish("mask-two", "3", GuestModules.handler(3));
    String manifest = manifest("mask", "mask:latest");

    DeployedVersion first = done(registry.deploy("mask", manifest));
    assertThat(first.version().module()).isEqualTo(second);
    assertThat(done(registry.deploy("mask", manifest))).as("nothing new").isEqualTo(first);
    ModuleDigest fourth = registry.publish("mask", "4", GuestModules.handler(4)).digest();
    assertThat(done(registry.functions.version(ACME, MASK, "v1")).version().module())
        .as("what is deployed stays")
        .isEqualTo(second);
    assertThat(done(registry.deploy("mask", manifest)).version().module()).isEqualTo(fourth);

    assertThat(badManifest("mask", manifest("mask", "other:latest")).at()).isEqualTo("spec.module");
  }

  /** Two who saw the same version: one wins, the other is told. */
  @Test
  void deploy_ifMatch_ofTwoAtOnce_oneWins() throws Exception {
    ModuleDigest module = registry.publish("mask", "1", GuestModules.handler(1)).digest();
    String seen = done(registry.deploy("mask", manifest("mask", module))).etag();
    List<Callable<Answer<DeployedVersion>>> both =
        IntStream.rangeClosed(1, 2)
            .mapToObj(fuel -> manifest("mask", module) + "  limits: {fuel: " + fuel + "}\n")
            .<Callable<Answer<DeployedVersion>>>map(
                manifest -> () -> registry.deploy("mask", manifest, Optional.of(seen)))
            .toList();

    List<Answer<DeployedVersion>> answers;
    try (ExecutorService threads = Executors.newFixedThreadPool(2)) {
      answers = threads.invokeAll(both).stream().map(Future::resultNow).toList();
    }

    assertThat(answers).filteredOn(answer -> answer instanceof Answer.Done).hasSize(1);
    assertThat(answers)
        .filteredOn(answer -> answer instanceof Answer.Refused)
        .singleElement()
        .satisfies(answer -> refused(answer, ProblemCode.PRECONDITION_FAILED));
  }

  private Finding badManifest(String name, String manifest) {
    Problem problem = refused(registry.deploy(name, manifest), ProblemCode.INVALID_MANIFEST);
    assertThat(problem.findings()).hasSize(1);
    return problem.findings().getFirst();
  }

  @Test
  void deploy_moreThanTheAllowance_isRefusedWithBothNumbersOfEach() {
    ModuleDigest module = registry.publish("m", "1", GuestModules.handler(1)).digest();
    registry.allowance =
        new Allowance(
            new Limits(1_000, 32 << 20, Duration.ofSeconds(2), 1 << 10, 2 << 10),
            2,
            Allowance.FUNCTIONS_MAX,
            Allowance.MODULES_MAX,
            Long.MAX_VALUE);

    Problem problem =
        refused(registry.deploy("mask", manifest("mask", module)), ProblemCode.INVALID_MANIFEST);

    assertThat(problem.findings())
        .extracting(Finding::at)
        .containsExactlyInAnyOrder(
            "spec.limits.fuel",
            "spec.limits.memory",
            "spec.limits.timeout",
            "spec.limits.request",
            "spec.limits.response",
            "spec.instances.max");
    assertThat(problem.findings())
        .contains(
            new Finding(
                "spec.limits.memory",
                "Function 'mask' needs 64Mi but tenant 'acme' allows 32Mi. Lower it, or have the"
                    + " tenant's quota 'memory-max-mb' raised."));
  }

  @Test
  void deploy_limitsThatTheManifestDoesNotName_areTheTenantsDefaults() {
    ModuleDigest module = registry.publish("m", "1", GuestModules.handler(1)).digest();
    Limits modest = new Limits(77, 1 << 20, Duration.ofMillis(88), 9, 10);
    registry.allowance = Allowance.PLATFORM.withLimits(modest, modest);

    DeployedVersion deployed =
        done(registry.deploy("mask", manifest("mask", module) + "  limits: {fuel: 5}\n"));

    assertThat(deployed.version().limits())
        .isEqualTo(new Limits(5, 1 << 20, Duration.ofMillis(88), 9, 10));
    assertThat(deployed.manifest()).as("kept with it").contains("\"timeout\":\"88ms\"");
  }

  @Test
  void deploy_powerThatTheTenantIsNotAllowed_isRefused() {
    ModuleDigest module = registry.publish("m", "1", GuestModules.handler(1)).digest();
    registry.allowance = Allowance.PLATFORM.withGrants(Set.of("config"));
    String manifest = manifest("mask", module) + "  capabilities: {logging: true, config: true}\n";

    Problem problem = refused(registry.deploy("mask", manifest), ProblemCode.INVALID_MANIFEST);

    assertThat(problem.findings())
        .containsExactly(
            new Finding(
                "spec.capabilities.logging",
                "Function 'mask' asks for logging, which tenant 'acme' is not allowed. Leave it out,"
                    + " or ask an operator for it."));
  }

  @Test
  void deploy_exactlyTheAllowance_isDone() {
    ModuleDigest module = registry.publish("m", "1", GuestModules.handler(1)).digest();
    registry.allowance =
        new Allowance(Limits.DEFAULT, InstancePolicy.DEFAULT.max(), 1, 1, Long.MAX_VALUE);

    assertThat(registry.deploy("mask", manifest("mask", module))).isInstanceOf(Answer.Done.class);
  }

  @Test
  void deploy_oneFunctionTooMany_isRefused_aNextVersionIsNot() {
    registry.deploy("mask", 1);
    registry.allowance =
        new Allowance(Allowance.PLATFORM.limits(), 1_000, 1, Allowance.MODULES_MAX, Long.MAX_VALUE);

    Problem problem =
        refused(
            registry.deploy(
                "other", manifest("other", registry.deploy("mask", 2).version().module())),
            ProblemCode.CONFLICT);

    assertThat(problem.detail())
        .isEqualTo(
            "Tenant 'acme' has 1 functions and may have 1. Delete one, or have its quota"
                + " 'functions' raised.");
  }
}
