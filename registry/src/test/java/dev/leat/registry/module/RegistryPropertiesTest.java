package dev.leat.registry.module;

import static dev.leat.registry.TestRegistry.ACME;
import static dev.leat.registry.TestRegistry.ACTOR;
import static dev.leat.registry.TestRegistry.done;
import static org.assertj.core.api.Assertions.assertThat;

import dev.leat.contract.Answer;
import dev.leat.contract.ModuleDigest;
import dev.leat.contract.ProblemCode;
import dev.leat.registry.GuestModules;
import dev.leat.registry.TestRegistry;
import dev.leat.testkit.Seed;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The properties of publishing, with random input, by their numbers in the requirements. */
final class RegistryPropertiesTest {
  private static final int ROUNDS = 200;
  private static final List<ProblemCode> REFUSALS =
      List.of(
          ProblemCode.INVALID_MODULE, ProblemCode.INVALID_SIGNATURE, ProblemCode.BODY_TOO_LARGE);

  private final Seed seed = Seed.orElse(19);
  private final Random random = seed.random();
  private TestRegistry registry;

  @BeforeEach
  void open(@TempDir Path directory) {
    registry = new TestRegistry(directory);
  }

  @AfterEach
  void close() {
    registry.close();
  }

  /** Property 19 (module format): what is no module is refused, though it is well signed. */
  @Test
  void property19_bytesThatAreNoModule_areRefusedAndNotKept() {
    for (int round = 0; round < ROUNDS; round++) {
      byte[] bytes = new byte[1 + random.nextInt(300)];
      random.nextBytes(bytes);
      if (random.nextBoolean() && bytes.length > 8) {
        System.arraycopy(GuestModules.handler(1), 0, bytes, 0, 8); // begins as one
        bytes[8] = (byte) (14 + random.nextInt(100)); // with a section that there is not
      }

      assertRefused(publish(bytes, registry.sign(registry.key, "noise", "1." + round, bytes)));
      assertNotKept(bytes);
    }
    assertThat(registry.moduleStore.count(ACME)).as(seed.toString()).isZero();
  }

  /**
   * Properties 20 (the hash is that of the bytes), 21 (what is stored is what was sent) and 22
   * (what is known of it is what was said).
   */
  @Test
  void property20to22_whatIsPublished_isFoundByItsDigestAsItWasSent() {
    for (int round = 0; round < 20; round++) {
      byte[] module = GuestModules.handler(random.nextInt(1_000_000));
      String version = "1." + round + "-" + Integer.toHexString(random.nextInt());

      PublishedModule published =
          done(publish(module, registry.sign(registry.key, "mask", version, module)));

      assertThat(published.digest()).as(seed.toString()).isEqualTo(ModuleDigest.of(module));
      assertThat(done(registry.modules.content(ACME, published.digest()))).isEqualTo(module);
      assertThat(registry.moduleStore.find(ACME, "mask", version)).contains(published);
      assertThat(published.size()).isEqualTo(module.length);
      assertThat(published.publishedAt()).isEqualTo(registry.clock.instant());
      assertThat(done(registry.modules.list(ACME, "mask", 1, Optional.empty())).items())
          .containsExactly(published);
    }
  }

  /** Property 23 (signatures): each bit of the module, the statement and the signature counts. */
  @Test
  void property23_oneBitChanged_isRefusedAndNotKept() {
    byte[] module = GuestModules.handler(1);
    String signature = registry.sign(registry.key, "mask", "1", module);
    String[] parts = signature.split("\\.", -1);
    for (int round = 0; round < ROUNDS; round++) {
      int part = random.nextInt(4);
      byte[] sent = module;
      String signed = signature;
      if (part == 3) {
        sent = flipped(module);
      } else {
        String[] changed = Arrays.copyOf(parts, parts.length);
        changed[part] =
            Base64.getUrlEncoder()
                .withoutPadding()
                .encodeToString(flipped(Base64.getUrlDecoder().decode(parts[part])));
        signed = String.join(".", changed);
      }

      assertRefused(publish(sent, signed));
      assertNotKept(sent);
    }
    assertThat(registry.moduleStore.count(ACME)).isZero();
    assertThat(done(publish(module, signature)).name()).isEqualTo("mask");
  }

  private byte[] flipped(byte[] bytes) {
    byte[] changed = bytes.clone();
    changed[random.nextInt(changed.length)] ^= (byte) (1 << random.nextInt(8));
    return changed;
  }

  private Answer<PublishedModule> publish(byte[] module, String signature) {
    return registry.publishModule.publish(ACME, ACTOR, module, signature);
  }

  private void assertRefused(Answer<PublishedModule> answer) {
    assertThat(answer)
        .as(seed.toString())
        .isInstanceOfSatisfying(
            Answer.Refused.class,
            refused -> assertThat(REFUSALS).contains(refused.problem().code()));
  }

  private void assertNotKept(byte[] bytes) {
    assertThat(registry.blobs.holds(ModuleDigest.of(bytes))).as(seed.toString()).isFalse();
  }
}
