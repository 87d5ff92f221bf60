package dev.leat.engine.chicory;

import dev.leat.contract.Cancellation;
import dev.leat.contract.ModuleDigest;
import dev.leat.contract.TenantId;
import dev.leat.engine.GuestBudget;
import dev.leat.engine.GuestInstance;
import dev.leat.engine.GuestStopped;
import dev.leat.engine.HostFunction;
import dev.leat.engine.LoadedModule;
import dev.leat.engine.ModuleLimits;
import dev.leat.testkit.WasmBuilder;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.assertj.core.api.Assertions;

/** Short ways to load and run the modules of these tests. */
final class Guests {
  static final TenantId TENANT = new TenantId("acme");
  static final int PAGE = 65_536;
  static final int PAGES_MAX = 16;
  static final long PLENTY = 1_000_000_000L;

  private Guests() {}

  static LoadedModule load(byte[] module) {
    return new ChicoryEngine(ModuleLimits.DEFAULT)
        .load(Guests.TENANT, ModuleDigest.of(module), module);
  }

  static LoadedModule load(WasmBuilder module) {
    return load(module.build());
  }

  static GuestInstance instance(LoadedModule module, HostFunction... hosts) {
    return module.instantiate(List.of(hosts), PAGES_MAX, fuel(PLENTY));
  }

  static GuestInstance instance(WasmBuilder module, HostFunction... hosts) {
    return instance(load(module), hosts);
  }

  static GuestBudget fuel(long fuel) {
    return budget(fuel, Duration.ofMinutes(5));
  }

  static GuestBudget budget(long fuel, Duration time) {
    return new GuestBudget(fuel, System.nanoTime() + time.toNanos(), new Cancellation());
  }

  static long call(GuestInstance guest, String export, long... arguments) {
    return guest.call(guest.function(export), arguments);
  }

  /** How the call was stopped; fails when it returned. */
  static GuestStopped stopped(GuestInstance guest, String export, long... arguments) {
    return Assertions.catchThrowableOfType(
        GuestStopped.class, () -> call(guest, export, arguments));
  }

  /** How many threads of these names there are. */
  static long threadsNamed(String... names) {
    return Thread.getAllStackTraces().keySet().stream()
        .filter(thread -> List.of(names).contains(thread.getName()))
        .count();
  }

  /** The built sample modules. */
  static List<byte[]> samples() {
    try (Stream<Path> files = Files.walk(Path.of("..", "sdk", "samples"), 2)) {
      return files
          .filter(file -> file.toString().endsWith(".wasm"))
          .sorted()
          .map(Guests::bytes)
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static byte[] bytes(Path file) {
    try {
      return Files.readAllBytes(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
