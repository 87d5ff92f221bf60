package dev.leat.engine.chicory;

import static org.assertj.core.api.Assertions.assertThat;

import dev.leat.engine.GuestInstance;
import dev.leat.engine.LoadedModule;
import dev.leat.testkit.AnotherJvm;
import dev.leat.testkit.Seed;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The same module and input come to the same end, for the same fuel, in every JVM. */
@Timeout(180)
final class AnotherJvmTest {
  private static final int GUESTS = 20;

  @Test
  void guests_inAJvmThatNeverCompiles_endAlikeForTheSameFuel() throws Exception {
    Seed seed = Seed.orElse(815);

    List<String> elsewhere = elsewhere(seed, "-Xint", "-XX:+UseSerialGC");

    List<String> here = endings(seed.random());
    assertThat(here).hasSize(GUESTS * RandomGuest.RUNS * 2);
    assertThat(elsewhere).as(seed.toString()).isEqualTo(here);
  }

  /** How each call of each guest ends on a new instance and on one that was put back. */
  private static List<String> endings(Random random) {
    List<String> endings = new ArrayList<>();
    for (int i = 0; i < GUESTS; i++) {
      LoadedModule module = Guests.load(RandomGuest.module(random));
      for (int run = 0; run < RandomGuest.RUNS; run++) {
        GuestInstance guest = RandomGuest.prepared(module);
        endings.add(RandomGuest.observed(guest, "run" + run).toString());
        guest.reset();
        endings.add(RandomGuest.observed(guest, "run" + run).toString());
      }
    }
    return endings;
  }

  private static List<String> elsewhere(Seed seed, String... flags)
      throws IOException, InterruptedException {
    Process process =
        AnotherJvm.of(List.of(flags), Elsewhere.class, Long.toString(seed.value()))
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    try (BufferedReader out = process.inputReader(StandardCharsets.UTF_8)) {
      List<String> lines = out.lines().toList();
      assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
      assertThat(process.exitValue()).isZero();
      return lines;
    } finally {
      process.destroyForcibly();
    }
  }

  /** The other JVM. */
  static final class Elsewhere {
    private Elsewhere() {}

    public static void main(String[] arguments) {
      endings(new Random(Long.parseLong(arguments[0]))).forEach(System.out::println);
    }
  }
}
