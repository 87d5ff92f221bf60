package dev.leat.registry.module;

import static dev.leat.registry.TestRegistry.ACME;
import static dev.leat.registry.TestRegistry.ACTOR;
import static dev.leat.registry.TestRegistry.OTHER;
import static dev.leat.registry.TestRegistry.done;
import static dev.leat.registry.TestRegistry.refused;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.nimbusds.jose.jwk.OctetKeyPair;
import dev.leat.contract.Allowance;
import dev.leat.contract.Answer;
import dev.leat.contract.Finding;
import dev.leat.contract.ModuleDigest;
import dev.leat.contract.Problem;
import dev.leat.contract.ProblemCode;
import dev.leat.contract.StoredModule;
import dev.leat.contract.TenantId;
import dev.leat.engine.Inspection;
import dev.leat.registry.GuestModules;
import dev.leat.registry.TestRegistry;
import dev.leat.registry.key.Signatures;
import dev.leat.registry.key.Statement;
import dev.leat.store.StoreFailure;
import dev.leat.testkit.WasmBuilder;
import dev.leat.testkit.WasmCode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class PublishModuleTest {
  private final byte[] module = GuestModules.handler(1);
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
  void publish_signedModule_isKeptAndRecorded() {
    PublishedModule published = registry.publish("mask", "1.0.0", module);

    assertThat(published)
        .isEqualTo(
            new PublishedModule(
                ACME,
                "mask",
                "1.0.0",
                ModuleDigest.of(module),
                module.length,
                registry.keys.list(ACME).getFirst().kid(),
                registry.clock.instant()));
    assertThat(done(registry.modules.content(ACME, published.digest()))).isEqualTo(module);
    assertThat(registry.recorded(ACME).getFirst()).isEqualTo("module.publish acme/mask@1.0.0");
  }

  @Test
  void publish_again_givesTheSameAndRecordsNothing() {
    PublishedModule first = registry.publish("mask", "1.0.0", module);
    int recorded = registry.recorded(ACME).size();
    registry.clock.advance(Duration.ofHours(1));

    assertThat(registry.publish("mask", "1.0.0", module)).isEqualTo(first);
    assertThat(registry.recorded(ACME)).hasSize(recorded);
    assertThat(registry.collected).isEmpty();
  }

  @Test
  void publish_refusedButPublishedUnderAnotherName_leavesWhatIsKept() {
    byte[] other = GuestModules.handler(2);
    registry.publish("mask", "1.0.0", module);
    registry.publish("mask", "2.0.0", other);

    refused(
        publish(other, registry.sign(registry.key, "mask", "1.0.0", other)), ProblemCode.CONFLICT);

    assertThat(registry.collected).isEmpty();
    assertThat(registry.blobs.load(ModuleDigest.of(other))).hasValue(other);
  }

  @Test
  void publish_otherBytesUnderTheVersion_isAConflict() {
    registry.publish("mask", "1.0.0", module);
    byte[] other = GuestModules.handler(2);

    Problem problem =
        refused(
            publish(other, registry.sign(registry.key, "mask", "1.0.0", other)),
            ProblemCode.CONFLICT);

    assertThat(problem.detail()).contains("acme/mask@1.0.0", ModuleDigest.of(module).toString());
    assertThat(registry.blobs.load(ModuleDigest.of(other))).isEmpty();
    assertThat(registry.collected).as("what was compiled").containsExactly(ModuleDigest.of(other));
  }

  @Test
  void publish_noWasm_isRefused() {
    assertInvalid("#!/bin/sh\n".getBytes(StandardCharsets.UTF_8));
  }

  @Test
  void publish_empty_isRefused() {
    refused(publish(new byte[0], signed(module)), ProblemCode.INVALID_SIGNATURE);
  }

  @Test
  void publish_truncated_isRefused() {
    for (int length = 1; length < module.length; length++) {
      byte[] part = Arrays.copyOf(module, length);
      if (registry.engine.inspect(new TenantId("acme"), part) instanceof Inspection.Refused) {
        assertInvalid(part);
      }
    }
    assertInvalid(Arrays.copyOf(module, module.length - 1));
  }

  @Test
  void publish_invalidTypes_isRefused() {
    assertInvalid(
        new WasmBuilder()
            .memory(1)
            .export("handle", "(i32,i32)->i64", new WasmCode().i32Const(1))
            .build());
  }

  @Test
  void publish_importsOfNobody_areEachTold() {
    byte[] greedy =
        new WasmBuilder()
            .importFunction("env", "system", "(i32)->i32")
            .importFunction("leat", "log", "(i32)->")
            .importFunction("leat", "log", "(i32,i32,i32)->")
            .importFunction("wasi_snapshot_preview1", "fd_write", "(i32,i32,i32,i32)->i32")
            .importFunction("wasi_snapshot_preview1", "exec", "()->")
            .memory(1)
            .build();

    assertThat(assertInvalid(greedy).findings())
        .extracting(Finding::at)
        .containsExactly(
            "import env.system", "import leat.log", "import wasi_snapshot_preview1.exec");
    assertThat(registry.collected).as("what was compiled").containsExactly(ModuleDigest.of(greedy));
  }

  @Test
  void publish_tooLarge_isRefusedUnread() {
    Answer<PublishedModule> answer =
        publish(new byte[TestRegistry.MODULE_BYTES_MAX + 1], "no signature");

    assertThat(refused(answer, ProblemCode.BODY_TOO_LARGE).detail()).contains("10001", "10000");
  }

  @Test
  void publish_largestAllowed_isTaken() {
    byte[] padded =
        new WasmBuilder()
            .memory(1)
            .custom("padding", new byte[TestRegistry.MODULE_BYTES_MAX - 40])
            .build();
    byte[] largest =
        new WasmBuilder()
            .memory(1)
            .custom("padding", new byte[2 * TestRegistry.MODULE_BYTES_MAX - 40 - padded.length])
            .build();
    assertThat(largest).hasSize(TestRegistry.MODULE_BYTES_MAX);

    registry.publish("large", "1", largest);
  }

  @Test
  void publish_otherModuleThanSigned_isRefused() {
    Problem problem =
        refused(publish(GuestModules.handler(2), signed(module)), ProblemCode.INVALID_SIGNATURE);

    assertThat(problem.detail())
        .contains(
            ModuleDigest.of(module).toString(),
            ModuleDigest.of(GuestModules.handler(2)).toString());
  }

  @Test
  void publish_otherSizeThanSigned_isRefused() {
    String signature =
        Signatures.sign(
            registry.key,
            new Statement("mask", "1", ModuleDigest.of(module), 7, registry.clock.instant()));

    assertThat(refused(publish(module, signature), ProblemCode.INVALID_SIGNATURE).detail())
        .contains("7 bytes");
  }

  @Test
  void publish_unsigned_isRefused() {
    assertThat(refused(publish(module, ""), ProblemCode.INVALID_SIGNATURE).detail())
        .contains("no signature");
  }

  @Test
  void publish_unknownKey_isRefused() {
    String signature = registry.sign(TestRegistry.newKey(), "mask", "1", module);

    assertThat(refused(publish(module, signature), ProblemCode.INVALID_SIGNATURE).detail())
        .contains("has not registered");
  }

  @Test
  void publish_anotherTenantsKey_isRefused() {
    OctetKeyPair others = TestRegistry.newKey();
    done(registry.keys.register(OTHER, ACTOR, others.toPublicJWK().toJSONString()));

    assertThat(
            refused(
                    publish(module, registry.sign(others, "mask", "1", module)),
                    ProblemCode.INVALID_SIGNATURE)
                .detail())
        .contains("has not registered");
  }

  @Test
  void publish_revokedKey_isRefusedAndEarlierModulesStay() {
    PublishedModule earlier = registry.publish("mask", "1", module);
    done(registry.keys.revoke(ACME, ACTOR, earlier.keyId()));

    byte[] later = GuestModules.handler(2);
    refused(
        publish(later, registry.sign(registry.key, "mask", "2", later)),
        ProblemCode.INVALID_SIGNATURE);

    assertThat(done(registry.modules.show(ACME, earlier.digest()))).isEqualTo(earlier);
  }

  @Test
  void publish_again_mendsBytesThatWereLostOrAltered() throws IOException {
    PublishedModule published = registry.publish("mask", "1", module);
    registry.blobs.delete(published.digest());

    assertThat(done(publish(module, signed(module)))).isEqualTo(published);
    assertThat(done(registry.modules.content(ACME, published.digest()))).isEqualTo(module);

    Files.writeString(registry.blobFile(published.digest()), "something else");

    assertThat(done(publish(module, signed(module)))).isEqualTo(published);
    assertThat(done(registry.modules.content(ACME, published.digest()))).isEqualTo(module);
    assertThat(registry.recorded(ACME)).containsOnlyOnce("module.publish acme/mask@1");
  }

  @Test
  void publish_blobStoreBroken_keepsNothing() {
    PublishModule failing =
        new PublishModule(
            registry.moduleStore,
            new FullDisk(),
            registry.collector,
            registry.keyStore,
            registry.policyStore,
            registry.engine,
            tenant -> Allowance.PLATFORM,
            registry.clock,
            TestRegistry.MODULE_BYTES_MAX);

    assertThatThrownBy(() -> failing.publish(ACME, ACTOR, module, signed(module)))
        .isInstanceOf(StoreFailure.class);

    refused(registry.modules.show(ACME, ModuleDigest.of(module)), ProblemCode.NOT_FOUND);
    assertThat(registry.recorded(ACME)).noneMatch(line -> line.startsWith("module.publish"));
  }

  private Problem assertInvalid(byte[] invalid) {
    Problem problem =
        refused(
            publish(invalid, registry.sign(registry.key, "bad", "1", invalid)),
            ProblemCode.INVALID_MODULE);
    assertThat(problem.findings()).isNotEmpty();
    assertThat(registry.blobs.load(ModuleDigest.of(invalid))).isEmpty();
    return problem;
  }

  private Answer<PublishedModule> publish(byte[] bytes, String signature) {
    return registry.publishModule.publish(ACME, ACTOR, bytes, signature);
  }

  private String signed(byte[] bytes) {
    return registry.sign(registry.key, "mask", "1", bytes);
  }

  /** A blob store that takes nothing. */
  private static final class FullDisk implements BlobStore {
    @Override
    public void put(ModuleDigest digest, byte[] bytes) {
      throw new StoreFailure("Storing " + digest, true, new IOException("disk full"));
    }

    @Override
    public Optional<byte[]> load(ModuleDigest digest) {
      return Optional.empty();
    }

    @Override
    public void delete(ModuleDigest digest) {}

    @Override
    public List<StoredModule> stored(Optional<ModuleDigest> after, int most) {
      return List.of();
    }
  }

  @Test
  void publish_moreThanTheAllowance_isRefusedWithBothNumbers_andLeavesNothing() {
    byte[] first = GuestModules.handler(1);
    byte[] second = GuestModules.handler(2);
    registry.publish("mask", "1", first);
    registry.allowance = new Allowance(Allowance.PLATFORM.limits(), 1, 1, 1, Long.MAX_VALUE);
    assertThat(refused(tryPublish("mask", "2", second), ProblemCode.CONFLICT).detail())
        .isEqualTo(
            "Tenant 'acme' has 1 modules and may have 1. Delete one, or have its quota 'modules'"
                + " raised.");
    registry.allowance = new Allowance(Allowance.PLATFORM.limits(), 1, 1, 9, first.length);
    assertThat(refused(tryPublish("mask", "2", second), ProblemCode.CONFLICT).detail())
        .isEqualTo(
            "The module has %d bytes; tenant 'acme' has stored %d and may store %d. Delete a module, or have its quota 'stored-bytes' raised."
                .formatted(second.length, first.length, first.length));

    assertThat(registry.blobFile(ModuleDigest.of(second))).doesNotExist();
    assertThat(registry.collected).contains(ModuleDigest.of(second));
  }

  private Answer<PublishedModule> tryPublish(String name, String version, byte[] module) {
    return registry.publishModule.publish(
        ACME, ACTOR, module, registry.sign(registry.key, name, version, module));
  }
}
