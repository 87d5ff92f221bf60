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
import dev.leat.engine.ModuleRefused;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
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
  void load_altered_isCounted() {
    ChicoryEngine engine = engine();
    engine.inspectAndCompile(Guests.TENANT, module);
    engine.load(Guests.TENANT, digest, module);
    assertThat(engine.alteredClasses()).isZero();
    byte[] altered = store.only().clone();
    altered[40] ^= 1;
    store.replaceOnly(altered);

    engine.load(Guests.TENANT, digest, module);
    assertThatThrownBy(() -> engine.load(Guests.TENANT, ModuleDigest.of(new byte[0]), module))
        .isInstanceOf(ModuleRefused.class);

    assertThat(engine.alteredClasses()).isEqualTo(1);
    assertThat(engine.alteredModules()).isEqualTo(1);
  }

  @Test
  void load_anyByteAltered_compilesAnew() {
    engine().inspectAndCompile(Guests.TENANT, module);
    byte[] sealed = store.only();

    for (int at = 0; at < sealed.length; at += 397) {
      byte[] altered = sealed.clone();
      altered[at] ^= 1;
      store.replaceOnly(altered);
      int savesBefore = store.saves;

      assertThat(call(engine().load(Guests.TENANT, digest, module))).isPositive();

      assertThat(store.saves).as("byte %d", at).isEqualTo(savesBefore + 1);
    }
  }

  @Test
  void load_sealedByAnotherKey_compilesAnew() {
    engine().inspectAndCompile(Guests.TENANT, module);
    store.key = new SecretKeySpec(new byte[] {2}, "HmacSHA256");

    engine().load(Guests.TENANT, digest, module);

    assertThat(store.saves).isEqualTo(2);
  }

  @Test
  void load_classesOfAnotherModule_compilesAnew() {
    engine().inspectAndCompile(Guests.TENANT, module);
    byte[] other = java.util.Arrays.copyOf(module, module.length + 3);
    other[module.length + 1] = 1; // a custom section without a name: another digest, the same code
    store.entries.put(ModuleDigest.of(other) + SealedClasses.FORMAT, store.only());

    engine().load(Guests.TENANT, ModuleDigest.of(other), other);

    assertThat(store.saves).isEqualTo(2);
  }

  private ChicoryEngine engine() {
    return new ChicoryEngine(
        ModuleLimits.DEFAULT, CompileBudget.ofThisJvm(), store, GuestHeap.unbounded());
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
