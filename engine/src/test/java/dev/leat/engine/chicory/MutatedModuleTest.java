package dev.leat.engine.chicory;

import static org.assertj.core.api.Assertions.assertThat;

import dev.leat.contract.ModuleDigest;
import dev.leat.engine.GuestInstance;
import dev.leat.engine.GuestStopped;
import dev.leat.engine.HostFunction;
import dev.leat.engine.Inspection;
import dev.leat.engine.LoadedModule;
import dev.leat.engine.ModuleLimits;
import dev.leat.engine.ModuleRefused;
import dev.leat.engine.ModuleShape;
import dev.leat.testkit.Seed;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Modules that nobody's compiler wrote: samples with a few bytes changed. */
@Timeout(180)
final class MutatedModuleTest {
  private static final int MUTANTS = 1_000;

  private final ChicoryEngine engine = new ChicoryEngine(ModuleLimits.DEFAULT);

  @Test
  void mutants_areRefusedOrRunWithinTheirBudget() {
    Seed seed = Seed.orElse(20260101);
    Random random = seed.random();
    List<byte[]> samples =
        Guests.samples().stream().filter(sample -> sample.length < 20_000).toList();
    int ran = 0;

    for (int i = 0; i < MUTANTS; i++) {
      byte[] mutant = mutated(samples.get(random.nextInt(samples.size())), random);
      try {
        ran += survives(mutant) ? 1 : 0;
      } catch (RuntimeException | Error e) {
        throw new AssertionError("mutant " + i + ", " + seed, e);
      }
    }

    assertThat(ran).as(seed.toString()).isGreaterThan(MUTANTS / 50);
  }

  /** Whether the module came as far as being called. */
  private boolean survives(byte[] mutant) {
    if (!(engine.inspect(Guests.TENANT, mutant) instanceof Inspection.Accepted accepted)) {
      return false;
    }
    List<HostFunction> hosts =
        accepted.shape().imports().stream()
            .map(wanted ->
                new HostFunction(
                    wanted.module(), wanted.name(), wanted.signature(), (guest, a) -> a.length))
            .toList();
    try {
      LoadedModule loaded = engine.load(Guests.TENANT, ModuleDigest.of(mutant), mutant);
      GuestInstance guest = loaded.instantiate(hosts, 64, small());
      guest.snapshot();
      for (ModuleShape.Exported export : accepted.shape().exports()) {
        callWithZeros(guest, export);
        guest.reset();
      }
      return true;
    } catch (ModuleRefused | GuestStopped expected) {
      return false;
    }
  }

  private static void callWithZeros(GuestInstance guest, ModuleShape.Exported export) {
    String parameters = export.signature().substring(1, export.signature().indexOf(')'));
    int count = parameters.isEmpty() ? 0 : parameters.split(",", -1).length;
    guest.begin(small());
    try {
      guest.call(guest.function(export.name()), new long[count]);
    } catch (GuestStopped expected) {
      assertThat(guest.fuelUsed()).isLessThanOrEqualTo(200_000);
    }
  }

  private static dev.leat.engine.GuestBudget small() {
    return Guests.fuel(200_000);
  }

  /** One to four changes: a bit flipped, a byte set, inserted or deleted, a stretch copied. */
  private static byte[] mutated(byte[] original, Random random) {
    byte[] bytes = original.clone();
    for (int change = random.nextInt(4); change >= 0; change--) {
      int at = random.nextInt(bytes.length);
      switch (random.nextInt(5)) {
        case 0 -> bytes[at] ^= (byte) (1 << random.nextInt(8));
        case 1 -> bytes[at] = (byte) random.nextInt(256);
        case 2 -> bytes = spliced(bytes, at, new byte[] {(byte) random.nextInt(256)}, 0);
        case 3 -> bytes = spliced(bytes, at, new byte[0], 1);
        default -> {
          int length = Math.min(random.nextInt(8), bytes.length - at);
          int to = random.nextInt(bytes.length - length + 1);
          System.arraycopy(original, Math.min(at, original.length - length), bytes, to, length);
        }
      }
    }
    return bytes;
  }

  private static byte[] spliced(byte[] bytes, int at, byte[] inserted, int removed) {
    byte[] result = Arrays.copyOf(bytes, bytes.length + inserted.length - removed);
    System.arraycopy(inserted, 0, result, at, inserted.length);
    System.arraycopy(
        bytes, at + removed, result, at + inserted.length, bytes.length - at - removed);
    return result;
  }
}
