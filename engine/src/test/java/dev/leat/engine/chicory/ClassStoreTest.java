package dev.leat.engine.chicory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.leat.contract.Cancellation;
import dev.leat.contract.ModuleDigest;
import dev.leat.engine.ClassStore;
import dev.leat.engine.CompileBudget;
import dev.leat.engine.GuestBudget;
import dev.leat.engine.GuestHeap;
import dev.leat.engine.GuestInstance;
import dev.leat.engine.Inspection;
import dev.leat.engine.LoadedModule;
import dev.leat.engine.ModuleLimits;
import dev.leat.engine.ModuleTampered;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import javax.crypto.SecretKey;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.Test;

/** A module is compiled once; what is stored is used if and only if it is what was stored. */
class ClassStoreTest {
  private final MemoryStore store = new MemoryStore();
  private final List<ModuleTampered> alarms = new ArrayList<>();
  private final byte[] module = noop();
  private final ModuleDigest digest = ModuleDigest.of(module);

  @Test
  void load_afterInspectAndCompile_compilesNothing() {
    engine().inspectAndCompile(Guests.TENANT, module);

    LoadedModule loaded = engine().load(Guests.TENANT, digest, module);

    assertThat(store.saves).isEqualTo(1);
    assertThat(call(loaded)).isPositive();
  }

  @Test
  void load_fromTheStore_costsTheSameFuelAsFreshlyCompiled() {
    long compiled = call(engine().load(Guests.TENANT, digest, module));

    long stored = call(engine().load(Guests.TENANT, digest, module));

    assertThat(stored).isEqualTo(compiled);
    assertThat(store.saves).isEqualTo(1);
  }

  @Test
  void inspectAndCompile_again_compilesNothing() {
    assertThat(engine().inspectAndCompile(Guests.TENANT, module))
        .isInstanceOf(Inspection.Accepted.class);

    ChicoryEngine another = engine();

    assertThat(another.inspectAndCompile(Guests.TENANT, module))
        .isInstanceOf(Inspection.Accepted.class);
    assertThat(another.compiledModules()).isZero();
  }

  @Test
  void load_afterForget_compilesAnew() {
    ChicoryEngine engine = engine();
    engine.inspectAndCompile(Guests.TENANT, module);

    engine.forget(digest);
    LoadedModule loaded = engine.load(Guests.TENANT, digest, module);

    assertThat(engine.compiledModules()).isEqualTo(2);
    assertThat(call(loaded)).isPositive();
  }

  @Test
  void load_anyByteAltered_isRefused() {
    engine().inspectAndCompile(Guests.TENANT, module);
    byte[] sealed = store.only();

    for (int at = 0; at < sealed.length; at += 397) {
      byte[] altered = sealed.clone();
      altered[at] ^= 1;
      store.replaceOnly(altered);

      assertTampered(engine(), digest, module, ModuleTampered.Part.CLASSES);
    }
    assertThat(store.saves).isEqualTo(1);
    assertThat(alarms).allMatch(alarm -> alarm.module().equals(digest)).isNotEmpty();
  }

  @Test
  void load_cutOff_isRefused() {
    engine().inspectAndCompile(Guests.TENANT, module);
    byte[] sealed = store.only();

    for (int length : new int[] {0, 1, 31, 32, 33, sealed.length - 1}) {
      store.replaceOnly(Arrays.copyOf(sealed, length));
      assertTampered(engine(), digest, module, ModuleTampered.Part.CLASSES);
    }
  }

  @Test
  void load_sealedByAnotherKey_isRefused() {
    engine().inspectAndCompile(Guests.TENANT, module);
    store.key = new SecretKeySpec(new byte[] {2}, "HmacSHA256");

    assertTampered(engine(), digest, module, ModuleTampered.Part.CLASSES);
  }

  @Test
  void load_classesOfAnotherModule_isRefused() {
    engine().inspectAndCompile(Guests.TENANT, module);
    byte[] other = Arrays.copyOf(module, module.length + 3);
    other[module.length + 1] = 1; // a custom section without a name: another digest, the same code
    store.entries.put(ModuleDigest.of(other) + SealedClasses.FORMAT, store.only());

    assertTampered(engine(), ModuleDigest.of(other), other, ModuleTampered.Part.CLASSES);
  }

  /** Properties 52 and 53: bytes that have not the digest are refused, and the alarm is raised. */
  @Test
  void load_bytesOfAnotherDigest_isRefused() {
    assertTampered(engine(), ModuleDigest.of(new byte[0]), module, ModuleTampered.Part.BYTES);

    assertThat(alarms).extracting(ModuleTampered::part).containsExactly(ModuleTampered.Part.BYTES);
  }

  @Test
  void inspectAndCompile_altered_alarms_andMends() {
    engine().inspectAndCompile(Guests.TENANT, module);
    byte[] altered = store.only().clone();
    altered[40] ^= 1;
    store.replaceOnly(altered);

    assertThat(engine().inspectAndCompile(Guests.TENANT, module))
        .isInstanceOf(Inspection.Accepted.class);

    assertThat(alarms).hasSize(1);
    assertThat(call(engine().load(Guests.TENANT, digest, module))).isPositive();
  }

  private static void assertTampered(
      ChicoryEngine engine, ModuleDigest digest, byte[] module, ModuleTampered.Part part) {
    assertThatThrownBy(() -> engine.load(Guests.TENANT, digest, module))
        .isInstanceOfSatisfying(
            ModuleTampered.class,
            tampered -> {
              assertThat(tampered.module()).isEqualTo(digest);
              assertThat(tampered.part()).isEqualTo(part);
            });
  }

  private ChicoryEngine engine() {
    return new ChicoryEngine(
        ModuleLimits.DEFAULT, CompileBudget.ofThisJvm(), store, GuestHeap.unbounded(), alarms::add);
  }

  /** Calls {@code handle} and returns the fuel that it cost. */
  private static long call(LoadedModule loaded) {
    GuestBudget budget =
        new GuestBudget(1_000_000, System.nanoTime() + 300_000_000_000L, new Cancellation());
    GuestInstance guest = loaded.instantiate(List.of(), 16, budget);
    guest.begin(budget);
    assertThat(guest.call(guest.function("handle"), 0, 0)).isNotEqualTo(-1);
    return guest.fuelUsed();
  }

  private static byte[] noop() {
    try {
      return Files.readAllBytes(Path.of("../sdk/samples/noop/noop.wasm"));
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  private static final class MemoryStore implements ClassStore {
    private final Map<String, byte[]> entries = new HashMap<>();
    private SecretKey key = new SecretKeySpec(new byte[] {1}, "HmacSHA256");
    private int saves;

    @Override
    public SecretKey key() {
      return key;
    }

    @Override
    public Optional<byte[]> load(ModuleDigest module, String format) {
      return Optional.ofNullable(entries.get(module + format));
    }

    @Override
    public void save(ModuleDigest module, String format, byte[] compiled) {
      entries.put(module + format, compiled);
      saves++;
    }

    @Override
    public void delete(ModuleDigest module) {
      entries.keySet().removeIf(name -> name.startsWith(module.toString()));
    }

    byte[] only() {
      assertThat(entries).hasSize(1);
      return entries.values().iterator().next();
    }

    void replaceOnly(byte[] altered) {
      entries.replaceAll((name, sealed) -> altered);
    }
  }
}
