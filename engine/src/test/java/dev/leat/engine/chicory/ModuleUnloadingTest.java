package dev.leat.engine.chicory;

import static org.assertj.core.api.Assertions.assertThat;

import dev.leat.contract.ModuleDigest;
import dev.leat.engine.GuestInstance;
import dev.leat.engine.LoadedModule;
import dev.leat.engine.ModuleLimits;
import dev.leat.testkit.WasmBuilder;
import dev.leat.testkit.WasmCode;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryPoolMXBean;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Modules that nobody holds any more leave no classes behind. Run in a JVM of its own. */
@Tag("small-heap")
@Timeout(120)
final class ModuleUnloadingTest {
  private static final int MODULES = 600;
  private static final long METASPACE_GROWTH_MAX = 4 << 20;

  private final ChicoryEngine engine = new ChicoryEngine(ModuleLimits.DEFAULT);

  @Test
  void modules_compiledCalledAndLetGo_leaveMetaspaceAsItWas() {
    for (int i = 0; i < MODULES / 10; i++) {
      compileAndCall(i);
    }
    long before = metaspaceAfterGc();

    for (int i = 0; i < MODULES; i++) {
      compileAndCall(MODULES + i);
    }

    assertThat(metaspaceAfterGc() - before).isLessThan(METASPACE_GROWTH_MAX);
  }

  private void compileAndCall(int answer) {
    byte[] bytes =
        new WasmBuilder()
            .memory(1)
            .export("answer", "()->i32", new WasmCode().i32Const(answer))
            .build();
    LoadedModule module = engine.load(Guests.TENANT, ModuleDigest.of(bytes), bytes);
    GuestInstance instance = Guests.instance(module);
    assertThat(Guests.call(instance, "answer")).isEqualTo(answer);
    instance.close();
  }

  private static long metaspaceAfterGc() {
    for (int i = 0; i < 3; i++) {
      System.gc();
    }
    return ManagementFactory.getMemoryPoolMXBeans().stream()
        .filter(pool -> pool.getName().equals("Metaspace"))
        .map(MemoryPoolMXBean::getUsage)
        .mapToLong(usage -> usage.getUsed())
        .sum();
  }
}
