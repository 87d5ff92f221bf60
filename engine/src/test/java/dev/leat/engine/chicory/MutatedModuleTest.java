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
import dev.leat.testkit.Mutants;
import dev.leat.testkit.Seed;
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
      byte[] mutant = Mutants.mutated(samples.get(random.nextInt(samples.size())), random);
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
}
