package dev.leat.registry.trust;

import static dev.leat.registry.TestRegistry.ACME;
import static dev.leat.registry.TestRegistry.ACTOR;
import static dev.leat.registry.TestRegistry.OTHER;
import static dev.leat.registry.TestRegistry.done;
import static dev.leat.registry.TestRegistry.manifest;
import static dev.leat.registry.TestRegistry.refused;
import static org.assertj.core.api.Assertions.assertThat;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.jwk.OctetKeyPair;
import dev.leat.contract.Answer;
import dev.leat.contract.FunctionVersion;
import dev.leat.contract.ModuleDigest;
import dev.leat.contract.ProblemCode;
import dev.leat.contract.TenantId;
import dev.leat.registry.GuestModules;
import dev.leat.registry.TestRegistry;
import dev.leat.registry.function.DeployedVersion;
import dev.leat.registry.key.KeyValidity;
import dev.leat.registry.module.PublishedModule;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a policy does to publications, deployments and calls. */
final class TrustTest {
  private static final byte[] MODULE = GuestModules.handler(1);
  private static final byte[] ANOTHER = GuestModules.handler(2);

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
  void requireSignature_isTheDefault_andOffLetsUnsignedModulesIn() {
    refused(unsigned("mask"), ProblemCode.INVALID_SIGNATURE);

    policy(Optional.of(false), Optional.empty(), OnRevoke.KEEP);

    assertThat(done(unsigned("mask")).keyId()).isEmpty();
    done(deploy(MODULE));
    refused(unsigned("Mask"), ProblemCode.INVALID_REQUEST);
  }

  @Test
  void requireSignature_onAgain_newDeploymentsAreRefused_whatIsThereStays() {
    policy(Optional.of(false), Optional.empty(), OnRevoke.KEEP);
    done(unsigned("mask"));
    DeployedVersion deployed = done(deploy(MODULE));

    policy(Optional.of(true), Optional.empty(), OnRevoke.DRAIN);

    assertThat(refused(deploy(MODULE), ProblemCode.MODULE_UNTRUSTED).detail())
        .contains("requires a signature");
    assertThat(registry.drained.has(deployed.version())).isFalse();
    registry.publish("mask", "signed", MODULE);
    done(deploy(MODULE));
  }

  @Test
  void trustedPublishers_onlyTheirKeysSign() {
    OctetKeyPair theirs = register(OTHER);
    String byThem = registry.sign(theirs, "mask", "1", MODULE);
    refused(publish(MODULE, byThem), ProblemCode.INVALID_SIGNATURE);

    policy(Optional.empty(), Optional.of(Set.of(OTHER)), OnRevoke.KEEP);

    done(publish(MODULE, byThem));
    done(deploy(MODULE));
    String byUs = registry.sign(registry.key, "mask", "2", ANOTHER);
    assertThat(refused(publish(ANOTHER, byUs), ProblemCode.INVALID_SIGNATURE).detail())
        .contains("trusts keys that other registered");
  }

  @Test
  void trustedPublishers_whatOthersSignedBefore_isDeployedNoMore() {
    registry.publish("mask", "1", MODULE);
    done(deploy(MODULE));

    policy(Optional.empty(), Optional.of(Set.of(OTHER)), OnRevoke.KEEP);

    assertThat(refused(deploy(MODULE), ProblemCode.MODULE_UNTRUSTED).detail())
        .contains("signed by acme", "trusts other");
  }

  @Test
  void onRevoke_keep_whatIsPublishedIsDeployedAndCalled_butNothingIsPublished() {
    DeployedVersion deployed = revokedWith(OnRevoke.KEEP);

    assertThat(registry.drained.has(deployed.version())).isFalse();
    done(deploy(MODULE));
    refusedToPublish();
  }

  @Test
  void onRevoke_stopNew_nothingIsDeployed_whatRunsRunsOn() {
    DeployedVersion deployed = revokedWith(OnRevoke.STOP_NEW);

    assertThat(registry.drained.has(deployed.version())).isFalse();
    assertThat(refused(deploy(MODULE), ProblemCode.MODULE_UNTRUSTED).detail())
        .contains("was revoked", "on-revoke=stop-new");
    refusedToPublish();
  }

  @Test
  void onRevoke_drain_norIsItCalled_untilAnotherKeySigns() {
    DeployedVersion deployed = revokedWith(OnRevoke.DRAIN);
    assertThat(registry.drained.has(deployed.version())).isTrue();
    refused(deploy(MODULE), ProblemCode.MODULE_UNTRUSTED);
    refusedToPublish();

    OctetKeyPair second = register(ACME);
    done(publish(MODULE, registry.sign(second, "mask", "1", MODULE)));
    registry.changes.catchUp();

    assertThat(registry.drained.has(deployed.version())).isFalse();
    done(deploy(MODULE));
    assertThat(registry.recorded(ACME)).contains("policy.set acme");
  }

  @Test
  void onRevoke_drain_whatTwoKeysSigned_staysWhileOneIsGood() {
    DeployedVersion deployed = published();
    OctetKeyPair second = register(ACME);
    done(publish(MODULE, registry.sign(second, "mask", "1", MODULE)));
    policy(Optional.empty(), Optional.empty(), OnRevoke.DRAIN);

    revoke(ACME, registry.key);
    assertThat(registry.drained.has(deployed.version())).isFalse();
    revoke(ACME, second);
    assertThat(registry.drained.has(deployed.version())).isTrue();
  }

  @Test
  void onRevoke_drain_aNodeThatStartsLater_knowsIt() {
    FunctionVersion version = revokedWith(OnRevoke.DRAIN).version();

    DrainedModules late = new DrainedModules(registry.policyStore);
    late.load();

    assertThat(late.has(version)).isTrue();
  }

  /** The key is good when it is looked at, and revoked when the module is kept. */
  @Test
  void aKeyRevokedBetweenCheckAndCommit_publishesNothing() {
    String signature = registry.sign(registry.key, "mask", "1", MODULE);
    registry.beforeKeeping = () -> registry.keys.revoke(ACME, ACTOR, kid(registry.key));

    assertThat(refused(publish(MODULE, signature), ProblemCode.INVALID_SIGNATURE).detail())
        .contains("was revoked");

    refused(registry.modules.show(ACME, ModuleDigest.of(MODULE)), ProblemCode.NOT_FOUND);
    assertThat(registry.blobs.holds(ModuleDigest.of(MODULE))).isFalse();
  }

  @Test
  void aKeyRevokedWhileAVersionIsTried_deploysNothing() {
    registry.publish("mask", "1", MODULE);
    policy(Optional.empty(), Optional.empty(), OnRevoke.STOP_NEW);
    registry.trial.meanwhile(() -> registry.keys.revoke(ACME, ACTOR, kid(registry.key)));

    refused(deploy(MODULE), ProblemCode.MODULE_UNTRUSTED);

    assertThat(registry.functionStore.newest(ACME, TestRegistry.MASK)).isEmpty();
  }

  @Test
  void validity_aKeySignsFromThenOnUntilThen() {
    KeyValidity validity =
        new KeyValidity(
            Optional.of(registry.clock.instant().plusSeconds(60)),
            Optional.of(registry.clock.instant().plusSeconds(120)));
    done(registry.keys.limit(ACME, ACTOR, kid(registry.key), validity));

    refusedToPublish();
    registry.clock.advance(Duration.ofSeconds(60));
    registry.publish("mask", "1", MODULE);
    registry.clock.advance(Duration.ofSeconds(60));
    refusedToPublish();
  }

  /** With the old key's end later than the new one's beginning both sign for a while. */
  @Test
  void rotation_bothKeysSignForAWhile_andWhatTheOldOneSignedStaysGood() {
    policy(Optional.empty(), Optional.empty(), OnRevoke.DRAIN);
    DeployedVersion deployed = published();
    OctetKeyPair second = register(ACME);
    done(
        registry.keys.limit(
            ACME,
            ACTOR,
            kid(registry.key),
            new KeyValidity(
                Optional.empty(), Optional.of(registry.clock.instant().plusSeconds(60)))));

    registry.publish("both", "old", GuestModules.handler(3));
    done(
        publish(
            GuestModules.handler(4),
            registry.sign(second, "both", "new", GuestModules.handler(4))));
    registry.clock.advance(Duration.ofSeconds(60));
    refusedToPublish();
    done(publish(ANOTHER, registry.sign(second, "after", "1", ANOTHER)));

    assertThat(registry.drained.has(deployed.version())).isFalse();
    done(deploy(MODULE));
  }

  @Test
  void forgotten_aTenantsDrainedModulesAreForgottenToo() {
    DeployedVersion deployed = revokedWith(OnRevoke.DRAIN);

    registry.forgetTenant.forgetSome(ACME);
    registry.changes.catchUp();

    assertThat(registry.drained.has(deployed.version())).isFalse();
    assertThat(registry.policyStore.find(ACME)).isEqualTo(TrustPolicy.DEFAULT);
  }

  /** Deployed, and then its only key revoked. */
  private DeployedVersion revokedWith(OnRevoke onRevoke) {
    policy(Optional.empty(), Optional.empty(), onRevoke);
    DeployedVersion deployed = published();
    revoke(ACME, registry.key);
    return deployed;
  }

  private DeployedVersion published() {
    registry.publish("mask", "1", MODULE);
    return done(deploy(MODULE));
  }

  private void refusedToPublish() {
    refused(
        publish(ANOTHER, registry.sign(registry.key, "another", "1", ANOTHER)),
        ProblemCode.INVALID_SIGNATURE);
  }

  private void policy(
      Optional<Boolean> signature, Optional<Set<TenantId>> trusted, OnRevoke onRevoke) {
    done(
        registry.policies.change(
            ACME, ACTOR, signature, trusted.map(Optional::of), Optional.of(onRevoke)));
    registry.changes.catchUp();
  }

  private void revoke(TenantId tenant, OctetKeyPair key) {
    done(registry.keys.revoke(tenant, ACTOR, kid(key)));
    registry.changes.catchUp();
  }

  private OctetKeyPair register(TenantId tenant) {
    OctetKeyPair pair = TestRegistry.newKey();
    done(registry.keys.register(tenant, ACTOR, pair.toPublicJWK().toJSONString()));
    return pair;
  }

  private static String kid(OctetKeyPair key) {
    try {
      return Objects.requireNonNull(key.computeThumbprint()).toString();
    } catch (JOSEException e) {
      throw new IllegalStateException(e);
    }
  }

  private Answer<PublishedModule> publish(byte[] module, String signature) {
    return registry.publishModule.publish(ACME, ACTOR, module, signature);
  }

  private Answer<PublishedModule> unsigned(String name) {
    return registry.publishModule.publishUnsigned(ACME, ACTOR, MODULE, name, "1");
  }

  private Answer<DeployedVersion> deploy(byte[] module) {
    return registry.deploy("mask", manifest("mask", ModuleDigest.of(module)));
  }
}
