package dev.leat.registry.module;

import static dev.leat.registry.TestRegistry.ACME;
import static dev.leat.registry.TestRegistry.ACTOR;
import static dev.leat.registry.TestRegistry.done;
import static org.assertj.core.api.Assertions.assertThat;

import dev.leat.contract.Answer;
import dev.leat.registry.GuestModules;
import dev.leat.registry.TestRegistry;
import dev.leat.testkit.Seed;
import java.nio.file.Path;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is published is WebAssembly, and what its publisher signed. */
final class PublishPropertyTest {
  private static final int TRIES = 300;
  private static final String BASE64 =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

  /** The magic number and the version (Wasm Core 2.0, 5.5.16). */
  private static final int HEAD_BYTES = 8;

  private TestRegistry registry;

  @BeforeEach
  void open(@TempDir Path directory) {
    registry = new TestRegistry(directory);
  }

  @AfterEach
  void close() {
    registry.close();
  }

  /** Property 19: whatever does not begin as a module, or is none, is refused, though signed. */
  @Test
  void property19_whatIsNoModule_isRefused() {
    Seed seed = Seed.orElse(19);
    Random random = seed.random();
    byte[] valid = GuestModules.handler(1);
    for (int i = 0; i < TRIES; i++) {
      byte[] bytes = random.nextBoolean() ? noise(random) : valid.clone();
      bytes[random.nextInt(HEAD_BYTES)] ^= (byte) (1 + random.nextInt(255));

      assertThat(publish(bytes, registry.sign(registry.key, "m", "1." + i, bytes)))
          .as("%s", seed)
          .isInstanceOf(Answer.Refused.class);
    }
    assertThat(registry.moduleStore.storedBytes()).as("%s", seed).isEmpty();
  }

  /** Property 23: a module or a signature of which a bit was changed is refused. */
  @Test
  void property23_whatWasNotSignedSo_isRefused() {
    Seed seed = Seed.orElse(23);
    Random random = seed.random();
    byte[] module = GuestModules.handler(1);
    String signature = registry.sign(registry.key, "m", "1.0.0", module);
    for (int i = 0; i < TRIES; i++) {
      byte[] changed = module.clone();
      changed[random.nextInt(changed.length)] ^= (byte) (1 << random.nextInt(8));

      assertThat(publish(changed, signature)).as("%s", seed).isInstanceOf(Answer.Refused.class);
      assertThat(publish(module, altered(signature, random)))
          .as("%s", seed)
          .isInstanceOf(Answer.Refused.class);
    }
    assertThat(registry.moduleStore.storedBytes()).as("%s", seed).isEmpty();
    done(publish(module, signature));
  }

  private Answer<PublishedModule> publish(byte[] module, String signature) {
    return registry.publishModule.publish(ACME, ACTOR, module, signature);
  }

  private static byte[] noise(Random random) {
    byte[] bytes = new byte[HEAD_BYTES + random.nextInt(200)];
    random.nextBytes(bytes);
    return bytes;
  }

  /** Another character; not the last of a part, of which some bits say nothing. */
  private static String altered(String signature, Random random) {
    while (true) {
      int at = random.nextInt(signature.length() - 1);
      char other = BASE64.charAt(random.nextInt(BASE64.length()));
      if (other != signature.charAt(at)
          && signature.charAt(at) != '.'
          && signature.charAt(at + 1) != '.') {
        return signature.substring(0, at) + other + signature.substring(at + 1);
      }
    }
  }
}
