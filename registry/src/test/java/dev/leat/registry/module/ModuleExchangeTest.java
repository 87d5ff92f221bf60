package dev.leat.registry.module;

import static dev.leat.registry.TestRegistry.ACME;
import static dev.leat.registry.TestRegistry.ACTOR;
import static dev.leat.registry.TestRegistry.OTHER;
import static dev.leat.registry.TestRegistry.done;
import static dev.leat.registry.TestRegistry.manifest;
import static dev.leat.registry.TestRegistry.refused;
import static org.assertj.core.api.Assertions.assertThat;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.jwk.OctetKeyPair;
import dev.leat.contract.Allowance;
import dev.leat.contract.Answer;
import dev.leat.contract.ModuleDigest;
import dev.leat.contract.Problem;
import dev.leat.contract.ProblemCode;
import dev.leat.contract.TenantId;
import dev.leat.registry.GuestModules;
import dev.leat.registry.TestRegistry;
import dev.leat.registry.function.DeployedVersion;
import dev.leat.registry.module.OfferStore.Wanted;
import dev.leat.registry.trust.OnRevoke;
import java.nio.file.Path;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What acme does with modules that another tenant offers. */
final class ModuleExchangeTest {
  private static final byte[] MODULE = GuestModules.handler(1);
  private static final ModuleDigest DIGEST = ModuleDigest.of(MODULE);
  private static final String NAMED = "other/mask@1";

  private final OctetKeyPair theirs = TestRegistry.newKey();
  private TestRegistry registry;

  @BeforeEach
  void open(@TempDir Path directory) {
    registry = new TestRegistry(directory);
    register(theirs);
    publish("mask", "1", MODULE);
  }

  @AfterEach
  void close() {
    registry.close();
  }

  @Test
  void install_thenAManifestNamesItAsThePublisherDoes() {
    assertThat(refused(deploy(NAMED), ProblemCode.INVALID_MANIFEST).findings().getFirst().message())
        .contains("leat install");
    offer(new Audience.Named(Set.of(ACME)));

    PublishedModule installed = done(install());

    assertThat(installed.reference()).isEqualTo(NAMED);
    assertThat(done(deploy(NAMED)).version().module()).isEqualTo(DIGEST);
    assertThat(done(registry.modules.content(ACME, DIGEST))).isEqualTo(MODULE);
    assertThat(registry.recorded(ACME)).contains("module.install " + NAMED);
    assertThat(registry.recorded(OTHER)).contains("module.visibility " + DIGEST);
    assertThat(registry.moduleStore.storedBytes()).containsEntry(ACME, (long) MODULE.length);
    assertThat(registry.moduleStore.storedBytes()).containsEntry(OTHER, (long) MODULE.length);
  }

  /** Private, unknown, of an unknown tenant: nobody can tell which. */
  @Test
  void install_whatIsNotOffered_answersAsIfThereWereNone() {
    Problem isPrivate = refused(install(), ProblemCode.NOT_FOUND);
    Problem isUnknown =
        refused(install(new Wanted(OTHER, "mask", "9", Optional.empty())), ProblemCode.NOT_FOUND);

    assertThat(isPrivate.detail().replace("@1", "@9")).isEqualTo(isUnknown.detail());
    refused(
        install(new Wanted(new TenantId("nobody"), "mask", "1", Optional.empty())),
        ProblemCode.NOT_FOUND);
  }

  @Test
  void install_beyondTheAllowance_isRefused() {
    offer(new Audience.Everybody());
    registry.allowance = new Allowance(registry.allowance.limits(), 1, 1, 0, Long.MAX_VALUE);
    assertThat(refused(install(), ProblemCode.CONFLICT).detail()).contains("quota 'modules'");
    registry.allowance = new Allowance(registry.allowance.limits(), 1, 1, 1, 1);
    assertThat(refused(install(), ProblemCode.CONFLICT).detail()).contains("'stored-bytes'");
  }

  @Test
  void offer_withdrawn_whatIsInstalledGoesOn() {
    deployInstalled();

    offer(new Audience.Nobody());

    done(registry.modules.content(ACME, DIGEST));
    done(deploy(NAMED));
    refused(install(), ProblemCode.NOT_FOUND);
  }

  @Test
  void install_ofTheTenantsOwn_givesIt() {
    PublishedModule own = registry.publish("own", "1", MODULE);

    assertThat(done(install(new Wanted(ACME, "own", "1", Optional.empty())))).isEqualTo(own);
    refused(install(new Wanted(ACME, "own", "2", Optional.empty())), ProblemCode.NOT_FOUND);
    assertThat(registry.recorded(ACME)).noneMatch(line -> line.startsWith("module.install"));
  }

  @Test
  void publisher_deleted_whatIsInstalledGoesOn_andANamesakeChangesNothing() {
    deployInstalled();

    registry.forgetTenant.forgetSome(OTHER);
    registry.changes.catchUp();
    assertThat(done(registry.modules.content(ACME, DIGEST))).isEqualTo(MODULE);
    done(deploy(NAMED));

    register(TestRegistry.newKey());
    OctetKeyPair namesake = TestRegistry.newKey();
    register(namesake);
    byte[] another = GuestModules.handler(2);
    done(
        registry.publishModule.publish(
            OTHER, ACTOR, another, registry.sign(namesake, "mask", "1", another)));
    done(registry.exchange.offer(OTHER, ACTOR, ModuleDigest.of(another), new Audience.Everybody()));

    assertThat(refused(install(), ProblemCode.CONFLICT).detail())
        .contains("installed already as " + DIGEST);
    assertThat(done(deploy(NAMED)).version().module()).isEqualTo(DIGEST);
  }

  @Test
  void publisher_revokesItsKey_theInstallersPolicyDecides() {
    DeployedVersion deployed = deployInstalled();
    done(
        registry.policies.change(
            ACME, ACTOR, Optional.empty(), Optional.empty(), Optional.of(OnRevoke.DRAIN)));

    done(registry.keys.revoke(OTHER, ACTOR, kid(theirs)));
    registry.changes.catchUp();

    assertThat(registry.drained.has(deployed.version())).isTrue();
    refused(deploy(NAMED), ProblemCode.MODULE_UNTRUSTED);
    refused(install(), ProblemCode.MODULE_UNTRUSTED);

    OctetKeyPair second = TestRegistry.newKey();
    register(second);
    done(
        registry.publishModule.publish(
            OTHER, ACTOR, MODULE, registry.sign(second, "mask", "1", MODULE)));
    done(install());
    registry.changes.catchUp();
    assertThat(registry.drained.has(deployed.version())).isFalse();
  }

  /** With its publisher no revocation goes. */
  @Test
  void publisher_revokesItsKeyAndIsDeleted_itStaysRevoked() {
    DeployedVersion deployed = deployInstalled();
    done(registry.keys.revoke(OTHER, ACTOR, kid(theirs)));
    registry.forgetTenant.forgetSome(OTHER);

    done(
        registry.policies.change(
            ACME, ACTOR, Optional.empty(), Optional.empty(), Optional.of(OnRevoke.DRAIN)));
    registry.changes.catchUp();

    assertThat(registry.drained.has(deployed.version())).isTrue();
  }

  @Test
  void bytes_areHeldByWhoHasTheModule_andGoWithTheLast() {
    deployInstalled();
    done(registry.modules.delete(OTHER, ACTOR, DIGEST));
    assertThat(registry.blobs.holds(DIGEST)).isTrue();

    done(registry.functions.delete(ACME, ACTOR, TestRegistry.MASK));
    done(registry.modules.delete(ACME, ACTOR, DIGEST));
    assertThat(registry.blobs.holds(DIGEST)).isFalse();
  }

  @Test
  void search_tooLongAText_isRefused() {
    refused(
        registry.exchange.search(
            ACME, "%".repeat(ModuleExchange.TEXT_CHARS_MAX + 1), 10, Optional.empty()),
        ProblemCode.INVALID_REQUEST);
    refused(registry.exchange.search(ACME, "", 10, Optional.of("x")), ProblemCode.INVALID_REQUEST);
  }

  private DeployedVersion deployInstalled() {
    offer(new Audience.Everybody());
    done(install());
    return done(deploy(NAMED));
  }

  private void register(OctetKeyPair key) {
    done(registry.keys.register(OTHER, ACTOR, key.toPublicJWK().toJSONString()));
  }

  private void publish(String name, String version, byte[] module) {
    done(
        registry.publishModule.publish(
            OTHER, ACTOR, module, registry.sign(theirs, name, version, module)));
  }

  private void offer(Audience audience) {
    done(registry.exchange.offer(OTHER, ACTOR, DIGEST, audience));
  }

  private Answer<PublishedModule> install() {
    return install(new Wanted(OTHER, "mask", "1", Optional.empty()));
  }

  private Answer<PublishedModule> install(Wanted wanted) {
    return registry.exchange.install(ACME, ACTOR, wanted);
  }

  private Answer<DeployedVersion> deploy(String module) {
    return registry.deploy("mask", manifest("mask", module));
  }

  private static String kid(OctetKeyPair key) {
    try {
      return Objects.requireNonNull(key.computeThumbprint()).toString();
    } catch (JOSEException e) {
      throw new IllegalStateException(e);
    }
  }
}
